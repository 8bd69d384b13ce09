// A sweep whose program is edited: what is said, and the two versions compared.
#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

const char* const kSweep = R"(sweep      = "edited"
experiment = "edited"
command    = ["/bin/sh", "train.sh", "{lr}", "{seed}"]
files      = ["train.sh"]
replicate  = "seed"
[factors]
lr   = [1, 2]
seed = { range = [1, 4] }
[baseline]
lr = 1
[metrics]
primary = { name = "loss", goal = "minimize" }
[capture]
stdout = ['loss (?P<loss>\S+)']
)";

// Its loss is LR * 10 + SEED + `more`.
std::string script(int more) {
  return "echo loss $(($1 * 10 + $2 + " + std::to_string(more) + "))\n";
}

// Four seeds of two cells under each of two versions.
class EditedSweep {
 public:
  EditedSweep() : sweep_(program_.write("edited.toml", kSweep)) {
    program_.write("train.sh", script(0));
    REQUIRE(run({}).status == 0);
    before_ = code();
  }

  void edit() { program_.write("train.sh", script(-5)); }
  CommandEnd run(const std::vector<std::string>& words) const {
    return command("run", words, true);
  }
  CommandEnd plan(const std::vector<std::string>& words, bool store = true) const {
    return command("plan", words, store);
  }
  // Of the sweep as last planned.
  std::string code() const {
    return program_.query("SELECT DISTINCT code FROM wide")[0]["code"].get<std::string>();
  }
  const std::string& before() const { return before_; }
  const PolysweepProgram& program() const { return program_; }

 private:
  CommandEnd command(const std::string& name, const std::vector<std::string>& words,
                     bool store) const {
    std::vector<std::string> argv = {PolysweepProgram::path().string(), name, sweep_.string()};
    argv.insert(argv.end(), words.begin(), words.end());
    if (store) argv.insert(argv.end(), {"--store", program_.store().string()});
    return run_command(argv);
  }

  PolysweepProgram program_;
  std::filesystem::path sweep_;
  std::string before_;
};

}  // namespace

TEST_CASE("changed code is said before anything runs", "[cli][code]") {
  EditedSweep edited;
  CHECK_THAT(edited.plan({}).output, !Contains("under code"));
  edited.edit();
  const std::string old = edited.before().substr(0, 8);
  const CommandEnd plan = edited.plan({});
  CHECK_THAT(plan.output, Contains("8 trials: 0 done, 8 pending") &&
                              Contains("code: 8 trials are done under code " + old +
                                       " (train.sh differs, +1 -1 lines); 8 of them run again "
                                       "under ") &&
                              Contains("compare edited code=" + old + " code="));
  const CommandEnd status = edited.program().ask({"status", "edited"});
  CHECK(status.status == 0);  // of the plan
  CHECK_THAT(status.error,
             Contains("its code has changed since it was planned (train.sh differs)") &&
                 Contains("polysweep run "));
  CHECK_THAT(edited.program().ask({"status"}).error, Contains("its code has changed"));

  const CommandEnd part = edited.run({"seed=1"});
  CHECK(part.status == 0);
  CHECK_THAT(part.output, Contains("8 of them run again under"));
  CHECK_THAT(edited.plan({}).output, Contains("6 of them run again under"));
  CHECK_THAT(edited.program().ask({"status", "edited"}).error,
             !Contains("its code has changed") && Contains("8 trials are done under other code"));
  REQUIRE(edited.run({}).status == 0);
  CHECK_THAT(edited.run({}).output, !Contains("again"));
  for (const char* command : {"list", "best"}) {
    CHECK_THAT(edited.program().ask({command, "edited"}).error,
               Contains("8 trials are done under other code (" + old + ")"));
  }
  CHECK_THAT(edited.program().ask({"report", "edited"}).output,
             Contains("done under other code (" + old + ")"));
}

TEST_CASE("a run continues with the code of an earlier version", "[cli][code]") {
  EditedSweep edited;
  REQUIRE(edited.run({"lr=1", "--as", "part"}).status == 0);
  edited.edit();
  const std::string old = edited.before().substr(0, 6);
  CHECK_THAT(edited.plan({}).output, Contains(" --code " + edited.before().substr(0, 8)));
  const CommandEnd plan = edited.plan({"--code", old});
  CHECK_THAT(plan.output, Contains(": 8 trials: 8 done\n") && !Contains("run again"));
  CHECK(edited.run({"--code", old}).status == 0);
  CHECK(edited.program().query("SELECT count(*) AS n FROM attempts")[0]["n"] == 8);
  // Values that were not run before have the old code too.
  REQUIRE(edited.run({"lr=1,3", "seed=1", "--as", "more", "--code", old}).status == 0);
  CHECK(edited.program().query(
            "SELECT loss FROM wide WHERE sweep = 'more' AND lr = 3")[0]["loss"] == 31);
  CHECK_THAT(edited.run({"--code", "zz"}).error, Contains("zz"));
}

