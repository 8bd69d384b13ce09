// verify over trainings: every point and the digest of the weights.
#include <filesystem>

#include "framework/core/file_system.h"
#include "framework/journal/journal_writer.h"
#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

const std::string kTrainings = R"(
sweep      = "tiny"
experiment = "translation"
[fixed]
corpus         = "synthetic"
sentences      = 200
held_out       = 20
longest        = 16
layers         = 1
dimension      = 32
batch_tokens   = 256
updates        = 12
warmup         = 4
evaluate_every = 6
[factors]
encoding = ["rope", "legendre_position"]
[metrics]
primary = { name = "test_bleu", goal = "maximize" }
)";

// The trial's last attempt, repeated in another journal with other weights.
void alter_weights(const PolysweepProgram& program, const std::string& hex) {
  JournalWriter journal(system_files(), program.store() / "journal" / "elsewhere");
  AttemptStarted started;
  started.trial = TrialId::from_hex(hex);
  started.attempt = 2;
  journal.append(started);
  journal.append(AttemptResumed{started.trial, 2, 11});
  for (const nlohmann::json& row : program.query(
           "SELECT metric, step, value FROM metrics WHERE step > 11 AND trial = '" + hex + "'")) {
    MetricsRecorded point;
    point.trial = started.trial;
    point.attempt = 2;
    point.names = {row["metric"].get<std::string>()};
    point.points = {{0, row["step"].get<std::int64_t>(), row["value"].get<double>()}};
    journal.append(point);
  }
  for (const nlohmann::json& row : program.query(
           "SELECT name, step, value FROM texts WHERE step > 11 AND trial = '" + hex + "'")) {
    const bool weights = row["name"] == "weights_sha256";
    journal.append(TextRecorded{started.trial, 2, row["name"], row["step"].get<std::int64_t>(),
                                weights ? std::string(64, '0') : row["value"].get<std::string>()});
  }
  AttemptFinished finished;
  finished.trial = started.trial;
  finished.attempt = 2;
  finished.final = true;
  journal.append(finished);
  journal.sync();
}

}  // namespace

TEST_CASE("verify finds trainings equal bit for bit, their weights included", "[cli][slow]") {
  const fs::path worker = fs::path(POLYSWEEP_PROGRAMS) / "polysweep-worker";
  if (!fs::exists(worker)) POLYSWEEP_SKIP("LibTorch is not in this build");
  const PolysweepProgram program;
  const std::vector<std::string> host = {"--worker", worker.string(), "--slots", "1"};
  const auto ask = [&](std::vector<std::string> words) {
    words.insert(words.end(), host.begin(), host.end());
    return program.ask(words);
  };
  const CommandEnd run = ask({"run", program.write("tiny.toml", kTrainings).string()});
  INFO(run.output << run.error);
  REQUIRE(run.status == 0);

  const CommandEnd same = ask({"verify", "--json"});
  INFO(same.output << same.error);
  REQUIRE(same.status == 0);
  const nlohmann::json rows = nlohmann::json::parse(same.output);
  REQUIRE(rows.size() == 2);
  for (const nlohmann::json& row : rows) {
    CHECK(row["equal"] == true);
    CHECK(row["points"].get<int>() > 0);
    CHECK(row["texts"].get<int>() > 0);
  }

  const std::string altered = program.query(
      "SELECT trial FROM texts WHERE name = 'weights_sha256' ORDER BY trial LIMIT 1")[0]["trial"];
  alter_weights(program, altered);
  const CommandEnd other = ask({"verify", altered, "--json"});
  INFO(other.output << other.error);
  REQUIRE(other.status == 1);
  const nlohmann::json row = nlohmann::json::parse(other.output)[0];
  CHECK(row["differing"] == nlohmann::json::array({"weights_sha256"}));
  CHECK(row["first"]["name"] == "weights_sha256");
  CHECK(row["first"]["then"] == std::string(64, '0'));
}
