#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "framework/core/random_stream.h"
#include "tests/cli/polysweep_program.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

const fs::path kPython =
    fs::path(POLYSWEEP_SOURCE_FOLDER) / "tests" / "results" / ".venv" / "bin" / "python";

// A toy sweep that has been run: 6 cells of 4 seeds; the objective is
// x^2 + (y + 1) and noise by seed.
PolysweepProgram& toy() {
  static PolysweepProgram program;
  static const CommandEnd end = program.run(program.write("toy.toml", kToySweep));
  if (end.status != 0) throw std::runtime_error(end.output + end.error);
  return program;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    out.push_back(line);
  }
  return out;
}

nlohmann::json json_of(const CommandEnd& end) {
  INFO(end.error);
  REQUIRE(end.status <= 1);
  return nlohmann::json::parse(end.output);
}

std::string trial_where(const std::string& condition) {
  const CommandEnd end =
      toy().ask({"list", "toy", "--where", condition, "--columns", "trial", "--csv"});
  return lines_of(end.output).at(1);
}

// The program on a store that a test wrote itself.
CommandEnd ask_store(const fs::path& store, std::vector<std::string> words) {
  words.insert(words.begin(), PolysweepProgram::path().string());
  words.insert(words.end(), {"--store", store.string()});
  return run_command(words);
}

// Eight seeds of three encodings; one diverged, one is missing.
void write_measured(StoreSample& store) {
  RandomStream random(7, "measured");
  store.write("alpha", sample_sweep("one", {"none", "rope", "alibi"}, 8));
  for (int seed = 0; seed < 8; ++seed) {
    for (const char* encoding : {"none", "rope", "alibi"}) {
      const TrialId trial = sample_trial(encoding, seed).id;
      if (std::string(encoding) == "alibi" && seed == 3) continue;
      const double value = 2 + random.normal() * 0.1 - (std::string(encoding) == "rope" ? 0.3 : 0);
      store.write("alpha", {started(trial), points(trial, 1, "loss", 1, {5, value})});
      const bool diverged = std::string(encoding) == "alibi" && seed == 5;
      store.write("alpha",
                  finished(trial, 1, diverged ? Outcome::kDiverged : Outcome::kDone, true));
    }
  }
  store.sync();
}

}  // namespace

TEST_CASE("list keeps, sorts and shows what is asked for", "[cli][results]") {
  const CommandEnd end = toy().ask({"list", "toy", "--where", "x=1 and y>-1", "--sort",
                                    "-objective", "--columns", "seed,objective", "--csv"});
  const auto rows = lines_of(end.output);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0] == "seed,objective");
  for (std::size_t i = 2; i < rows.size(); ++i) {
    const auto value = [](const std::string& row) { return std::stod(row.substr(2)); };
    CHECK(value(rows[i - 1]) >= value(rows[i]));
  }
  const CommandEnd table = toy().ask({"list", "toy", "--where", "not (x=0 or x=1) and seed=2"});
  CHECK(lines_of(table.output).size() == 4);  // head, rule, two rows
  CHECK_THAT(table.output, Contains("objective") && !Contains("noise"));
  CHECK(json_of(toy().ask({"list", "toy", "--where", "objective<2", "--json"})).size() ==
        toy().query("SELECT count(*) AS n FROM final_metrics WHERE metric = 'objective' AND "
                    "value < 2")[0]["n"]);
  const CommandEnd unknown = toy().ask({"list", "toy", "--where", "objectiv<2"});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.error, Contains("did you mean 'objective'?"));
  CHECK_THAT(toy().ask({"list", "toy", "--columns", "trial,sead"}).error,
             Contains("did you mean 'seed'?"));
  CHECK_THAT(toy().ask({"list", "toy", "--where", "x="}).error, Contains("at character 3"));
}