TEST_CASE("two versions of the code are compared, paired by cell and seed", "[cli][code]") {
  EditedSweep edited;
  edited.edit();
  REQUIRE(edited.run({}).status == 0);
  const std::string a = "code=" + edited.before().substr(0, 4);
  const std::string b = "code=" + edited.code().substr(0, 4);
  const CommandEnd end = edited.program().ask({"compare", "edited", a, b, "--json"});
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  const nlohmann::json json = nlohmann::json::parse(end.output);
  REQUIRE(json["comparisons"].size() == 2);
  for (const auto& row : json["comparisons"]) {
    CHECK(row["difference"] == -5);
    CHECK(row["pairs"] == 4);
    CHECK(row["cell"]["levels"]["code"] == edited.code().substr(0, 8));
    CHECK(row["baseline"]["levels"]["code"] == edited.before().substr(0, 8));
    CHECK(row["cell"]["levels"]["lr"] == row["baseline"]["levels"]["lr"]);
  }
  CHECK_THAT(json["notes"].dump(), Contains("train.sh differs"));
  // The other way round.
  const auto back =
      nlohmann::json::parse(edited.program().ask({"compare", "edited", b, a, "--json"}).output);
  CHECK(back["comparisons"][0]["difference"] == 5);

  const auto page = edited.program().store() / "versions.html";
  const CommandEnd report =
      edited.program().ask({"report", "edited", a, b, "--out", page.string()});
  INFO(report.error);
  CHECK(report.status == 0);
  CHECK(std::filesystem::file_size(page) > 10'000);
  CHECK_THAT(edited.program().ask({"report", "edited", a, b}).output,
             Contains("Two versions of the code are compared"));
}

TEST_CASE("versions that cannot be compared are told", "[cli][code]") {
  EditedSweep edited;
  const auto error = [&](const std::vector<std::string>& words) {
    std::vector<std::string> argv = {"compare", "edited"};
    argv.insert(argv.end(), words.begin(), words.end());
    const CommandEnd end = edited.program().ask(argv);
    CHECK(end.status == 2);
    return end.error;
  };
  const std::string a = "code=" + edited.before().substr(0, 6);
  CHECK_THAT(error({a, "code=zz"}),
             Contains("was not planned with code 'zz'; its versions, the latest first: " +
                      edited.before().substr(0, 8)));
  CHECK_THAT(error({a, a}), Contains("are one version"));
  CHECK_THAT(error({a}), Contains("expected a sweep and either no cells or two"));
  CHECK_THAT(error({a, "lr=1"}), Contains("'lr=1': expected code=DIGEST"));
  CHECK_THAT(error({"code=", a}), Contains("was not planned with code ''"));
  edited.edit();
  REQUIRE(edited.run({"lr=1", "seed=1", "--slots", "1"}).status == 0);
  const std::string b = "code=" + edited.code();
  // Three of four seeds of one cell, and all of the other, have no value.
  CHECK(edited.program().ask({"compare", "edited", a, b}).status == 1);
}

TEST_CASE("a done trial that is retried does not find what it kept", "[cli][code]") {
  const PolysweepProgram program;
  program.write("train.sh",
                "if [ -e state ]; then echo resumed; else echo x > state; echo loss $1; fi\n");
  const auto sweep = program.write("kept.toml", R"(
sweep = "kept"
experiment = "kept"
command = ["sh", "train.sh", "{lr}", "{seed}"]
metrics.primary = { name = "loss", goal = "minimize" }
[capture]
stdout = ['loss (?P<loss>\S+)']
[factors]
lr = [1.0]
seed = [0, 1]
)");
  const auto run = [&] {
    return run_command({PolysweepProgram::path().string(), "run", sweep.string(), "--store",
                        program.store().string(), "--quiet"});
  };
  REQUIRE(run().status == 0);
  CHECK(program.ask({"retry", "kept", "--done"}).status == 0);
  const CommandEnd again = run();
  INFO(again.output);
  CHECK(again.status == 0);
  std::size_t aside = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator(program.store())) {
    if (each.path().filename() == "state") {
      aside += each.path().string().find("/work-1/") != std::string::npos ? 1 : 0;
    }
  }
  CHECK(aside == 2);
}

TEST_CASE("a corrected [capture] is not applied to trials that are done, which is said",
          "[cli][code]") {
  const PolysweepProgram program;
  program.write("train.sh", script(0) + "echo accuracy $2\n");
  std::string text = kSweep;
  const auto sweep = program.write("edited.toml", text);
  const auto command = [&](const std::string& name) {
    return run_command({PolysweepProgram::path().string(), name, sweep.string(), "--store",
                        program.store().string()});
  };
  REQUIRE(command("run").status == 0);
  CHECK_THAT(command("plan").output, !Contains("[capture]"));
  text.replace(text.find("['loss (?P<loss>\\S+)']"), 22,
               "['loss (?P<loss>\\S+)', 'accuracy (?P<accuracy>\\S+)']");
  program.write("edited.toml", text);
  const std::string said =
      "[capture] has changed since 8 trials were done, which keep what was recorded of them; "
      "`polysweep retry edited --done`";
  CHECK_THAT(command("plan").output, Contains(said));
  CHECK_THAT(command("run").output, Contains(said));
  const auto accuracies = [&] {
    return program.query("SELECT count(*) AS n FROM metrics WHERE metric = 'accuracy'")[0]["n"];
  };
  CHECK(accuracies() == 0);
  const CommandEnd retry = program.ask({"retry", "edited", "--done", "--where", "lr=1"});
  CHECK_THAT(retry.output, Contains("4 trials are retried by the next"));
  CHECK(program.ask({"status", "edited"}).status == 1);
  REQUIRE(command("run").status == 0);
  CHECK(accuracies() == 4);
  CHECK(program.query("SELECT count(*) AS n FROM trials WHERE state = 'done'")[0]["n"] == 8);
}
