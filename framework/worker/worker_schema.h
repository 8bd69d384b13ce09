// What `WORKER --schema` prints: the worker's catalogue of experiments, the
// protocol it speaks, and the files that the answer depends on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/experiment.h"

namespace polysweep {

// One line of JSON, an object: "worker_protocol" (kProtocolVersion), "polysweep" (version()),
// "libraries" (program_libraries()), and the members of Catalogue::to_json().
std::string worker_schema_json(const Catalogue& catalogue);

struct WorkerSchema {
  Catalogue catalogue;
  // Loaded by the worker, outside of the system's folders: where one of them is
  // replaced, the answer may be another.
  std::vector<std::filesystem::path> libraries;
};

// Reads it from all that a worker printed: lines before and after it (warnings of
// libraries) are ignored. Throws Error, to be put after "NAME is not a worker: ",
// where there is no such line, or where it is from a worker that speaks another
// version of the protocol.
WorkerSchema read_worker_schema(std::string_view output);

}  // namespace polysweep
