// A sweep whose program is edited: what is said, and the two versions compared.
#include <unistd.h>

#include <fstream>

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

TEST_CASE("trials are taken over where a parameter was renamed and another added",
          "[cli][history]") {
  const PolysweepProgram program;
  program.write("train.sh", script(0));
  std::string text = kSweep;
  const auto command = [&](const std::string& name) {
    return run_command({PolysweepProgram::path().string(), name,
                        program.write("edited.toml", text).string(), "--store",
                        program.store().string()});
  };
  REQUIRE(command("run").status == 0);
  // Words of a parameter that was not there are no part of the identity.
  const std::string words = "\"{lr}\", \"{seed}\"]";
  text.replace(text.find(words), words.size(), "\"{rate}\", \"{seed}\", \"{layers}\"]");
  text.replace(text.find("lr   = [1, 2]"), 13, "rate = [1, 2]");
  text.replace(text.find("lr = 1"), 6, "rate = 1");
  text.insert(text.find("replicate"), "version = 2\n");
  text += "[parameters]\nrate = { was = \"lr\" }\nlayers = { default = 3, since = 2 }\n";
  const CommandEnd plan = command("plan");
  CHECK_THAT(plan.output,
             Contains("8 trials are taken over from earlier versions of the file (rate was lr; "
                      "layers is new in version 2)") &&
                 Contains(": 8 trials: 8 done\n") &&
                 Contains("of 8 trials taken over from earlier versions of the file, 8 are done"));
  REQUIRE(command("run").status == 0);
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 8);
  const auto rows = nlohmann::json::parse(program.ask({"list", "edited", "--json"}).output);
  REQUIRE(rows.size() == 8);
  for (const auto& row : rows) CHECK(row["parameters"]["layers"] == 3);
  CHECK(program.query("SELECT count(*) AS n, sum(layers) AS layers FROM wide WHERE rate = 2 AND "
                      "seed > 0")[0] == nlohmann::json({{"n", 4}, {"layers", 12}}));
  CHECK(program.ask({"compare", "edited"}).status == 0);
  const std::string rebuilt = program.ask({"list", "edited", "--csv"}).output;
  REQUIRE(program.ask({"rebuild"}).status == 0);
  CHECK(program.ask({"list", "edited", "--csv"}).output == rebuilt);
}

TEST_CASE("trials count under code that is declared to mean the same", "[cli][history]") {
  EditedSweep edited;
  const std::string old = edited.before().substr(0, 8);
  edited.edit();
  const auto with = [&](const std::string& line) {
    edited.program().write("edited.toml", line + "\n" + kSweep);
  };
  with("code_same_as = \"" + old + "\"");
  const CommandEnd plan = edited.plan({});
  CHECK_THAT(plan.output, Contains(": 8 trials: 8 done\n") &&
                              Contains(" is declared to mean the same as " + old +
                                       " (code_same_as, which is not checked); 8 trials are taken "
                                       "over") &&
                              !Contains("run again"));
  // A new cell runs the code of now, and counts with the others.
  std::string text = "code_same_as = \"" + old + "\"\n" + kSweep;
  text.replace(text.find("lr   = [1, 2]"), 13, "lr   = [1, 2, 3]");
  edited.program().write("edited.toml", text);
  REQUIRE(edited.run({}).status == 0);
  CHECK(edited.program().query("SELECT count(*) AS n FROM attempts")[0]["n"] == 12);
  CHECK(edited.program().query("SELECT sum(loss) AS loss FROM wide WHERE lr = 3")[0]["loss"] ==
        4 * 25 + 10);
  CHECK_THAT(edited.plan({}).output, Contains("12 done") && Contains("; 8 trials are taken over"));
  const std::string note = " is declared to mean the same as " + old;
  CHECK_THAT(edited.program().ask({"report", "edited"}).output, Contains(note));
  CHECK_THAT(edited.program().ask({"audit", "edited"}).output,
             Contains("is declared to mean the same (code_same_as), which is not checked"));
  CHECK_THAT(edited.program().ask({"status", "edited"}).error, !Contains("has changed"));
  // Both snapshots are needed.
  CHECK_THAT(edited.program().ask({"gc", "--dry-run"}).output, !Contains("code  "));
  const std::string rebuilt = edited.program().ask({"list", "edited", "--csv"}).output;
  REQUIRE(edited.program().ask({"rebuild"}).status == 0);
  CHECK(edited.program().ask({"list", "edited", "--csv"}).output == rebuilt);

  with("code_same_as = \"abcdef\"");
  CHECK_THAT(edited.plan({}).error, Contains("edited.toml:1:16: ") &&
                                        Contains("has no snapshot of code 'abcdef'; it has "));
  with("code_same_as = \"6c5\"");
  CHECK_THAT(edited.plan({}).error, Contains("expected the first 4 to 64 hex digits"));
  with("code = \"live\"\ncode_same_as = \"" + old + "\"");
  CHECK_THAT(edited.plan({}).error, Contains("has no snapshots that code_same_as could name"));
}

