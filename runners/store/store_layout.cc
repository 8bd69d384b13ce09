#include "runners/store/store_layout.h"

#include <fmt/format.h>

namespace polysweep {

std::filesystem::path journal_folder(const std::filesystem::path& store, const std::string& host) {
  return store / "journal" / host;
}

std::string trial_folder(const std::filesystem::path& store, const TrialId& id) {
  const std::string hex = id.hex();
  return fmt::format("{}/trials/{}/{}", store.native(), hex.substr(0, 2), hex);
}

std::filesystem::path checkpoint_folder(const std::filesystem::path& trial_folder) {
  return trial_folder / "checkpoint";
}

std::filesystem::path parameters_path(const std::filesystem::path& trial_folder) {
  return trial_folder / "parameters.json";
}

std::filesystem::path report_path(const std::filesystem::path& trial_folder,
                                  std::uint32_t attempt) {
  return trial_folder / fmt::format("attempt-{}.metrics", attempt);
}

std::filesystem::path captured_path(const std::filesystem::path& trial_folder,
                                    std::uint32_t attempt) {
  return trial_folder / fmt::format("attempt-{}.captured", attempt);
}

std::filesystem::path work_folder(const std::filesystem::path& trial_folder) {
  return trial_folder / "work";
}

std::filesystem::path store_of(const std::filesystem::path& trial_folder) {
  return trial_folder.parent_path().parent_path().parent_path();
}

std::filesystem::path log_path(const std::filesystem::path& trial_folder, std::uint32_t attempt) {
  return trial_folder / fmt::format("attempt-{}.log", attempt);
}

}  // namespace polysweep
