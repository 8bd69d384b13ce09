// Folders for the trials that a worker runs one after the other.
//
// A program finds its trial's folder in place, with an empty checkpoint folder in
// it; most short programs leave both unchanged. To save creating and removing two
// folders per trial, one spare pair is moved to where it is needed, and back.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace polysweep {

class TrialFolderPool {
 public:
  // `name`: of the spare pair in STORE/trials, for instance "vm-0" for slot 0 of
  // machine vm. Another process may use the same name: a pair is moved in one
  // step, and all pairs have the same content.
  explicit TrialFolderPool(std::string name) : name_(std::move(name)) {}

  // Creates the folder of a trial and its checkpoint folder where they do not
  // exist, and writes `parameters` to its file parameters.json. Throws Error.
  void prepare(const std::filesystem::path& trial_folder, const std::string& parameters);
  // Removes the folder of a settled trial if nothing else is in it than `kept`, a folder
  // whose content the next trial may have ("" for none). True if it will have it.
  bool remove_if_unused(const std::filesystem::path& trial_folder, std::string_view kept = "");
  // Removes the spare pair.
  void clear();

 private:
  bool move_spare_to(const std::filesystem::path& trial_folder);

  std::string name_;
  std::filesystem::path spare_;  // where the spare pair is, if there is one
};

}  // namespace polysweep