TEST_CASE("an id from list --csv is accepted by show: $(list --csv | sed -n 2p)",
          "[cli][results]") {
  const std::string polysweep = PolysweepProgram::path().string();
  const std::string store = " --store " + toy().store().string();
  const CommandEnd shown = run_command({"/bin/sh", "-c",
                                        polysweep + " show $(" + polysweep + " list --csv" + store +
                                            " | sed -n 2p | cut -d, -f1)" + store});
  INFO(shown.error);
  CHECK(shown.status == 0);
  const CommandEnd line =
      run_command({"/bin/sh", "-c",
                   polysweep + " show \"$(" + polysweep + " list --columns trial --csv" + store +
                       " | sed -n 2p)\"" + store});
  INFO(line.error);
  CHECK(line.status == 0);
  // White space around an id is ignored; another character is shown.
  const std::string id = trial_where("x=1 and y=0 and seed=1");
  CHECK(toy().ask({"show", " " + id + "\r\n"}).status == 0);
  CHECK_THAT(toy().ask({"show", id + "\x01"}).error, Contains("\\x01' is not a trial id"));
}

TEST_CASE("curve takes the sweep first, as all commands", "[cli][results]") {
  const CommandEnd both = toy().ask({"curve", "toy", "loss"});
  CHECK(both.status == 0);
  CHECK(toy().ask({"curve", "loss"}).output == both.output);
  const CommandEnd turned = toy().ask({"curve", "loss", "toy"});
  CHECK(turned.status == 2);
  CHECK_THAT(turned.error, Contains("sweep 'loss'"));
}

TEST_CASE("status, watch, best and compare name a cell alike", "[cli][results]") {
  const std::string cell = "x 1.0, y 0.0";
  CHECK_THAT(toy().ask({"status", "toy"}).output, Contains(cell + " "));
  CHECK(json_of(toy().ask({"status", "toy", "--json"}))[3]["label"] == cell);
  CHECK_THAT(toy().ask({"best", "toy"}).output, Contains(cell + " "));
  CHECK_THAT(toy().ask({"compare", "toy"}).output, Contains(cell + " "));
  CHECK_THAT(toy().ask({"report", "toy"}).output, Contains(cell));
  CHECK_THAT(toy().ask({"curve", "toy", "loss"}).output, Contains(cell + " "));
}

TEST_CASE("status of many cells shows those that are not done, and counts all", "[cli][results]") {
  StoreSample store;
  std::vector<std::string> encodings;
  for (int i = 0; i < 150; ++i) encodings.push_back("e" + std::to_string(i));
  store.write("alpha", sample_sweep("one", encodings, 1));
  for (const std::string& encoding : encodings) {
    if (encoding == "e140") continue;
    store.write("alpha", complete_attempt(sample_trial(encoding, 0).id, {1}));
  }
  store.sync();
  const CommandEnd some = ask_store(store.path(), {"status", "one"});
  CHECK(some.status == 1);
  CHECK(some.output.find("e140") < some.output.find("e0 "));
  CHECK_THAT(some.output, !Contains("e99 "));
  CHECK_THAT(some.output, Contains("50 of 150 cells not shown; --all shows them") &&
                              Contains("150 trials: 149 done, 1 pending"));
  const CommandEnd all = ask_store(store.path(), {"status", "one", "--all"});
  CHECK_THAT(all.output, Contains("e99 ") && Contains("e149") && !Contains("not shown"));
  CHECK(json_of(ask_store(store.path(), {"status", "one", "--json"})).size() == 150);
}

// The lines of a table and its notes, with single spaces.
std::vector<std::string> plain_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::string plain;
    for (const char c : line) {
      if (c != ' ' || (!plain.empty() && plain.back() != ' ')) plain.push_back(c);
    }
    if (!plain.empty() && plain.back() == ' ') plain.pop_back();
    lines.push_back(plain);
  }
  return lines;
}

