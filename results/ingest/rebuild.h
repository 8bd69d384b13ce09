// Makes the database of a store again, from its journals alone.
#pragma once

#include <filesystem>

#include "framework/core/file_system.h"
#include "results/ingest/ingest.h"

namespace polysweep {

// Builds a new database beside the old one and replaces it in one step; until then
// the old one stays as it was. An old file that is damaged is kept as
// polysweep.db.damaged. Throws Error, with the old one in place, if another process
// uses the database, if the file is another program's or a newer polysweep's, or if
// there are no journals.
IngestReport rebuild(FileSystem& files, const std::filesystem::path& store);

}  // namespace polysweep
