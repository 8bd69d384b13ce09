// What the commands say of a sweep that really ran, against scipy where it is
// installed, and their figures and LaTeX.
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

// Noise distinguishes the cells: a seed adds 0.1 n, 0.3 n or 0.5 n, by cell.
const std::string kNoisySweep = R"(
sweep      = "noisy"
experiment = "toy"
replicate  = "seed"
[fixed]
steps = 8
[factors]
noise = [0.1, 0.3, 0.5]
x     = [0.0, 1.0]
seed  = { range = [0, 7] }
[baseline]
noise = 0.1
[metrics]
primary = { name = "objective", goal = "minimize" }
)";

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool succeeds(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

// A Python that has scipy; "" where none has.
std::string scientific_python() {
  for (const std::string python : {"python3", "/usr/bin/python3"}) {
    if (succeeds(python + " -c 'import scipy.stats'")) return python;
  }
  return "";
}

// The noisy sweep, run once for all tests of this file.
const PolysweepProgram& noisy() {
  static const PolysweepProgram program;
  static const CommandEnd run = program.run(program.write("noisy.toml", kNoisySweep));
  REQUIRE(run.status == 0);
  return program;
}

nlohmann::json ask_json(const PolysweepProgram& program, std::vector<std::string> words) {
  words.emplace_back("--json");
  const CommandEnd end = program.ask(words);
  INFO(end.error);
  REQUIRE(end.status != 2);
  return nlohmann::json::parse(end.output);
}

}  // namespace

TEST_CASE("the comparison of a real sweep is scipy's", "[cli][reports]") {
  const std::string python = scientific_python();
  if (python.empty()) POLYSWEEP_SKIP("no Python with scipy on this machine");
  const auto& program = noisy();
  const CommandEnd csv = program.ask(
      {"query",
       "SELECT json_extract(t.parameters, '$.noise') AS arm, "
       "json_extract(t.parameters, '$.x') AS context, json_extract(t.parameters, '$.seed') AS "
       "seed, f.value AS value FROM final_metrics f JOIN trials t ON t.trial = f.trial WHERE "
       "f.metric = 'objective'",
       "--csv"});
  REQUIRE(csv.status == 0);
  const auto values = program.write("values.csv", csv.output);
  const nlohmann::json ours = ask_json(program, {"compare", "noisy", "noise=0.5", "noise=0.1"});
  REQUIRE(ours["comparisons"].size() == 2);
  const CommandEnd end = run_command(
      {"/usr/bin/env", python, std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/cli/comparison.py",
       values.string(), "0.5", "0.1"});
  INFO(end.error);
  REQUIRE(end.status == 0);
  const nlohmann::json theirs = nlohmann::json::parse(end.output);
  std::printf("%-22s %22s %22s\n", "noise 0.5 less 0.1", "polysweep", "scipy");
  for (const auto& row : ours["comparisons"]) {
    const std::string x = row["cell"]["levels"]["x"] == 0 ? "0" : "1";
    const auto same = [&](const char* name, const nlohmann::json& own) {
      std::printf("x %s %-16s %22.15g %22.15g\n", x.c_str(), name, own.get<double>(),
                  theirs[x][name].get<double>());
      CAPTURE(x, name);
      CHECK(own.get<double>() == Approx(theirs[x][name].get<double>()).epsilon(1e-9));
    };
    same("pairs", row["pairs"]);
    same("difference", row["difference"]);
    same("low", row["t_interval"][0]);
    same("high", row["t_interval"][1]);
    same("own_p", row["own_p"]);
    same("p", row["exact_p"]);
    same("holm_p", row["exact_holm_p"]);
    same("superiority", row["superiority"]);
  }
}

TEST_CASE("compare takes any two cells, and by itself the declared baseline", "[cli][reports]") {
  const auto& program = noisy();
  const nlohmann::json all = ask_json(program, {"compare", "noisy"});
  CHECK(all["family"] == 4);
  CHECK(all["goal"] == "minimize");
  CHECK(all["comparisons"][0]["values"].size() == 8);
  const nlohmann::json one =
      ask_json(program, {"compare", "noisy", "noise=0.5,x=1", "noise=0.3,x=1"});
  REQUIRE(one["comparisons"].size() == 1);
  CHECK(one["comparisons"][0]["cell"]["label"] == "noise 0.5, x 1.0");
  CHECK(one["comparisons"][0]["baseline"]["label"] == "noise 0.3, x 1.0");
  const CommandEnd table = program.ask({"compare", "noisy", "noise=0.3", "noise=0.5"});
  CHECK(table.status == 0);
  CHECK_THAT(table.output, Contains("noise 0.3, x 0.0") && Contains("exact p"));
}