TEST_CASE("compare of many cells loads those it shows and judges all", "[cli][results]") {
  StoreSample store;
  std::vector<std::string> encodings;
  for (int i = 0; i < 150; ++i) encodings.push_back("e" + std::to_string(i));
  store.write("alpha", sample_sweep("one", encodings, 4));
  for (int i = 0; i < 150; ++i) {
    for (int seed = 0; seed < 4; ++seed) {
      const TrialId trial = sample_trial(encodings[i], seed).id;
      if (i == 7 && seed == 2) {
        store.write("alpha", {started(trial), finished(trial, 1, Outcome::kDiverged, true)});
        continue;
      }
      double value = 5 + 0.1 * seed + 0.01 * ((i * 7 + seed * seed * 3) % 11);
      if (i == 140) value += 30;             // decided
      if (i == 3 && seed == 1) value += 20;  // far away from its cell
      store.write("alpha", complete_attempt(trial, {value}));
    }
  }
  store.sync();
  const auto some = plain_lines(ask_store(store.path(), {"compare", "one"}).output);
  const auto all = plain_lines(ask_store(store.path(), {"compare", "one", "--all"}).output);
  REQUIRE(all.size() == some.size() - 1 + 49);
  CHECK(some[0] == all[0]);
  CHECK_THAT(some[3], Contains("e140 worse 4 "));
  CHECK_THAT(some.back(), Contains("49 of 149 comparisons not shown") &&
                              Contains("All comparisons: 148 not decided, 1 worse."));
  const auto notes = static_cast<std::ptrdiff_t>(some.size() - 103 - 1);
  CHECK(std::vector<std::string>(some.end() - 1 - notes, some.end() - 1) ==
        std::vector<std::string>(all.end() - notes, all.end()));
  CHECK_THAT(some[some.size() - 2],
             Contains("Far away from the other runs of its cell: seed 1 of e3 (25.12"));
  for (std::size_t row = 3; row < 103; ++row) {
    INFO(some[row]);
    CHECK(std::find(all.begin(), all.end(), some[row]) != all.end());
  }
}

TEST_CASE("diff shows texts where they begin to differ", "[cli][results]") {
  StoreSample store;
  const std::string source = "source: " + std::string(100, 's') + " hypothesis: ";
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 1));
  for (const char* encoding : {"none", "rope"}) {
    const TrialId trial = sample_trial(encoding, 0).id;
    store.write("alpha", {started(trial), points(trial, 1, "loss", 1, {1})});
    store.write("alpha", text(trial, 1, "sample", 1, source + "a man with " + encoding));
    store.write("alpha", finished(trial, 1, Outcome::kDone, true));
  }
  store.sync();
  const CommandEnd end = ask_store(
      store.path(), {"diff", sample_trial("none", 0).id.hex(), sample_trial("rope", 0).id.hex()});
  INFO(end.output << end.error);
  CHECK(end.status == 1);
  CHECK_THAT(end.output, Contains("a man with none") && Contains("a man with rope"));
  CHECK(end.output.find("source: sss") == std::string::npos);
}

TEST_CASE("best ranks cells by their mean", "[cli][results]") {
  const nlohmann::json rows = json_of(toy().ask({"best", "toy", "--json"}));
  REQUIRE(rows.size() == 6);
  const nlohmann::json means = toy().query(
      "SELECT t.cell, avg(f.value) AS mean FROM sweep_trials t "
      "JOIN final_metrics f ON f.trial = t.trial AND f.metric = 'objective' GROUP BY 1 "
      "ORDER BY 2, 1");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i]["rank"] == i + 1);
    CHECK(rows[i]["n"] == 4);
    CHECK(rows[i]["mean"].get<double>() == Approx(means[i]["mean"].get<double>()).epsilon(1e-12));
  }
  CHECK(rows[0]["levels"]["x"] == 0.0);
  const CommandEnd table = toy().ask({"best", "toy", "--top", "2"});
  CHECK(table.status == 0);
  CHECK_THAT(table.output, Contains("(baseline)") && Contains("lower is better"));
  CHECK_THAT(table.output, Contains("4 of 6 cells not shown; --all shows them"));
  const CommandEnd json = toy().ask({"best", "--top", "2", "--json"});
  CHECK(nlohmann::json::parse(json.output).size() == 2);
  CHECK_THAT(json.error, Contains("4 of 6 cells not shown; --all shows them"));
  const CommandEnd all = toy().ask({"best", "toy", "--top", "2", "--all", "--json"});
  CHECK(nlohmann::json::parse(all.output).size() == 6);
  CHECK(all.error.empty());
  CHECK(toy().ask({"best", "toy", "--metric", "los"}).error ==
        "polysweep: sweep 'toy' has no metric 'los' (did you mean 'loss'?)\n");
  CHECK_THAT(toy().ask({"best", "too"}).error, Contains("did you mean 'toy'"));
}