TEST_CASE("retry says which code its trials have, where it has changed", "[cli][code]") {
  const PolysweepProgram program;
  program.write("train.sh", "exit 1\n");
  const auto sweep = program.write("edited.toml", kSweep);
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {PolysweepProgram::path().string(), "run", sweep.string()});
    words.insert(words.end(), {"--store", program.store().string(), "--breaker", "0"});
    return run_command(words);
  };
  REQUIRE(run({}).status == 1);
  const std::string code =
      program.query("SELECT DISTINCT code FROM wide")[0]["code"].get<std::string>().substr(0, 8);
  CHECK_THAT(program.ask({"status", "edited"}).output,
             Contains("failed trials stay failed: `polysweep retry edited`, then run again"));
  program.write("train.sh", script(0));
  CHECK_THAT(program.ask({"status", "edited"}).output,
             Contains("the failed trials are of code " + code) && Contains("without a retry") &&
                 Contains(" --code " + code + "`, repeats them as they were"));
  const CommandEnd retry = program.ask({"retry", "edited", "--dry-run"});
  CHECK_THAT(retry.output,
             Contains("8 failed trials of code " + code + " would be pending again") &&
                 Contains("runs all trials under code ") &&
                 Contains(" --code " + code + "` runs them with the code they had"));
  // That is what happens.
  const auto attempts = [&] {
    return program.query("SELECT count(*) AS n FROM attempts")[0]["n"].get<int>();
  };
  REQUIRE(program.ask({"retry", "edited"}).status == 0);
  const int before = attempts();
  CHECK(run({}).status == 0);
  CHECK(attempts() == before + 8);
  CHECK(run({"--code", code}).status == 1);
  CHECK(attempts() == before + 16);
}

TEST_CASE("a damaged snapshot is said before any trial starts", "[cli][code]") {
  EditedSweep edited;
  const std::string old = edited.before().substr(0, 8);
  const auto objects = edited.program().store() / "code" / "objects";
  const auto object = std::filesystem::directory_iterator(objects)->path();
  const auto attempts = [&] {
    return edited.program().query("SELECT count(*) AS n FROM attempts")[0]["n"];
  };
  std::filesystem::remove(object);
  edited.edit();
  const CommandEnd end = edited.run({"--code", old, "lr=1,3", "--as", "more"});
  CHECK(end.status == 2);
  CHECK_THAT(end.error, Contains("the snapshot of code " + old) && Contains("is damaged") &&
                            Contains("train.sh"));
  CHECK(attempts() == 8);
  // The work tree has it again: the snapshot is made again, whatever an object holds.
  edited.program().write("train.sh", script(0));
  REQUIRE(edited.run({"lr=1,3", "--as", "more"}).status == 0);
  CHECK(attempts() == 12);
  const auto time = std::filesystem::last_write_time(object);
  std::filesystem::permissions(object, std::filesystem::perms::owner_all);
  std::ofstream(object) << "exit 1\n";
  std::filesystem::last_write_time(object, time);
  REQUIRE(edited.run({"lr=1,4", "--as", "most"}).status == 0);
  // A manifest that cannot be read does not stop gc, which then removes no object.
  edited.edit();
  REQUIRE(edited.run({"lr=1", "--as", "part"}).status == 0);
  const auto manifest = edited.program().store() / "code" /
                        edited.program()
                            .query("SELECT DISTINCT code FROM trial ORDER BY code")[0]["code"]
                            .get<std::string>() /
                        "manifest.json";
  std::ofstream(manifest) << "{";
  std::ofstream(objects / std::string(64, 'b')) << "";
  const CommandEnd gc = edited.program().ask({"gc"});
  CHECK(gc.status == 0);
  CHECK(std::filesystem::exists(objects / std::string(64, 'b')));
}

