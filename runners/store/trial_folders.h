// The folders of trials that run a program, one after the other.
//
// A program finds its trial's folder made, with an empty checkpoint folder in
// it; most short programs leave both as they were. So that a trial does not cost
// two folders made and removed, one spare pair is moved to where it is needed,
// and back.
#pragma once

#include <filesystem>
#include <string>

namespace polysweep {

class TrialFolders {
 public:
  // `name`: of the spare pair in STORE/trials, as "vm-0" on machine vm in slot 0.
  // Another process may use the same name: a pair is moved in one step, and what
  // is in it is the same for all.
  explicit TrialFolders(std::string name) : name_(std::move(name)) {}

  // The folder of a trial (STORE/trials/XX/ID) is there with its checkpoint
  // folder, and `parameters` are in its file parameters.json. Throws Error.
  void prepare(const std::filesystem::path& trial_folder, const std::string& parameters);
  // Takes the folder of a settled trial away, where nothing else is in it.
  void tidy(const std::filesystem::path& trial_folder);
  // Removes the spare pair.
  void put_away();

 private:
  bool move_spare_to(const std::filesystem::path& trial_folder);

  std::string name_;
  std::filesystem::path spare_;  // where it lies, if it does
};

std::filesystem::path checkpoint_folder(const std::filesystem::path& trial_folder);
std::filesystem::path parameters_path(const std::filesystem::path& trial_folder);

}  // namespace polysweep
