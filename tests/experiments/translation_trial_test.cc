// Complete trials of `translation` through the real program and the real worker:
// the same bits again, after kill -9 too.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/command_line.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const char* const kSweep = R"(
sweep      = "translations"
experiment = "translation"
replicate  = "seed"
[fixed]
sentences      = 300
held_out       = 20
updates        = 80
evaluate_every = 8
average        = 2
batch_tokens   = 128
dimension      = 16
heads          = 2
layers         = 1
beam           = 2
[factors]
encoding = ["sinusoidal", "rope"]
seed     = [0]
[baseline]
encoding = "sinusoidal"
[metrics]
primary = { name = "test_bleu", goal = "maximize" }
)";

// A store with one sweep in it, run as a person would.
class Store {
 public:
  explicit Store(const std::string& sweep = kSweep) : sweep_(folder_.write("sweep.toml", sweep)) {}

  std::vector<std::string> words(const std::string& command,
                                 const std::vector<std::string>& more = {}) const {
    const fs::path programs = POLYSWEEP_PROGRAMS;
    std::vector<std::string> argv = {(programs / "polysweep").string(), command, sweep_.string(),
                                     "--worker", (programs / "polysweep-worker").string()};
    if (command == "run") argv.insert(argv.end(), {"--store", path().string()});
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  CommandEnd run(const std::vector<std::string>& more = {}) const {
    return run_command(words("run", more), {{"POLYSWEEP_CHECKPOINT_STEPS", "5"}});
  }
  int start() const { return start_command(words("run"), {{"POLYSWEEP_CHECKPOINT_STEPS", "5"}}); }
  Json query(const std::string& sql) const {
    const CommandEnd end = run_command({(fs::path(POLYSWEEP_PROGRAMS) / "polysweep").string(),
                                        "query", sql, "--json", "--store", path().string()});
    INFO(end.error);
    REQUIRE(end.status == 0);
    return Json::parse(end.output);
  }
  // Everything a trial says but for how long things took.
  Json bits() const {
    Json all = query(
        "SELECT trial, metric, step, value FROM metrics WHERE metric NOT LIKE '%second%' "
        "ORDER BY 1, 2, 3");
    all.push_back(query("SELECT trial, name, step, value FROM texts ORDER BY 1, 2, 3"));
    return all;
  }
  // A worker has reported that it resumes from a checkpoint.
  bool has_resumed() const {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path())) {
      if (entry.path().extension() != ".log") continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);)
        if (line.find("resumes after update") != std::string::npos) return true;
    }
    return false;
  }
  fs::path path() const { return folder_.path() / "store"; }
  // Waits until a trial has made its second checkpoint, which is that of update 10.
  void wait_for_checkpoint() const {
    for (int i = 0; i < 60'000; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
      std::error_code gone;
      for (auto at = fs::recursive_directory_iterator(path(), gone);
           !gone && at != fs::recursive_directory_iterator(); at.increment(gone))
        if (at->path().filename() == "checkpoint-0.psc") return;
    }
    FAIL("no checkpoint was made in a minute");
  }

 private:
  TemporaryFolder folder_;
  fs::path sweep_;
};

// The workers of a host: its children.
std::vector<int> children_of(int parent) {
  std::vector<int> children;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    std::ifstream in(entry.path() / "stat");
    std::string line;
    if (!std::getline(in, line)) continue;
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) continue;
    char state = 0;
    int its_parent = 0;
    if (std::sscanf(line.c_str() + name_end + 1, " %c %d", &state, &its_parent) == 2 &&
        its_parent == parent)
      children.push_back(std::stoi(entry.path().filename()));
  }
  return children;
}

}  // namespace

TEST_CASE("the same trials twice, in processes of their own, give the same bits",
          "[translation][determinism]") {
  const Store first, second;
  for (const Store* store : {&first, &second}) {
    const CommandEnd end = store->run();
    INFO(end.output << end.error);
    REQUIRE(end.status == 0);
  }
  const Json bits = first.bits();
  CHECK(bits == second.bits());
  const Json digests =
      first.query("SELECT value FROM texts WHERE name = 'weights_sha256' ORDER BY trial");
  REQUIRE(digests.size() == 2);
  CHECK(digests[0]["value"].get<std::string>().size() == 64);
  CHECK(digests[0] != digests[1]);
  const Json series = first.query(
      "SELECT count(*) AS n FROM metrics WHERE metric = "
      "'validation_loss'");
  CHECK(series[0]["n"] == 2 * 10);
  const Json ranks = first.query("SELECT value FROM metrics WHERE metric = 'position_rank'");
  REQUIRE(ranks.size() == 1);  // rope has none
  CHECK(ranks[0]["value"] == 16);

  const Store other;
  REQUIRE(other.run({"seed=1", "--as", "other"}).status == 0);
  CHECK(other.query("SELECT value FROM texts WHERE name = 'weights_sha256' ORDER BY trial") !=
        digests);
}

