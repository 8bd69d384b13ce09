#include "runners/store/removable_files.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "framework/worker/checkpoint_file.h"
#include "runners/store/store_layout.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr const char* kId = "0123456789abcdef0123456789abcdef";
const std::string kGenuine = std::string(kCheckpointMagic) + "weights";

// A store with the folder of one trial.
struct TrialInStore {
  TrialInStore() { fs::create_directories(trial); }

  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((trial / name).parent_path());
    std::ofstream(trial / name, std::ios::binary) << content;
  }

  // Removes what can be removed; the names in the trial's folder that are left.
  std::vector<std::string> collect() const {
    const auto record_of = [&](const TrialId& id) {
      CHECK(id.hex() == kId);
      return record;
    };
    for (const RemovableFile& file : find_removable_files(folder.path(), record_of)) {
      remove_from_store(file);
    }
    std::vector<std::string> left;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder.path())) {
      if (entry.symlink_status().type() != fs::file_type::directory) {
        left.push_back(entry.path().lexically_relative(trial).generic_string());
      }
    }
    std::sort(left.begin(), left.end());
    return left;
  }

  TemporaryFolder folder;
  fs::path trial = trial_folder(folder.path(), TrialId::from_hex(kId));
  RecordedTrial record = {true, {}};
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a file is a checkpoint by name and format, not by its ending", "[store]") {
  const TrialInStore store;
  store.write("best.checkpoint", kGenuine);
  store.write("model.psc", kGenuine);
  store.write("checkpoint-0.psc", "not the format");
  store.write("checkpoint-1.psc", kGenuine);
  store.write("sub/checkpoint-1.psc", kGenuine);
  CHECK(store.collect() ==
        Names{"best.checkpoint", "checkpoint-0.psc", "model.psc", "sub/checkpoint-1.psc"});
}

TEST_CASE("a link to a checkpoint is kept, and so is its target", "[store]") {
  const TrialInStore store;
  store.write("kept/weights", kGenuine);
  fs::create_symlink(store.trial / "kept" / "weights", store.trial / "checkpoint-0.psc");
  fs::create_directory_symlink(store.trial / "kept", store.trial / "checkpoint");
  CHECK(store.collect() == Names{"checkpoint", "checkpoint-0.psc", "kept/weights"});
}

TEST_CASE("the folder of a settled trial with nothing but checkpoints is removed", "[store]") {
  const TrialInStore store;
  store.write("checkpoint-0.psc", kGenuine);
  store.write("checkpoint-1.psc", kGenuine);
  store.write("checkpoint/state", "of a program");
  store.write("parameters.json", "{}");
  CHECK(store.collect().empty());
  CHECK_FALSE(fs::exists(store.trial.parent_path()));
}

TEST_CASE("a trial that may be resumed keeps its checkpoints", "[store]") {
  TrialInStore store;
  store.record.needs_no_checkpoint = false;
  store.write("checkpoint-0.psc", kGenuine);
  store.write("checkpoint/state", "of a program");
  CHECK(store.collect() == Names{"checkpoint-0.psc", "checkpoint/state"});
}

TEST_CASE("a recorded artifact is kept wherever it is", "[store]") {
  TrialInStore store;
  store.record.artifacts = {"checkpoint/deep/best.pt", "parameters.json", "checkpoint-0.psc",
                            "checkpoint-1.psc.2147483000-1.tmp"};
  store.write("checkpoint/deep/best.pt", "weights");
  store.write("checkpoint/deep/last.pt", "weights");
  store.write("checkpoint/state", "of a program");
  store.write("parameters.json", "{}");
  store.write("checkpoint-0.psc", kGenuine);
  store.write("checkpoint-1.psc", kGenuine);
  store.write("checkpoint-1.psc.2147483000-1.tmp", "named by the program");
  CHECK(store.collect() == Names{"checkpoint-0.psc", "checkpoint-1.psc.2147483000-1.tmp",
                                 "checkpoint/deep/best.pt", "parameters.json"});
}

TEST_CASE("an artifact that was recorded through a link is kept", "[store]") {
  TrialInStore store;
  store.record.artifacts = {"best/model.pt"};
  store.write("checkpoint/model.pt", "weights");
  store.write("checkpoint/state", "of a program");
  fs::create_directory_symlink(store.trial / "checkpoint", store.trial / "best");
  CHECK(store.collect() == Names{"best", "checkpoint/model.pt"});
}

TEST_CASE("an artifact that only a metrics file names is kept", "[store]") {
  const TrialInStore store;
  store.write("checkpoint/best.pt", "a host died before the attempt ended");
  store.write("checkpoint/model/weights", "a folder is refused as an artifact");
  store.write("checkpoint/e7.pt", "a link is refused as well");
  store.write("checkpoint/spare", "s");
  fs::create_symlink("checkpoint/e7.pt", store.trial / "best.pt");
  store.write("attempt-1.metrics",
              "{\"metric\": \"loss\", \"step\": 1, \"value\": 2}\n"
              "{\"artifact\": \"checkpoint/best.pt\"}\n{\"artifact\": \"checkpoint/model\"}\n");
  store.write("attempt-2.metrics", "{\"artifact\": \"best.pt\"}\n");
  CHECK(store.collect() == Names{"attempt-1.metrics", "attempt-2.metrics", "best.pt",
                                 "checkpoint/best.pt", "checkpoint/e7.pt",
                                 "checkpoint/model/weights"});
}

TEST_CASE("a trial whose artifacts cannot be read keeps its checkpoints", "[store]") {
  const TrialInStore store;
  store.write("checkpoint/best.pt", "b");
  store.write("attempt-1.metrics", "{\"artifact\": \"checkpoint/be");
  CHECK(store.collect() == Names{"attempt-1.metrics", "checkpoint/best.pt"});
}

TEST_CASE("only temporary files of checkpoints are removed from a trial's folder", "[store]") {
  TrialInStore store;
  store.record.needs_no_checkpoint = false;
  store.write("checkpoint-0.psc.2147483000-1.tmp", "half");
  store.write("model.pt.2147483000-1.tmp", "of a program");
  CHECK(store.collect() == Names{"model.pt.2147483000-1.tmp"});
}

}  // namespace polysweep
