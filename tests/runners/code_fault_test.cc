// What goes wrong with the code and the data of a command: copies that are cut short, folders
// that all trials share, programs named by absolute paths.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "tests/runners/code_trial.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

// No file of this process grows beyond the limit.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

bool has_file(const CommandSpec& command, const std::string& path) {
  return std::any_of(command.files.begin(), command.files.end(),
                     [&](const InputFile& file) { return file.path == path; });
}

}  // namespace

TEST_CASE("a copy of data that was cut short is not what the next attempt reads", "[code]") {
  CodeTrial trial(kSay + "say(len(open('data.bin').read()))\n");
  trial.write("data.bin", std::string(1'000'000, 'x'));
  trial.plan();
  {
    const FileSizeLimit full(300'000);
    const AttemptResult failed = trial.run();
    CHECK(failed.outcome == Outcome::kError);
    CHECK_THAT(failed.message, Contains("cannot copy") && Contains("data.bin"));
  }
  const AttemptResult result = trial.run_again();
  INFO(trial.log());
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.last("loss") == 1'000'000);
}

TEST_CASE("a folder that all trials share is told when a trial writes to it", "[code]") {
  CodeTrial trial(kSay + "open('results/out.txt', 'w').write('mine')\nsay(1)\n");
  for (int i = 0; i < 70; ++i) trial.write("results/" + std::to_string(i) + ".txt", "theirs");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const AttemptResult written = trial.plan_and_run();
  INFO(trial.log());
  CHECK(written.outcome == Outcome::kDone);
  CHECK(written.findings.written_to == std::vector<std::string>{"results"});

  CodeTrial reader(kSay + "say(len(open('results/1.txt').read()))\n");
  for (int i = 0; i < 70; ++i) reader.write("results/" + std::to_string(i) + ".txt", "theirs");
  CHECK(reader.plan_and_run().findings.written_to.empty());
}

TEST_CASE("what outputs and trackers hold is not code", "[code]") {
  for (const bool in_git : {false, true}) {
    CodeTrial trial(kSay + "import os\nassert not os.listdir('out')\nsay(1)\n");
    if (in_git) shell(trial.source(), "git init -q");
    for (const char* folder : {"out", "lightning_logs", "mlruns", "wandb", "multirun"}) {
      trial.write(std::string(folder) + "/version_0/hparams.yaml", "lr: 1\n");
    }
    trial.write("conda/conda-meta/history", "");
    trial.write("conda/lib/site.py", "");
    trial.write("conf/model.yaml", "lr: 1\n");
    trial.spec.command->code.outputs = {"out"};
    const AttemptResult result = trial.plan_and_run();
    INFO(trial.log());
    CHECK(result.outcome == Outcome::kDone);
    REQUIRE(trial.spec.command->files.size() == 2);
    CHECK(has_file(*trial.spec.command, "conf/model.yaml"));
    CHECK(has_file(*trial.spec.command, "train.py"));
  }
  CodeTrial both(kSay);
  both.write("out/train.py", "");
  both.spec.command->code.outputs = {"out"};
  both.spec.command->code.declared = std::vector{CodeSpec::Declared{"out/train.py", {}}};
  CHECK_THROWS_WITH(both.plan(), Contains("'out/train.py' is named by 'outputs', too"));
}

TEST_CASE("a script that is named by its absolute path runs from the snapshot", "[code]") {
  CodeTrial trial(kSay + "import helper\nsay(helper.x)\n");
  trial.write("helper.py", "x = 1\n");
  trial.spec.command->words[1].words[0] = WordTemplate((trial.source() / "train.py").string());
  trial.plan();
  CHECK(has_file(*trial.spec.command, "train.py"));
  trial.write("train.py", kSay + "say(2)\n");
  trial.write("helper.py", "x = 3\n");
  const AttemptResult result = trial.run();
  INFO(trial.log());
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.last("loss") == 1);
}

TEST_CASE("a script elsewhere, and what lies beside it, must not change under an attempt",
          "[code]") {
  CodeTrial trial(kSay);
  const fs::path other = trial.folder.path() / "other";
  trial.folder.write("other/run.py", kSay + "import model\nsay(model.x)\n");
  trial.folder.write("other/model.py", "x = 1\n");
  trial.spec.command->words[1].words[0] = WordTemplate((other / "run.py").string());
  trial.plan();
  CHECK(has_file(*trial.spec.command, (other / "run.py").string()));
  CHECK(has_file(*trial.spec.command, (other / "model.py").string()));
  CHECK(trial.run().outcome == Outcome::kDone);
  trial.folder.write("other/model.py", "x = 22\n");
  const AttemptResult result = trial.run_again();
  CHECK(result.outcome == Outcome::kError);
  CHECK_THAT(result.message, Contains("code changed: ") && Contains("model.py differs"));
}

TEST_CASE("a store that is reached by a symbolic link is not mirrored", "[code]") {
  CodeTrial trial(kSay + "import os\nassert not os.path.lexists('runs/here')\nsay(1)\n");
  fs::create_directories(trial.store());
  std::ofstream(trial.store() / "here") << "x";
  fs::create_directory_symlink(trial.store(), trial.source() / "runs");
  const AttemptResult result = trial.plan_and_run();
  INFO(trial.log());
  CHECK(result.outcome == Outcome::kDone);
}

TEST_CASE("a snapshot whose maker was killed is made by the next one", "[code]") {
  const TemporaryFolder folder;
  std::vector<CodeSpec::Declared> declared;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "module" + std::to_string(i) + ".py";
    folder.write(name, std::to_string(i) + std::string(200'000, 'x'));
    declared.push_back({name, {}});
  }
  CommandSpec command;
  command.words = {{{WordTemplate("python3")}, {}}};
  command.sweep_folder = folder.path().string();
  command.code.declared = declared;
  DigestCache cache;
  resolve_code(command, cache);
  bool was_killed = false;
  for (int part = 0; part < 20; ++part) {
    const TemporaryFolder store;
    const fs::path objects = store.path() / "code" / "objects";
    const pid_t maker = fork();
    REQUIRE(maker >= 0);
    if (maker == 0) {
      make_snapshot(store.path(), command);
      _exit(0);
    }
    // Two files more each time.
    const auto has_some = [&] {
      std::error_code unknown;
      fs::directory_iterator at(objects, unknown);
      return !unknown && std::distance(at, fs::directory_iterator()) > 2 * part;
    };
    for (int i = 0; i < 20'000 && !has_some(); ++i) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    kill(maker, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(maker, &status, 0) == maker);
    const std::string digest = command.code_digest();
    was_killed = was_killed || (WIFSIGNALED(status) && !has_snapshot(store.path(), digest));
    // Two that make it at the same time.
    const pid_t other = fork();
    REQUIRE(other >= 0);
    if (other == 0) {
      make_snapshot(store.path(), command);
      _exit(0);
    }
    make_snapshot(store.path(), command);
    REQUIRE(waitpid(other, &status, 0) == other);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    const CodeSnapshot snapshot = load_snapshot(store.path(), digest);
    REQUIRE(snapshot.files.size() == 40);
    for (const InputFile& file : snapshot.files) {
      CHECK(sha256_hex_of_file(code_object(store.path(), file)) == file.sha256);
    }
    // What the killed one left is found.
    for (const fs::path& left : unused_code(store.path(), {digest})) fs::remove_all(left);
    CHECK(std::distance(fs::directory_iterator(objects), fs::directory_iterator()) == 40);
  }
  CHECK(was_killed);
}

}  // namespace polysweep
