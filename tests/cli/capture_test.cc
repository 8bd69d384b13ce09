// Metrics that programs write elsewhere, and reports that are not as they should be: from
// the sweep file to what commands say.
#include <fstream>
#include <sstream>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

CommandEnd run_file(const PolysweepProgram& program, const fs::path& sweep,
                    std::vector<std::string> words = {}) {
  std::vector<std::string> all = {"run", sweep.string()};
  all.insert(all.end(), words.begin(), words.end());
  return program.ask(all);
}

std::string sweep_of(const std::string& name, const std::string& more = "") {
  return "sweep = \"" + name + "\"\nexperiment = \"" + name +
         "\"\ncommand = [\"/bin/sh\", \"work.sh\", \"{x}\"]\nfiles = [\"work.sh\"]\n"
         "[factors]\nx = [1, 2]\n[metrics]\nprimary = { name = \"loss\", goal = \"minimize\" }\n" +
         more;
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("the example of printed metrics runs as it stands", "[cli]") {
  const PolysweepProgram program;
  const fs::path example = fs::path(POLYSWEEP_SOURCE_FOLDER) / "examples" / "printed_metrics";
  const fs::path copy = program.store().parent_path() / "example";
  fs::copy(example, copy);
  CommandEnd end = run_file(program, copy / "train.toml");
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.error, Contains("sweep line: undeclared metrics were recorded: slope"));
  CHECK(program.query("SELECT count(*) AS n FROM metrics WHERE metric = 'loss'")[0]["n"] == 200);
  CHECK_THAT(program.ask({"list", "line"}).output, Contains("slope"));
  CHECK(program.ask({"compare", "line"}).status == 0);

  const CommandEnd built = run_command({"/usr/bin/env", "g++", "-O2", "-o",
                                        (copy / "anneal").string(), (copy / "anneal.cc").string()});
  REQUIRE(built.status == 0);
  end = run_file(program, copy / "anneal.toml", {"--strict"});
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM metrics WHERE metric = 'cost'")[0]["n"] == 200);
}

TEST_CASE("what was rejected or in conflict is told wherever the sweep is looked at", "[cli]") {
  const PolysweepProgram program;
  program.write("work.sh", R"(
say() { echo "$1" >> "$POLYSWEEP_METRICS_FILE"; }
say '{"metrics": {"loss": 1, "speed": "fast", "lr": 0.1}, "step": 1}'
say '{"metric": "loss", "value": 2, "step": 0.5}'
[ $1 = 2 ] && say '{"metric": "loss", "value": 3, "step": 1}'
exit 0
)");
  const fs::path sweep = program.write("s.toml", sweep_of("told"));
  CHECK(run_file(program, sweep).status == 0);
  const CommandEnd strict = run_file(program, sweep, {"--strict"});
  CHECK(strict.status == 1);
  CHECK_THAT(strict.error, Contains("sweep told: not accepted (--strict)"));
  for (const char* command : {"status", "list", "run"}) {
    INFO(command);
    const CommandEnd end =
        std::string(command) == "run" ? run_file(program, sweep) : program.ask({command, "told"});
    CHECK(end.status == 0);
    CHECK_THAT(end.error, Contains("points were dropped of 2 finished trials (4 points)"));
    CHECK_THAT(end.error,
               Contains("line 1: the value of metric 'speed' is 'fast'; expected a number"));
    CHECK_THAT(end.error, Contains("1 point of 1 trial gave another value at a step that had one"));
    CHECK_THAT(end.error, Contains("metric 'loss' at step 1: 1, then 3"));
    CHECK_THAT(end.error, Contains("undeclared metrics were recorded: lr"));
  }
  const auto rows = program.query(
      "SELECT json_extract(findings, '$.conflicts') AS conflicts, json_extract(findings, "
      "'$.undeclared') AS undeclared FROM attempts ORDER BY 1");
  CHECK(rows[0]["conflicts"].is_null());
  CHECK(rows[1]["conflicts"] == 1);
  CHECK(rows[1]["undeclared"] == "[\"lr\"]");
  const fs::path report = program.store() / "report.md";
  program.ask({"report", "told", "--out", report.string()});
  const std::string text = content(report);
  CHECK_THAT(text, Contains("The series of 2 finished trials are incomplete: 4 points") &&
                       Contains("the first reason: line 1: the value of metric 'speed'"));
  CHECK_THAT(text, Contains("1 point of 1 trial gave another value at a step that had one"));
  CHECK_THAT(text, Contains("Rejected and contradictory reports"));
  CHECK_THAT(text, Contains("Undeclared metrics that were recorded: lr"));
}

TEST_CASE("how to report a primary metric is said once", "[cli]") {
  const PolysweepProgram program;
  program.write("work.sh", "exit 0\n");
  std::string text = sweep_of("silent");
  text.replace(text.find("[1, 2]"), 6, "[1, 2, 3, 4, 5, 6]");
  const CommandEnd end = run_file(program, program.write("s.toml", text));
  INFO(end.output);
  CHECK(end.status == 1);
  CHECK(occurrences(end.output + end.error, "did not report its primary metric") == 1);
  CHECK(occurrences(end.output, "$POLYSWEEP_METRICS_FILE") == 1);
  CHECK(occurrences(end.output, "[capture]") == 1);
  CHECK_THAT(end.output, Contains("as trial "));
  CHECK_THAT(end.output, Contains("so no more are started (as trial "));
}

TEST_CASE("a capture that found nothing is named when the first trial ends", "[cli]") {
  const PolysweepProgram program;
  program.write("work.sh", "echo loss $1\n");
  const fs::path sweep = program.write(
      "s.toml",
      sweep_of("half", "[capture]\nstdout = ['loss (?P<loss>\\S+)', 'acc (?P<acc>\\S+)']\n"));
  const CommandEnd end = run_file(program, sweep, {"--slots", "1"});
  CHECK(end.status == 0);
  CHECK(occurrences(end.output, "is done, but: [capture] found nothing for stdout 'acc") == 1);
  CHECK_THAT(end.error, Contains("sweep half: [capture] found nothing for stdout 'acc (?P<acc>") &&
                            Contains("in 2 trials"));
  CHECK(run_file(program, sweep, {"--strict"}).status == 1);
}
