// A sweep file that names its worker.
#include <filesystem>
#include <fstream>

#include "framework/worker/message.h"
#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

// A sweep whose third line names `worker`.
std::string sweep_with(const std::string& worker) {
  return "sweep = \"named\"\nexperiment = \"toy\"\nworker = \"" + worker +
         "\"\n[factors]\nx = [0.0, 1.0]\n";
}

class NamedWorkerProgram : public PolysweepProgram {
 public:
  // As a person would: without --worker.
  CommandEnd command(const std::string& name, const fs::path& sweep,
                     const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {path().string(), name, sweep.string()};
    argv.insert(argv.end(), more.begin(), more.end());
    return run_command(argv, {{"XDG_CACHE_HOME", (store() / "cache").string()}});
  }
  // What `plan` says of a sweep whose worker is this script.
  std::string refusal(const std::string& script) const {
    const fs::path file = write("bin/mine", script);
    fs::permissions(file, fs::perms::owner_all);
    const CommandEnd end = command("plan", write("s.toml", sweep_with("bin/mine")));
    CHECK(end.status == 2);
    CHECK_THAT(end.error, Contains("s.toml:3:10: "));
    return end.error;
  }
};

}  // namespace

TEST_CASE("a sweep file names its worker, relative to itself", "[cli][worker]") {
  const NamedWorkerProgram program;
  const fs::path sweep = program.write("sweeps/s.toml", sweep_with("../bin/mine"));
  const fs::path worker = sweep.parent_path().parent_path() / "bin" / "mine";
  fs::create_directories(worker.parent_path());
  fs::copy_file(PolysweepProgram::worker(), worker);

  REQUIRE(program.command("run", sweep, {"--store", program.store().string()}).status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state = 'done'")[0]["n"] == 2);

  SECTION("every command that plans finds it") {
    CHECK(program.command("plan", sweep).status == 0);
    const CommandEnd shown = program.command("experiments", sweep);
    CHECK(shown.status == 0);
    CHECK_THAT(shown.output, Contains("toy (version 1)"));
  }
  SECTION("verify runs the trials again by it") {
    const CommandEnd end = program.ask({"verify", "--slots", "1"});
    CHECK_THAT(end.output, Contains("2 trials: 2 equal bit for bit"));
  }
  SECTION("--worker overrides it") {
    fs::remove(worker);
    CHECK(program.command("plan", sweep).status == 2);
    const std::vector<std::string> other = {"--worker", PolysweepProgram::worker().string()};
    CHECK(program.command("plan", sweep, other).status == 0);
  }
  SECTION("an absolute path") {
    const fs::path other =
        program.write("elsewhere/s.toml", sweep_with(PolysweepProgram::worker().string()));
    CHECK(program.command("plan", other).status == 0);
  }
}

TEST_CASE("a worker that is not there or not a worker is refused at its place in the file",
          "[cli][worker]") {
  const NamedWorkerProgram program;
  const auto plan = [&](const std::string& worker) {
    const CommandEnd end = program.command("plan", program.write("s.toml", sweep_with(worker)));
    CHECK(end.status == 2);
    return end.error;
  };
  const std::string missing = plan("build/mine");
  CHECK_THAT(missing, Contains("s.toml:3:10: found no worker program at /"));
  CHECK_THAT(missing, Contains("build/mine; build it, or name another with --worker PROGRAM"));
  CHECK_THAT(plan("."), Contains("s.toml:3:10: ") && Contains("is a folder; expected a worker"));
  CHECK_THAT(plan(""), Contains("s.toml:3:10: 'worker' is empty; expected the path of a program"));
  CHECK_THAT(plan("s.toml"), Contains("is not executable; expected a worker program"));

  const fs::path both = program.write(
      "both.toml", "sweep = \"s\"\nexperiment = \"e\"\ncommand = [\"true\"]\nworker = \"mine\"\n");
  CHECK_THAT(program.command("plan", both).error,
             Contains("both.toml:4:1: a sweep has a 'worker' or a 'command', not both"));
}

TEST_CASE("a program that answers wrongly is not a worker", "[cli][worker]") {
  const NamedWorkerProgram program;
  CHECK_THAT(program.refusal("#!/bin/sh\necho hello\n"),
             Contains("is not a worker for this polysweep: it printed \"hello\"; expected the "
                      "JSON object that polysweep::worker_main prints"));
  CHECK_THAT(program.refusal("#!/bin/sh\n"), Contains("it printed \"\"; expected the JSON object"));
  CHECK_THAT(program.refusal("#!/bin/sh\necho unknown option; exit 3\n"),
             Contains("--schema` failed with exit status 3; it printed: unknown option"));
  CHECK_THAT(program.refusal("#!/bin/sh\necho before; kill -SEGV $$\n"),
             Contains("failed with signal 11 (Segmentation fault); it printed: before"));
  CHECK_THAT(program.refusal("#!/nowhere/sh\n"), Contains("bin/mine"));
  CHECK_THAT(
      program.refusal("#!/bin/sh\necho '{\"worker_protocol\":99,\"polysweep\":\"7.0.0\"}'\n"),
      Contains("it was built with polysweep 7.0.0, whose workers speak version 99 of the "
               "protocol; expected version " +
               std::to_string(kProtocolVersion)));
  CHECK_THAT(program.refusal("#!/bin/sh\necho '{\"worker_protocol\":" +
                             std::to_string(kProtocolVersion) + "}'\n"),
             Contains("this is not a catalogue of experiments"));
}

TEST_CASE("lines that a worker's libraries print do not disturb its schema", "[cli][worker]") {
  const NamedWorkerProgram program;
  const fs::path wrapper =
      program.write("bin/mine", "#!/bin/sh\necho warning: no GPU\necho more >&2\nexec " +
                                    PolysweepProgram::worker().string() + " \"$@\"\n");
  fs::permissions(wrapper, fs::perms::owner_all);
  const fs::path sweep = program.write("s.toml", sweep_with("bin/mine"));
  CHECK(program.command("plan", sweep).status == 0);
  CHECK(program.command("run", sweep, {"--store", program.store().string()}).status == 0);
}

TEST_CASE("a worker that was built again is asked again", "[cli][worker]") {
  const NamedWorkerProgram program;
  const fs::path sweep = program.write("s.toml", sweep_with("bin/mine"));
  CHECK_THAT(program.refusal("#!/bin/sh\necho hello\n"), Contains("hello"));
  fs::remove(sweep.parent_path() / "bin" / "mine");
  fs::copy_file(PolysweepProgram::worker(), sweep.parent_path() / "bin" / "mine");
  CHECK(program.command("plan", sweep).status == 0);
}

TEST_CASE("the build of a worker names its program", "[cli][worker]") {
  const NamedWorkerProgram program;
  const fs::path sweep = program.write("s.toml", sweep_with(PolysweepProgram::worker().string()));
  REQUIRE(program.command("run", sweep, {"--store", program.store().string()}).status == 0);
  const nlohmann::json schema =
      nlohmann::json::parse(run_command({PolysweepProgram::worker().string(), "--schema"}).output);
  const std::string build = schema["build"];
  const std::size_t at = build.find(" program ");
  REQUIRE(at != std::string::npos);
  const nlohmann::json facts =
      program.query("SELECT DISTINCT value FROM provenance_facts WHERE fact = 'build.program'");
  REQUIRE(facts.size() == 1);
  CHECK(facts[0]["value"] == build.substr(at + 9));
}
