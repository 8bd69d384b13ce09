// verify, gc and retry: maintenance of a store between runs.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "framework/core/digest.h"
#include "framework/core/file_system.h"
#include "framework/journal/journal_writer.h"
#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

CommandEnd verify(const PolysweepProgram& program, std::vector<std::string> words) {
  words.insert(words.begin(), "verify");
  words.insert(words.end(), {"--worker", PolysweepProgram::worker().string(), "--slots", "1"});
  return program.ask(words);
}

std::string a_trial(const PolysweepProgram& program, const std::string& condition = "1") {
  return program.query("SELECT trial FROM trials WHERE " + condition +
                       " ORDER BY trial LIMIT 1")[0]["trial"];
}

// Another attempt of the trial in another journal, which counts: the same points,
// but for the loss of step 3.
void falsify(const PolysweepProgram& program, const std::string& hex) {
  const nlohmann::json rows = program.query(
      "SELECT metric, step, value FROM metrics WHERE trial = '" + hex + "' ORDER BY metric, step");
  JournalWriter journal(system_files(), program.store() / "journal" / "elsewhere");
  ProvenanceSeen provenance{R"({"build.commit":"0123456","machine.name":"elsewhere"})"};
  journal.append(provenance);
  AttemptStarted started;
  started.trial = TrialId::from_hex(hex);
  started.attempt = 2;
  started.provenance = sha256_hex(provenance.json);
  journal.append(started);
  MetricsRecorded points;
  points.trial = started.trial;
  points.attempt = 2;
  for (const nlohmann::json& row : rows) {
    points.names.emplace_back(row["metric"].get<std::string>());
    const bool changed = row["metric"] == "loss" && row["step"] == 3;
    points.points.push_back({static_cast<std::uint32_t>(points.names.size() - 1),
                             row["step"].get<std::int64_t>(),
                             row["value"].get<double>() + (changed ? 1e-12 : 0)});
  }
  journal.append(points);
  AttemptFinished finished;
  finished.trial = started.trial;
  finished.attempt = 2;
  finished.final = true;
  journal.append(finished);
  journal.sync();
}

// A program whose loss is its first word, or another in every process.
const std::string kScript = R"(#!/bin/sh
loss=$1; [ "$loss" = 0 ] && loss=$$
echo "{\"metric\":\"loss\",\"step\":1,\"value\":$loss}" >> "$POLYSWEEP_METRICS_FILE"
echo saved > "$POLYSWEEP_CHECKPOINT_FOLDER/state"
)";

const std::string kCommandSweep = R"(sweep      = "program"
experiment = "program"
command    = ["/bin/sh", "work.sh", "{x}"]
files      = ["work.sh"]
[parameters]
x = { default = 1, doc = "the loss; 0: the process's number" }
[factors]
x = [0, 1, 2]
[metrics]
primary = { name = "loss", goal = "minimize" }
)";

bool exists_below(const fs::path& folder, const std::string& name) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == name) return true;
  }
  return false;
}

nlohmann::json all_attempts(const PolysweepProgram& program) {
  return program.query(
      "SELECT trial, attempt, host, state, outcome, final, message FROM attempts "
      "ORDER BY trial, attempt, host");
}

}  // namespace

TEST_CASE("verify finds finished trials equal bit for bit, and leaves nothing", "[cli]") {
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const CommandEnd sample = verify(program, {"--sweep", "toy", "--sample", "3", "--json"});
  INFO(sample.output << sample.error);
  REQUIRE(sample.status == 0);
  const nlohmann::json rows = nlohmann::json::parse(sample.output);
  REQUIRE(rows.size() == 3);
  for (const nlohmann::json& row : rows) {
    CHECK(row["equal"] == true);
    // All that the store holds of it was compared.
    const std::string hex = row["trial"];
    CHECK(row["points"] ==
          program.query("SELECT count(*) AS n FROM metrics WHERE trial = '" + hex + "'")[0]["n"]);
  }
  // The store itself is as it was.
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 24);
  const std::string id = a_trial(program);
  const fs::path kept = program.store().parent_path() / "kept";
  const CommandEnd named = verify(program, {id.substr(0, 10), "--keep", kept.string()});
  INFO(named.output << named.error);
  CHECK(named.status == 0);
  CHECK_THAT(named.output, Contains(id.substr(0, 12) + "  equal") &&
                               Contains("1 trial: 1 equal bit for bit, 0 differ, 0 not run"));
  CHECK(fs::exists(kept / "polysweep.db"));
}