TEST_CASE("list of all sweeps shows the code where it differs", "[cli][code]") {
  EditedSweep edited;
  CHECK_THAT(edited.program().ask({"list"}).output, !Contains("code"));
  edited.edit();
  REQUIRE(edited.run({}).status == 0);
  CHECK_THAT(edited.program().ask({"list"}).output,
             Contains("code") && Contains(edited.before()) && Contains(edited.code()));
  CHECK_THAT(edited.program().ask({"list", "edited"}).output, !Contains("code"));
  CHECK_THAT(edited.program().ask({"list", "--where", "code='" + edited.code() + "'"}).output,
             !Contains(edited.before()));
}

TEST_CASE("a name that a sweep of the store has is not planned over by --as", "[cli][as]") {
  EditedSweep edited;
  const CommandEnd asked = edited.plan({"lr=3"});
  // The command that it names plans.
  CHECK_THAT(asked.error, Contains(" lr=1,3 ") && Contains("--as edited-lr-1-3"));
  CHECK(edited.plan({"lr=1,3", "--as", "edited-lr-1-3"}).status == 0);
  CHECK_THAT(edited.plan({"seed=0..9"}).error,
             Contains("; or more of them for the sweep itself: seed = { range = [0, 9] } in "));

  REQUIRE(edited.run({"lr=1,3", "--as", "more"}).status == 0);
  CHECK(edited.run({"lr=1,3", "--as", "more"}).status == 0);
  const CommandEnd other = edited.run({"lr=1,4", "--as", "more"});
  CHECK(other.status == 2);
  CHECK_THAT(other.error, Contains("--as more: the store has a sweep of this name, which was "
                                   "planned with lr=1,3, not with lr=1,4; use another name, or "
                                   "--replace"));
  CHECK_THAT(edited.run({"lr=1,4", "--as", "edited"}).error, Contains("which is the sweep of "));
  CHECK(edited.program().query(
            "SELECT count(*) AS n FROM sweep_trials WHERE sweep = 'more'")[0]["n"] == 8);
  REQUIRE(edited.run({"lr=1,4", "--as", "more", "--replace"}).status == 0);
  CHECK(edited.program().query("SELECT max(lr) AS lr FROM wide WHERE sweep = 'more'")[0]["lr"] ==
        4);
}

TEST_CASE("a store that cannot be written is read", "[cli][readonly]") {
  EditedSweep edited;
  const auto store = edited.program().store();
  namespace fs = std::filesystem;
  fs::permissions(store.parent_path(),
                  fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  const std::string lock = "chmod -R a+rX,a-w \"$0\"";
  REQUIRE(run_command({"/bin/sh", "-c", lock, store.string()}).status == 0);
  const auto ask = [&](std::vector<std::string> words) {
    words = edited.program().on_store(std::move(words));
    if (geteuid() == 0) {
      words.insert(words.begin(),
                   {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
    }
    return run_command(words);
  };
  for (const char* command : {"status", "list", "report", "compare", "best", "show"}) {
    INFO(command);
    std::vector<std::string> words = {command, "edited"};
    if (std::string(command) == "show") {
      words[1] = edited.program().query("SELECT trial FROM trials LIMIT 1")[0]["trial"];
    }
    const CommandEnd end = ask(words);
    INFO(end.error);
    CHECK(end.status == 0);
    CHECK_THAT(end.error, Contains("cannot be written; its journals are read into a temporary"));
    CHECK(end.output == edited.program().ask(words).output);
  }
  CHECK(ask({"retry", "edited", "--done"}).status == 2);
  REQUIRE(run_command({"/bin/sh", "-c", "chmod -R u+w \"$0\"", store.string()}).status == 0);
}