TEST_CASE("compare says what it cannot compare", "[cli][reports]") {
  const auto& program = noisy();
  const auto error = [&](std::vector<std::string> words) {
    const CommandEnd end = program.ask(std::move(words));
    CHECK(end.status == 2);
    return end.error;
  };
  CHECK(error({"compare", "noisy", "noise=0.5"}) ==
        "polysweep: expected a sweep and either no cells or two, for example my_sweep lr=0.1 "
        "lr=0.01\n");
  CHECK_THAT(error({"compare", "noisy", "noise=0.4", "noise=0.1"}),
             Contains("unknown level of 'noise' '0.4' (did you mean"));
  CHECK_THAT(error({"compare", "noisy", "noize=0.3", "noise=0.1"}),
             Contains("unknown factor 'noize' (did you mean 'noise'?)"));
  CHECK_THAT(error({"compare", "noisy", "--metric", "objectiv"}),
             Contains("unknown metric 'objectiv' (did you mean 'objective'?)"));
  CHECK_THAT(error({"compare", "nosy"}), Contains("did you mean 'noisy'?"));
  CHECK_THAT(error({"compare", "noisy", "--alpha", "5"}),
             Contains("alpha 5: expected a number between 0 and 1"));
  CHECK_THAT(error({"compare", "noisy", "--test", "paired"}),
             Contains("unknown test 'paired' (did you mean 'paired-t'?)"));
  CHECK_THAT(error({"compare", "noisy", "--smallest-difference", "0"}),
             Contains("smallest_difference 0: expected a positive number in the unit"));
  CHECK_THAT(error({"compare", "noisy", "--out", "a.png"}),
             Contains("expected a file name that ends in .svg or .pdf"));
}

TEST_CASE("ablate changes one factor from the cell that is named", "[cli][reports]") {
  const nlohmann::json json =
      ask_json(noisy(), {"ablate", "noisy", "--reference", "noise=0.3, x=0"});
  CHECK(json["reference"]["label"] == "noise 0.3, x 0.0");
  CHECK(json["reference_was_chosen"] == true);
  REQUIRE(json["changes"].size() == 3);
  for (const auto& change : json["changes"]) {
    if (change["factor"] != "x") continue;
    // (1 - 0)^2 more, with the same noise of every seed.
    CHECK(change["change"] == "x 1.0 instead of x 0.0");
    CHECK(change["difference"].get<double>() == Approx(1));
  }
  const CommandEnd table = noisy().ask({"ablate"});
  CHECK(table.status == 0);
  CHECK_THAT(table.output, Contains("One factor changed from") && Contains("instead of"));
}

TEST_CASE("convergence is measured on the loss that trials reported", "[cli][reports]") {
  const nlohmann::json json = ask_json(noisy(), {"convergence", "noisy"});
  CHECK(json["metric"] == "loss");
  REQUIRE(json["counters"].size() == 1);
  CHECK(json["counters"][0]["counter"] == "steps");
  REQUIRE(json["cells"].size() == 6);
  for (const auto& cell : json["cells"]) {
    CHECK(cell["planned"] == 8);
    REQUIRE(cell["runs"].size() == 8);
    REQUIRE(cell["reached"].size() == 5);
    std::size_t reached = 0;
    for (const auto& run : cell["runs"]) {
      REQUIRE(run["spent"].size() == 5);
      CHECK(run["spent"][2]["target"] == "75%");
      if (!run["spent"][2]["at_most"].is_null()) ++reached;
    }
    CHECK(cell["reached"][2] == reached);
    for (const auto& ratio : cell["ratios"]) CHECK(ratio["pairs"] == 8);
  }
  const CommandEnd none = noisy().ask({"convergence", "noisy", "--metric", "objective"});
  CHECK(none.status == 2);
  CHECK_THAT(none.error, Contains("a metric that was reported at more than one step"));
}

TEST_CASE("any target can be asked for", "[cli][reports]") {
  const nlohmann::json json =
      ask_json(noisy(), {"convergence", "noisy", "--target", "1.5", "--target", "95%"});
  for (const auto& baseline : json["baselines"]) {
    REQUIRE(baseline["targets"].size() == 2);
    CHECK(baseline["targets"][0]["target"] == "1.5");
    CHECK(baseline["targets"][0]["value"] == 1.5);
    CHECK(baseline["targets"][1]["target"] == "95%");
  }
  const CommandEnd table = noisy().ask({"convergence", "noisy", "--target", "1.5"});
  CHECK(table.status == 0);
  CHECK_THAT(table.output, Contains("1.5") && Contains("steps until loss"));
  for (const char* target : {"fast", "%", "0%", "nan", "1.5x", "1e999"}) {
    const CommandEnd end = noisy().ask({"convergence", "noisy", "--target", target});
    CAPTURE(target);
    CHECK(end.status == 2);
    CHECK_THAT(end.error, Contains("--target '" + std::string(target) + "': expected a value"));
  }
}