TEST_CASE("verify names the first step and metric that differ, and the builds", "[cli]") {
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const std::string id = a_trial(program);
  falsify(program, id);
  const CommandEnd end = verify(program, {id, "--json"});
  INFO(end.output << end.error);
  REQUIRE(end.status == 1);
  const nlohmann::json row = nlohmann::json::parse(end.output)[0];
  CHECK(row["equal"] == false);
  CHECK(row["first"]["name"] == "loss");
  CHECK(row["first"]["step"] == 3);
  CHECK(row["first"]["then"] != row["first"]["now"]);
  CHECK(row["differing"] == nlohmann::json::array({"loss"}));
  CHECK(row["provenance"]["build.commit"][0] == "0123456");
  const CommandEnd words = verify(program, {id});
  CHECK(words.status == 1);
  CHECK_THAT(words.output, Contains("differs since step 3: loss was") &&
                               Contains("machine.name was elsewhere, is ") && Contains("1 differ"));
  CHECK(verify(program, {id, "--except", "loss"}).status == 0);
}

TEST_CASE("verify runs programs again, and reports those that do not repeat", "[cli]") {
  const PolysweepProgram program;
  program.write("work.sh", kScript);
  const auto sweep = program.write("program.toml", kCommandSweep);
  const CommandEnd run = program.run(sweep);
  INFO(run.output << run.error);
  REQUIRE(run.status == 0);
  const CommandEnd end = program.ask({"verify", "--json"});
  INFO(end.output << end.error);
  REQUIRE(end.status == 1);
  const nlohmann::json rows = nlohmann::json::parse(end.output);
  REQUIRE(rows.size() == 3);
  const std::string random = a_trial(program, "json_extract(parameters, '$.x') = 0");
  for (const nlohmann::json& row : rows) CHECK(row["equal"] == (row["trial"] != random));

  // Trials run again what they ran, although the script was edited.
  program.write("work.sh", "exit 1\n");
  const CommandEnd altered = program.ask({"verify", "--json"});
  CHECK(altered.status == 1);
  for (const nlohmann::json& row : nlohmann::json::parse(altered.output)) {
    CHECK(row["equal"] == (row["trial"] != random));
  }
  fs::remove_all(program.store() / "code");
  const CommandEnd lost = program.ask({"verify"});
  CHECK(lost.status == 2);
  CHECK_THAT(lost.error, Contains("the code of the trials is not there any more") &&
                             Contains("work.sh differs"));
}

TEST_CASE("verify says which trials can be verified", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  REQUIRE(program.run(sweep, {"fault=none,throw", "fault_step=2", "x=0,1", "y=0", "--as", "toy"})
              .status == 1);
  const CommandEnd failed = verify(program, {a_trial(program, "state = 'failed'")});
  CHECK(failed.status == 2);
  CHECK_THAT(failed.error, Contains("is failed: there is no result to verify"));
  CHECK_THAT(verify(program, {"--sample", "0"}).error, Contains("expected an integer, 1 or more"));
  CHECK(verify(program, {a_trial(program), "--sample", "2"}).status == 2);
  CHECK_THAT(verify(program, {"--sweep", "toi"}).error, Contains("toy"));
}

