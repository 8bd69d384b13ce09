#include "framework/sweep/file/worker_key.h"

#include "framework/core/error_place.h"
#include "framework/sweep/file/sweep_nodes.h"

namespace polysweep {

std::optional<NamedWorker> read_worker(const TomlNode& root, const std::filesystem::path& folder) {
  const TomlEntry* entry = root.find("worker");
  if (entry == nullptr) return std::nullopt;
  const std::string& path = text_of(entry->node, "'worker'");
  if (path.empty()) {
    fail_at(entry->node.place, "'worker' is empty; expected the path of a program");
  }
  if (root.find("command") != nullptr) {
    fail_at(entry->place,
            "a sweep has a 'worker' or a 'command', not both: 'command' runs a program for each "
            "trial, 'worker' one that was built with polysweep::worker");
  }
  return NamedWorker{(folder / path).lexically_normal(), entry->node.place};
}

std::optional<NamedWorker> named_worker(std::string_view text, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  return read_worker(parse_toml(text, file), folder);
}

}  // namespace polysweep