TEST_CASE("the exit status of audit says whether the cells are alike", "[cli][reports]") {
  CHECK(noisy().ask({"audit", "noisy"}).status == 0);
  const PolysweepProgram program;
  const auto sweep = program.write("toy.toml", kToySweep);
  CHECK(program.run(sweep, {"fault=none,throw", "--as", "toy"}).status == 1);
  const CommandEnd end = program.ask({"audit", "toy"});
  CHECK(end.status == 1);
  CHECK_THAT(end.output, Contains("confounded") && Contains("missing values"));
}

namespace {

// The keys of all objects in `json`, save those of levels, which are the sweep's.
void collect_keys(const nlohmann::json& json, std::set<std::string>& keys) {
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      keys.insert(key);
      if (key != "levels") collect_keys(value, keys);
    }
  }
  if (json.is_array()) {
    for (const auto& part : json) collect_keys(part, keys);
  }
}

}  // namespace

TEST_CASE("every key of the JSON is documented", "[cli][reports]") {
  const std::string page = content(std::string(POLYSWEEP_SOURCE_FOLDER) + "/docs/report.md");
  REQUIRE_FALSE(page.empty());
  for (const char* command : {"compare", "ablate", "convergence", "audit"}) {
    std::set<std::string> keys;
    collect_keys(ask_json(noisy(), {command, "noisy"}), keys);
    CHECK(keys.size() >= 3);
    for (const auto& key : keys) {
      CAPTURE(command, key);
      CHECK_THAT(page, Contains("`" + key + "`"));
    }
  }
}

TEST_CASE("a family is declared, not searched for", "[cli][reports]") {
  const nlohmann::json two = ask_json(noisy(), {"compare", "noisy", "--family", "noise=0.5"});
  CHECK(two["family"] == 2);
  const nlohmann::json three =
      ask_json(noisy(), {"compare", "noisy", "--family", "noise=0.5", "--family", "noise=0.3,x=0"});
  CHECK(three["family"] == 3);
  const CommandEnd both =
      noisy().ask({"compare", "noisy", "noise=0.5", "noise=0.1", "--family", "noise=0.5"});
  CHECK(both.status == 2);
  CHECK_THAT(both.error, Contains("either two cells or --family"));
  const CommandEnd report = noisy().ask({"report", "noisy", "--family", "noise=0.5"});
  CHECK_THAT(report.output, Contains("restricted by the user to 2 of 4 comparisons"));
}

TEST_CASE("a test, a level and a smallest difference of the command are said in the answer",
          "[cli][reports]") {
  const nlohmann::json declared = ask_json(noisy(), {"compare", "noisy"});
  CHECK(declared["test"] == "pooled");
  CHECK(declared["alpha"] == 0.05);
  CHECK(declared["smallest_difference"].is_null());
  const nlohmann::json chosen =
      ask_json(noisy(), {"compare", "noisy", "--test", "paired-t", "--alpha", "0.01",
                         "--smallest-difference", "0.5"});
  CHECK(chosen["test"] == "paired-t");
  CHECK(chosen["alpha"] == 0.01);
  CHECK(chosen["smallest_difference"] == 0.5);
  CHECK_THAT(chosen["notes"].dump(),
             Contains("Not as the sweep declares: the test, alpha, the smallest difference."));
  for (const auto& row : chosen["comparisons"]) CHECK(row["equivalence_p"].is_number());
}

TEST_CASE("seeds that are added after the first were done are said at the top of the report",
          "[cli][reports]") {
  const PolysweepProgram program;
  const auto sweep = program.write("noisy.toml", kNoisySweep);
  REQUIRE(program.run(sweep, {"seed=0..2", "--as", "noisy"}).status == 0);
  CHECK_THAT(program.ask({"report", "noisy"}).output, !Contains("looked at"));
  REQUIRE(program.run(sweep, {"seed=0..4", "--as", "noisy", "--replace"}).status == 0);
  CHECK_THAT(program.ask({"report", "noisy"}).output,
             Contains("18 trials were done") && Contains("looked at 3 and 5 seeds"));
  CHECK_THAT(ask_json(program, {"compare", "noisy"})["notes"].dump(),
             Contains("looked at 3 and 5 seeds"));
}