TEST_CASE("gc removes checkpoints of finished trials and leftovers, nothing else", "[cli]") {
  const PolysweepProgram program;
  program.write("work.sh", kScript + "echo out > \"$POLYSWEEP_TRIAL_FOLDER/output.txt\"\n");
  REQUIRE(program.run(program.write("program.toml", kCommandSweep)).status == 0);
  const auto toy = program.write("toy.toml", kToySweep);
  // Failed trials keep the checkpoints that they may resume from.
  REQUIRE(program
              .run(toy, {"fault=none,throw", "fault_step=3", "x=0,1", "y=0", "noise=0", "seed=0,1",
                         "checkpoint_every=1", "--as", "toy"})
              .status == 1);
  const fs::path trials = program.store() / "trials";
  fs::create_directories(trials / ".spare-left-0" / "checkpoint");
  const std::string done = a_trial(program, "state = 'done' AND experiment = 'toy'");
  const std::string failed = a_trial(program, "state = 'failed'");
  const auto folder_of = [&](const std::string& hex) { return trials / hex.substr(0, 2) / hex; };
  REQUIRE(fs::exists(folder_of(done) / "checkpoint-1.psc"));
  REQUIRE(fs::exists(folder_of(failed) / "checkpoint-1.psc"));
  // No process has such a number.
  const std::string left = "checkpoint-0.psc.2147483000-1.tmp";
  std::ofstream(folder_of(failed) / left) << "half";
  std::ofstream(program.store() / "polysweep.db.new-2147483000") << "half";
  std::ofstream(program.store() / "commands" / "notes.tmp") << "a person's";
  const std::string before = program.ask({"report"}).output;

  const nlohmann::json dry =
      nlohmann::json::parse(program.ask({"gc", "--dry-run", "--json"}).output);
  CHECK(dry["removed"] == false);
  CHECK(fs::exists(folder_of(done) / "checkpoint-1.psc"));

  const CommandEnd end = program.ask({"gc", "--json"});
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  const nlohmann::json removed = nlohmann::json::parse(end.output);
  CHECK(removed["items"] == dry["items"]);
  CHECK(removed["bytes"].get<std::uint64_t>() >= 4 + 3 * 6);
  CHECK_FALSE(fs::exists(folder_of(done)));
  CHECK(fs::exists(folder_of(failed) / "checkpoint-1.psc"));
  CHECK_FALSE(fs::exists(folder_of(failed) / left));
  CHECK_FALSE(fs::exists(trials / ".spare-left-0"));
  CHECK_FALSE(fs::exists(program.store() / "polysweep.db.new-2147483000"));
  CHECK(fs::exists(program.store() / "commands" / "notes.tmp"));
  CHECK_FALSE(exists_below(trials, "state"));
  CHECK(exists_below(trials, "output.txt"));
  CHECK(exists_below(trials, "attempt-1.log"));

  CHECK(nlohmann::json::parse(program.ask({"gc", "--json"}).output)["items"].empty());
  CHECK(program.ask({"report"}).output == before);
  CHECK(program.ask({"rebuild"}).status == 0);
  CHECK(program.ask({"report"}).output == before);
}

// Its trial's folder was once removed because of the file's ending.
TEST_CASE("gc keeps a declared artifact whatever its name", "[cli]") {
  const PolysweepProgram program;
  program.write("work.sh", kScript +
                               "echo weights > \"$POLYSWEEP_TRIAL_FOLDER/best.checkpoint\"\n"
                               "echo weights > \"$POLYSWEEP_CHECKPOINT_FOLDER/model.psc\"\n"
                               "echo '{\"artifact\":\"best.checkpoint\"}' >> "
                               "\"$POLYSWEEP_METRICS_FILE\"\n"
                               "echo '{\"artifact\":\"checkpoint/model.psc\"}' >> "
                               "\"$POLYSWEEP_METRICS_FILE\"\n");
  REQUIRE(program.run(program.write("program.toml", kCommandSweep)).status == 0);
  const fs::path trials = program.store() / "trials";
  REQUIRE(exists_below(trials, "state"));
  const CommandEnd end = program.ask({"gc"});
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  CHECK(exists_below(trials, "best.checkpoint"));
  CHECK(exists_below(trials, "model.psc"));
  CHECK_FALSE(exists_below(trials, "state"));
}