TEST_CASE("best does not rank cells with missing values, and says so", "[cli][results]") {
  StoreSample store;
  write_measured(store);
  const CommandEnd end = ask_store(store.path(), {"best", "one", "--json"});
  CHECK(end.status == 1);
  const nlohmann::json rows = json_of(end);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0]["levels"]["encoding"] == "rope");
  CHECK(rows[2]["levels"]["encoding"] == "alibi");
  CHECK(rows[2]["rank"].is_null());
  CHECK(rows[2]["n"] == 6);
  CHECK(rows[2]["planned"] == 8);
  CHECK_THAT(ask_store(store.path(), {"best", "one"}).output,
             Contains("6 of 8") && Contains("missing values") && Contains("seed 3 pending"));
}

TEST_CASE("curve gives means over runs, and the points of trials", "[cli][results]") {
  const nlohmann::json curves = json_of(
      toy().ask({"curve", "toy", "loss", "--where", "x=1 and y=0", "--points", "0", "--json"}));
  REQUIRE(curves["lines"].size() == 1);
  CHECK(curves["lines"][0]["runs"] == 4);
  const nlohmann::json expected = toy().query(
      "SELECT m.step, avg(m.value) AS mean, min(m.value) AS low, max(m.value) AS high "
      "FROM sweep_trials t JOIN metrics m ON m.trial = t.trial AND m.metric = 'loss' "
      "WHERE json_extract(t.parameters, '$.x') = 1 AND json_extract(t.parameters, '$.y') = 0 "
      "GROUP BY 1 ORDER BY 1");
  const nlohmann::json& points = curves["lines"][0]["points"];
  REQUIRE(points.size() == expected.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(points[i]["step"] == expected[i]["step"]);
    CHECK(points[i]["low"] == expected[i]["low"]);
    CHECK(points[i]["high"] == expected[i]["high"]);
    CHECK(points[i]["mean"].get<double>() ==
          Approx(expected[i]["mean"].get<double>()).epsilon(1e-12));
  }
  const std::string trial = trial_where("x=2 and seed=1 and y=0");
  const CommandEnd csv =
      toy().ask({"curve", "loss", "--trial", trial.substr(0, 10), "--points", "3", "--csv"});
  CHECK(lines_of(csv.output).size() == 4);
  CHECK_THAT(csv.output, Contains("line,runs,step,mean,low,high"));
  CHECK_THAT(toy().ask({"curve", "toy", "los"}).error, Contains("did you mean 'loss'?"));
  CHECK_THAT(toy().ask({"curve", "loss", "--trial", trial, "--trial", "zz"}).error,
             Contains("'zz' is not a trial id"));
}

TEST_CASE("diff names what two trials do not share", "[cli][results]") {
  const std::string a = trial_where("x=1 and y=0 and seed=1");
  const std::string b = trial_where("x=2 and y=0 and seed=1");
  const CommandEnd same = toy().ask({"diff", a, a});
  CHECK(same.status == 0);
  CHECK_THAT(same.output, Contains("no difference"));
  const CommandEnd other = toy().ask({"diff", a, b});
  CHECK(other.status == 1);
  CHECK_THAT(other.output, Contains("objective") && Contains("step 1"));
  const nlohmann::json json = json_of(toy().ask({"diff", a, b, "--json"}));
  CHECK(json["parameters"] == nlohmann::json{{"x", {"1.0", "2.0"}}});
  CHECK(json["identity"].empty());
  for (const nlohmann::json& metric : json["metrics"]) {
    if (metric["metric"] == "loss") CHECK(metric["since_step"] == 1);
  }
  CHECK_THAT(toy().ask({"diff", a}).error,
             Contains("expected two trial ids (or their first digits), got 1"));
}