TEST_CASE("every such command draws SVG and PDF", "[cli][reports]") {
  if (!succeeds("command -v gnuplot")) POLYSWEEP_SKIP("no gnuplot on this machine");
  const auto& program = noisy();
  for (const char* command : {"compare", "ablate", "convergence", "audit"}) {
    for (const char* ending : {".svg", ".pdf"}) {
      const auto file = program.store() / (std::string(command) + ending);
      const CommandEnd end = program.ask({command, "noisy", "--out", file.string()});
      CAPTURE(command, ending);
      INFO(end.error);
      CHECK(end.status == 0);
      CHECK(end.error == file.string() + "\n");
      const std::string drawn = content(file);
      CHECK(drawn.starts_with(ending == std::string(".svg") ? "<?xml" : "%PDF-"));
      CHECK(drawn.size() > 2000);
    }
  }
}

TEST_CASE("the option --out makes the folders of its file", "[cli][reports]") {
  const auto& program = noisy();
  const auto folder = program.store() / "new" / "deep";
  const auto made = [&](const std::vector<std::string>& words, const std::string& file) {
    CAPTURE(file);
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--out", (folder / file).string()});
    const CommandEnd end = program.ask(all);
    INFO(end.error);
    CHECK(end.status == 0);
    CHECK(std::filesystem::exists(folder / file));
  };
  made({"report", "noisy"}, "page/report.md");
  made({"export", "noisy", "--to", "csv"}, "tables/csv");
  if (!succeeds("command -v gnuplot")) POLYSWEEP_SKIP("no gnuplot on this machine");
  made({"compare", "noisy"}, "figures/compare.svg");
}

TEST_CASE("a long level is shown short, and read so by commands", "[cli][reports]") {
  const PolysweepProgram program;
  std::string sweep = kNoisySweep;
  sweep.replace(sweep.find("[0.1, 0.3, 0.5]"), 15, "[0.1, 0.00464158883361]");
  const auto file = program.write("noisy.toml", sweep);
  CHECK_THAT(program.plan(file).output, Catch::Matchers::Contains("0.00464 (16)"));
  REQUIRE(program.run(file).status == 0);
  const std::string cell = "noise 0.00464, x 1.0";
  for (const char* command : {"status", "best", "compare", "report"}) {
    CAPTURE(command);
    CHECK_THAT(program.ask({command, "noisy"}).output, Catch::Matchers::Contains(cell));
  }
  for (const char* level : {"noise=0.00464", "noise=4.64e-3", "noise=0.00464158883361"}) {
    CAPTURE(level);
    CHECK(ask_json(program, {"compare", "noisy", level, "noise=0.1"})["comparisons"].size() == 2);
    CHECK(ask_json(program, {"list", "noisy", "--where", level}).size() == 16);
  }
  std::set<double> exact;
  for (const auto& row : ask_json(program, {"best", "noisy"})) {
    exact.insert(row["levels"]["noise"].get<double>());
  }
  CHECK(exact == std::set<double>{0.1, 0.00464158883361});
}

TEST_CASE("the commands in a report run as printed, in another folder", "[cli][reports]") {
  const PolysweepProgram program;
  program.write("work.sh", "echo '{\"result\":{\"loss\":1}}' >> \"$POLYSWEEP_METRICS_FILE\"\n");
  const auto sweep = program.write("program.toml", R"(sweep      = "program"
experiment = "program"
command    = ["/bin/sh", "work.sh", "{x}"]
files      = ["work.sh"]
[parameters]
x = 1
[factors]
x = [1, 2]
[metrics]
primary = { name = "loss", goal = "minimize" }
)");
  const std::string here = "cd '" + sweep.parent_path().string() + "' && PATH='" +
                           PolysweepProgram::path().parent_path().string() + "':$PATH && ";
  // With relative paths.
  REQUIRE(
      run_command({"/bin/sh", "-c", here + "polysweep run program.toml --store store"}).status ==
      0);
  const auto folder = program.store().parent_path() / "it's elsewhere";
  std::filesystem::create_directories(folder);
  const auto page = folder / "first.md";
  REQUIRE(run_command({"/bin/sh", "-c",
                       here + "polysweep report --confidence 0.9 --store store --out \"$1\"", "sh",
                       page.string()})
              .status == 0);
  std::istringstream lines(content(page));
  std::size_t commands = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("polysweep ")) continue;
    ++commands;
    const auto script = program.write("command.sh", "cd \"$1\"\nPATH=\"$2:$PATH\"\n" + line + "\n");
    const CommandEnd end = run_command({"/bin/sh", script.string(), folder.string(),
                                        PolysweepProgram::path().parent_path().string()});
    INFO(line << "\n" << end.output << end.error);
    CHECK(end.status == 0);
  }
  CHECK(commands >= 2);
  // The same store: nothing ran again, and no other store was made.
  CHECK(program.query("SELECT count(*) AS n FROM attempts")[0]["n"] == 2);
  CHECK_FALSE(std::filesystem::exists(folder / "runs"));
}