TEST_CASE("workers killed in the middle go on from a checkpoint to the same bits",
          "[translation][determinism]") {
  const Store whole, killed;
  REQUIRE(whole.run().status == 0);
  const int host = killed.start();
  killed.wait_for_checkpoint();
  const std::vector<int> workers = children_of(host);
  REQUIRE_FALSE(workers.empty());
  for (const int worker : workers) kill(worker, SIGKILL);
  CHECK(wait_command(host) == 0);
  CHECK(killed.query("SELECT count(*) AS n FROM attempts WHERE outcome = 'preempted'")[0]["n"] >=
        1);
  CHECK(killed.has_resumed());
  CHECK(killed.bits() == whole.bits());
}

TEST_CASE("a host killed in the middle, run again, ends with the same bits",
          "[translation][determinism]") {
  const Store whole, killed;
  REQUIRE(whole.run().status == 0);
  const int host = killed.start();
  killed.wait_for_checkpoint();
  const std::vector<int> workers = children_of(host);
  kill(host, SIGKILL);
  for (const int worker : workers) kill(worker, SIGKILL);
  CHECK(wait_command(host) == 128 + SIGKILL);
  const CommandEnd end = killed.run();
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  CHECK(killed.has_resumed());
  CHECK(killed.bits() == whole.bits());
}

// Without epsilon Adam divides 0 by 0 where a weight has had no gradient yet.
TEST_CASE("a loss that is not a number ends a trial as diverged", "[translation]") {
  const Store store;
  const CommandEnd end =
      store.run({"encoding=sinusoidal", "adam_epsilon=0,1e-8", "--as", "diverging"});
  INFO(end.output << end.error);
  const Json trials = store.query(
      "SELECT json_extract(parameters, '$.adam_epsilon') AS epsilon, state FROM trials ORDER BY 1");
  CHECK(trials == Json::parse(R"([{"epsilon": 0.0, "state": "diverged"},
                                  {"epsilon": 1e-8, "state": "done"}])"));
  CHECK(store.query("SELECT kind FROM metrics WHERE metric = 'training_loss' AND trial = (SELECT "
                    "trial FROM trials WHERE state = 'diverged') ORDER BY step DESC")[0]["kind"] ==
        "nan");
}

TEST_CASE("encoding options that apply to no trial are refused at planning",
          "[translation][options]") {
  std::string sweep = kSweep;
  sweep.replace(sweep.rfind("sinusoidal"), 10, "rope");  // the baseline
  const Store store(sweep);
  const auto plan = [&](const std::vector<std::string>& more) {
    return run_command(store.words("plan", more));
  };
  CHECK(plan({"order=4", "--as", "low"}).status == 0);  // applies to sinusoidal
  const CommandEnd refused = plan({"encoding=rope,alibi", "order=4", "--as", "none"});
  CHECK(refused.status == 2);
  CHECK_THAT(refused.error, Contains("'order' is fixed but applies to no trial"));
  const CommandEnd unknown = plan({"encoding=ropes"});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.error, Contains("rope"));
}

TEST_CASE("options that do not fit the model fail their trials by name, before training",
          "[translation][options]") {
  const Store store;
  const CommandEnd end =
      store.run({"encoding=sinusoidal,rope", "dimension=14", "order=14", "--as", "odd"});
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  const Json attempts = store.query("SELECT message FROM attempts ORDER BY message");
  REQUIRE(attempts.size() >= 2);
  CHECK_THAT(attempts.dump(),
             Contains("head width 7 (dimension 14 / 2 heads) is odd: rope needs pairs") &&
                 Contains("order 14 is above the rank of dimension 14"));
  CHECK(store.query("SELECT count(*) AS n FROM metrics")[0]["n"] == 0);
}

}  // namespace polysweep