TEST_CASE("show has parameters, metrics with sparklines, attempts and provenance",
          "[cli][results]") {
  const CommandEnd end = toy().ask({"show", trial_where("x=1 and y=0 and seed=1").substr(0, 8)});
  CHECK_THAT(end.output, Contains("objective") && Contains("\u2588") && Contains("attempt") &&
                             Contains("build.commit") && Contains("not finite"));
}

TEST_CASE("what trials recorded cannot write to the terminal as it likes", "[cli][results]") {
  StoreSample store;
  const TrialId trial = sample_trial("rope", 0).id;
  store.write("alpha", sample_sweep("one", {"rope"}, 1));
  store.write("alpha", {started(trial), points(trial, 1, "loss\x1b[31m", 1, {1, 2})});
  store.write("alpha", text(trial, 1, "sample\x1b]0;title\x07", 1, "a\x1b[2Jb\nnext line"));
  store.write("alpha", finished(trial, 1, Outcome::kError, true, "\x1b[31mred"));
  store.sync();
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"show", trial.hex()},
                                             {"list"},
                                             {"diff", trial.hex(), trial.hex()},
                                             {"query", "SELECT * FROM texts"},
                                             {"curve", "loss\x1b[31m", "--trial", trial.hex()}}) {
    const CommandEnd end = ask_store(store.path(), words);
    INFO(words[0] << ": " << end.error);
    CHECK(end.status == 0);
    CHECK(end.output.find('\x1b') == std::string::npos);
  }
  CHECK_THAT(ask_store(store.path(), {"show", trial.hex()}).output, Contains("next line"));
}

TEST_CASE("query prints CSV and JSON as rows come, and its schema", "[cli][results]") {
  const CommandEnd csv = toy().ask({"query", "SELECT 'a,b' AS x, NULL AS y, 1.5 AS z", "--csv"});
  CHECK(csv.output == "x,y,z\n\"a,b\",,1.5\n");
  const std::string many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
  const CommandEnd cut = toy().ask({"query", many, "--csv", "--rows", "1000"});
  CHECK(cut.status == 1);
  CHECK(lines_of(cut.output).size() == 1001);
  CHECK_THAT(cut.error, Contains("only the first 1000 rows were printed"));
  const CommandEnd slow =
      toy().ask({"query", "SELECT count(*) FROM (" + many + ")", "--time-limit", "0.2"});
  CHECK(slow.status == 2);
  CHECK_THAT(slow.error, Contains("took more than 0.2 s and was stopped"));
  CHECK_THAT(toy().ask({"list", "--csv", "--json"}).error,
             Contains("--json and --csv exclude each other"));
  const nlohmann::json schema = json_of(toy().ask({"query", "--schema", "--json"}));
  CHECK(schema["final_metrics"] == nlohmann::json{"trial", "metric", "step", "value", "kind"});
}

TEST_CASE("a store that cannot be read is explained", "[cli][results]") {
  const TemporaryFolder folder;
  const CommandEnd none = ask_store(folder.path() / "none", {"list"});
  CHECK(none.status == 2);
  CHECK_THAT(none.error, Contains("there is no store in") && Contains("--store FOLDER"));
  StoreSample store;
  write_measured(store);
  REQUIRE(ask_store(store.path(), {"list"}).status == 0);
  const auto with_database = [&](const std::string& bytes) {
    std::ofstream(store.path() / "polysweep.db", std::ios::binary) << bytes;
    fs::remove(store.path() / "polysweep.db-wal");
    fs::remove(store.path() / "polysweep.db-shm");
    return ask_store(store.path(), {"best", "one"});
  };
  CHECK_THAT(with_database(std::string(9000, 'x')).error, Contains("is not a database; move it"));
  CHECK_THAT(with_database(std::string("SQLite format 3\0", 16) + std::string(9000, '\x01')).error,
             Contains("polysweep rebuild"));
  const CommandEnd refused = ask_store(store.path(), {"rebuild"});
  CHECK(refused.status == 2);  // our journal's writer lives
  CHECK_THAT(refused.error, Contains("is in use by process " + std::to_string(getpid())));
  store.kill("alpha");
  const CommandEnd rebuilt = ask_store(store.path(), {"rebuild"});
  INFO(rebuilt.error);
  CHECK(rebuilt.status == 0);
  CHECK(ask_store(store.path(), {"best", "one"}).status == 1);
}