TEST_CASE("a report in LaTeX compiles", "[cli][reports]") {
  const auto& program = noisy();
  const auto folder = program.store() / "my paper";
  const auto file = folder / "a report.tex";
  std::filesystem::create_directories(folder);
  const CommandEnd end = program.ask({"report", "noisy", "--out", file.string()});
  INFO(end.error);
  REQUIRE(end.status == 0);
  CHECK(std::filesystem::exists(folder / "a-report-parts" / "comparison-table.tex"));
  if (!succeeds("command -v pdflatex && kpsewhich booktabs.sty longtable.sty graphicx.sty")) {
    POLYSWEEP_SKIP("no pdflatex with booktabs on this machine");
  }
  const std::string compile =
      "cd '" + folder.string() +
      "' && pdflatex -interaction=nonstopmode -halt-on-error -no-shell-escape 'a report.tex'";
  REQUIRE(succeeds(compile));
  CHECK(std::filesystem::file_size(folder / "a report.pdf") > 20'000);
}
TEST_CASE("plan says what a sweep can decide, and power how many seeds a difference needs",
          "[cli][reports]") {
  const auto& program = noisy();
  const std::string file = program.write("noisy.toml", kNoisySweep).string();
  const auto plan = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"plan", file});
    return program.ask(words).output;
  };
  // Three comparisons for each x, by the trials of the store.
  CHECK_THAT(plan({}), Contains("with 8 seeds a cell (test pooled, alpha 0.05): a difference of") &&
                           Contains("finished trials in"));
  CHECK_THAT(plan({"--spread", "2"}), Contains("(spread 2, from --spread)"));
  CHECK_THAT(plan({"seed=0,1", "--as", "two"}),
             Contains("can decide nothing: 3 seeds or more are needed"));

  // The spread is estimated whatever test decides.
  std::string exact = kNoisySweep;
  exact += "[comparison]\ntest = \"sign-flip\"\n";
  const std::string exact_file = program.write("exact.toml", exact).string();
  CHECK(ask_json(program, {"power", exact_file})["spread"].is_number());
  // A store that nobody named is left aside where it cannot be read; one that --store names
  // is not.
  TemporaryFolder elsewhere;
  std::filesystem::create_directories(elsewhere.path() / "runs" / "journal");
  std::ofstream(elsewhere.path() / "runs" / "polysweep.db") << "no database";
  const std::string planned = "cd " + elsewhere.path().string() + " && " +
                              PolysweepProgram::path().string() + " plan " + file + " --worker " +
                              PolysweepProgram::worker().string();
  CHECK(run_command({"/bin/sh", "-c", planned}).status == 0);
  CHECK(run_command({"/bin/sh", "-c", planned + " --store runs"}).status == 2);

  const nlohmann::json power =
      ask_json(program, {"power", file, "--spread", "0.5", "--difference", "1"});
  CHECK(power["spread"] == 0.5);
  CHECK(power["replicates"] == 8);
  CHECK(power["seconds_a_trial"].is_number());
  const std::size_t needed = power["needed"][0]["replicates"];
  double last = 0;
  for (const nlohmann::json& row : power["rows"]) {
    const double here = row["power"][0];
    CHECK(here >= last);
    CHECK((here >= 0.8) == (row["replicates"] >= needed));
    // Where a difference of 1 is found with the wanted power, it is detectable.
    CHECK((here >= 0.8) == (row["detectable"] <= 1.0));
    last = here;
  }
  CHECK(last > 0.8);
  const auto error = [&](const std::vector<std::string>& words) {
    const CommandEnd end = program.ask(words);
    CHECK(end.status == 2);
    return end.error;
  };
  CHECK_THAT(error({"power", file, "--difference=-1"}), Contains("expected a positive number"));
  CHECK_THAT(error({"power", file, "--spread=0"}), Contains("expected a positive number"));
  CHECK_THAT(error({"power", file, "--wanted-power", "1"}), Contains("between 0 and 1"));
}