TEST_CASE("gc refuses while a run is active", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const int pid = start_command(program.run_words(sweep, {"sleep_ms=200", "--as", "toy"}));
  for (int i = 0; i < 200 && program.ask({"status", "toy"}).status == 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const CommandEnd end = program.ask({"gc"});
  CHECK(end.status == 2);
  CHECK_THAT(end.error, Contains("is in use by"));
  kill(pid, SIGKILL);
  wait_command(pid);
}

TEST_CASE("retry gives failed trials new attempts, and the old ones stay", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  // Fails at its first attempt alone: what is run again is done.
  const std::vector<std::string> words = {"fault=none,throw", "fault_step=2", "x=0,1", "y=0",
                                          "fault_attempts=1", "--as",         "toy"};
  REQUIRE(program.run(sweep, words).status == 1);
  const nlohmann::json before = all_attempts(program);
  REQUIRE(program.query("SELECT count(*) AS n FROM trials WHERE state = 'failed'")[0]["n"] == 8);

  const CommandEnd dry = program.ask({"retry", "toy", "--dry-run"});
  INFO(dry.output << dry.error);
  CHECK(dry.status == 0);
  CHECK_THAT(dry.output,
             Contains("toy was asked to throw") && Contains("8 failed trials would be retried"));
  CHECK(all_attempts(program) == before);

  REQUIRE(program.ask({"retry", "toy", "--where", "x=0"}).status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state = 'pending'")[0]["n"] == 4);
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state = 'failed'")[0]["n"] == 4);
  // A second time: none of them is failed any more.
  CHECK_THAT(program.ask({"retry", "toy", "--where", "x=0"}).output, Contains("0 failed trials"));
  const nlohmann::json reopened = all_attempts(program);
  REQUIRE(program.ask({"rebuild"}).status == 0);
  CHECK(all_attempts(program) == reopened);

  REQUIRE(program.run(sweep, words).status == 1);  // the others have failed still
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state = 'done'")[0]["n"] == 12);
  const std::string again = a_trial(program, "attempts = 3");
  const CommandEnd shown = program.ask({"show", again});
  CHECK_THAT(shown.output, Contains("toy was asked to throw") && Contains("polysweep retry"));
  REQUIRE(program.ask({"retry", "toy"}).status == 0);
  REQUIRE(program.run(sweep, words).status == 0);
  const nlohmann::json after = all_attempts(program);
  for (const nlohmann::json& row : before) {
    CHECK(std::find(after.begin(), after.end(), row) != after.end());
  }
  REQUIRE(program.ask({"rebuild"}).status == 0);
  CHECK(all_attempts(program) == after);
  CHECK(program.ask({"journal", "check"}).status == 0);
}

TEST_CASE("retry allows the full number of attempts again", "[cli]") {
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  const std::vector<std::string> words = {
      "fault=none,segfault", "fault_step=2", "x=0", "y=0", "seed=0",
      "fault_attempts=9",    "--as",         "toy"};
  REQUIRE(program.run(sweep, words).status == 1);
  const std::string failed = a_trial(program, "state = 'failed'");
  const auto crashes = [&] {
    return program.query(
        "SELECT count(*) AS n FROM attempts WHERE outcome = 'crashed' AND trial = '" + failed +
        "'")[0]["n"];
  };
  REQUIRE(crashes() == 3);
  REQUIRE(program.ask({"retry", "toy"}).status == 0);
  REQUIRE(program.run(sweep, words).status == 1);
  CHECK(crashes() == 6);
}