TEST_CASE("export writes a sweep and says where, once", "[cli][results]") {
  const fs::path place = toy().store() / "tables";
  const CommandEnd end = toy().ask({"export", "toy", "--to", "csv", "--out", place.string()});
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("24 trials"));
  std::ifstream in(place / "trials.csv");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(lines_of(text).size() == 25);
  const CommandEnd again = toy().ask({"export", "toy", "--to", "csv", "--out", place.string()});
  CHECK(again.status == 2);
  CHECK_THAT(again.error, Contains("already exists; name another folder"));
  CHECK_THAT(toy().ask({"export", "toy"}).error, Contains("--to is missing"));
  CHECK_THAT(toy().ask({"export", "toy", "--to", "excel"}).error,
             Contains("'excel' is not an export format"));
}

TEST_CASE("the example for pandas gives the numbers of compare", "[cli][results][readers]") {
  if (!fs::exists(kPython)) POLYSWEEP_SKIP("pandas is not there: run tests/results/readers");
  StoreSample store;
  write_measured(store);
  const nlohmann::json compared =
      json_of(ask_store(store.path(), {"compare", "one", "--json"}))["comparisons"];
  const fs::path script = fs::path(POLYSWEEP_SOURCE_FOLDER) / "docs" / "examples" / "read_sweep.py";
  const CommandEnd end = run_command(
      {kPython.string(), script.string(), (store.path() / "polysweep.db").string(), "one", "loss"});
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  const auto lines = lines_of(end.output);
  REQUIRE(lines.size() == compared.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double difference = std::stod(lines[i].substr(lines[i].rfind(' ')));
    CHECK(difference == Approx(compared[i]["difference"].get<double>()).epsilon(1e-9));
    CHECK_THAT(lines[i], Contains(fmt::format("n {} ", compared[i]["pairs"].get<int>())));
  }
  std::ifstream in(script);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(lines_of(text).size() <= 20);
}

TEST_CASE("pandas and scipy come to the same comparison from the exported CSV",
          "[cli][results][readers]") {
  if (!fs::exists(kPython)) POLYSWEEP_SKIP("pandas is not there: run tests/results/readers");
  StoreSample store;
  write_measured(store);
  const nlohmann::json ours =
      json_of(ask_store(store.path(), {"compare", "one", "--json"}))["comparisons"];
  const std::string place = (store.path() / "tables").string();
  REQUIRE(ask_store(store.path(), {"export", "one", "--to", "csv", "--out", place}).status == 0);
  const CommandEnd end = run_command(
      {kPython.string(),
       (fs::path(POLYSWEEP_SOURCE_FOLDER) / "tests" / "cli" / "outside_check.py").string(), place,
       "loss", "encoding", "none"});
  INFO(end.error);
  REQUIRE(end.status == 0);
  const nlohmann::json theirs = nlohmann::json::parse(end.output);
  for (const nlohmann::json& row : ours) {
    const std::string level = row["cell"]["levels"]["encoding"];
    const nlohmann::json& other = theirs.at(level);
    const auto both = [&](const char* what, double a, double b) {
      std::printf("%-6s %-12s polysweep %.12g, scipy %.12g\n", level.c_str(), what, a, b);
      CHECK(a == Approx(b).epsilon(1e-9));
    };
    CHECK(row["pairs"] == other["pairs"]);
    both("difference", row["difference"], other["difference"]);
    both("low", row["t_interval"][0], other["low"]);
    both("high", row["t_interval"][1], other["high"]);
    both("p", row["p"], other["p"]);
  }
  CHECK(ours.size() == theirs.size());
}
