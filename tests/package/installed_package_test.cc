// `cmake --install`, and projects outside the tree that use what it installs.
#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include "framework/core/random_stream.h"
#include "tests/package/outside_project.h"
#include "tests/support/temporary_folder.h"

using namespace polysweep;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kStrict = {
    "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow"
    " -Wconversion -Werror"};

// An example as it is in the repository, built against the package in `prefix`.
fs::path built_example(const TemporaryFolder& folder, const fs::path& prefix,
                       const std::string& name, std::vector<std::string> definitions) {
  const fs::path project = folder.path() / name;
  fs::copy(source_folder() / "examples" / name, project, fs::copy_options::recursive);
  definitions.push_back("-DCMAKE_PREFIX_PATH=" + prefix.string());
  build_project(project, definitions);
  return project;
}

// The distance that descent.cc has without momentum, computed the plain way.
double descent_distance(std::uint64_t seed, double learning_rate, int steps) {
  RandomStream start(seed, "start");
  double x = -2 + 4 * start.uniform();
  double y = -1 + 3 * start.uniform();
  for (int step = 0; step < steps; ++step) {
    const double slope_x = -2 * (1 - x) - 400 * x * (y - x * x);
    const double slope_y = 200 * (y - x * x);
    x -= learning_rate * slope_x;
    y -= learning_rate * slope_y;
  }
  return std::hypot(x - 1, y - 1);
}

std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("an experiment outside the tree is built against the installed package and run",
          "[package][slow]") {
  const TemporaryFolder folder;
  const fs::path prefix = folder.path() / "prefix";
  install(prefix, {"polysweep", "polysweep-dev"});
  const fs::path project = built_example(folder, prefix, "cpp_experiment", kStrict);

  const InstalledProgram polysweep{prefix / "bin" / "polysweep", folder.path()};
  const std::string sweep = (project / "descent.toml").string();
  polysweep.on_store({"run", sweep, "--slots", "2"});
  CHECK(polysweep.query("SELECT count(*) AS n FROM trials WHERE state = 'done'")[0]["n"] == 60);

  for (const int seed : {0, 4}) {
    const nlohmann::json rows = polysweep.query(
        "SELECT f.value AS value FROM final_metrics f JOIN trials t USING (trial) WHERE metric = "
        "'distance' AND json_extract(parameters, '$.seed') = " +
        std::to_string(seed) +
        " AND json_extract(parameters, '$.learning_rate') = 1e-4 AND json_extract(parameters, "
        "'$.momentum') = 0.0 AND NOT json_extract(parameters, '$.nesterov')");
    REQUIRE(rows.size() == 1);
    const double expected = descent_distance(static_cast<std::uint64_t>(seed), 1e-4, 2000);
    CHECK(rows[0]["value"].get<double>() == Approx(expected).epsilon(1e-9));
  }

  SECTION("the worker describes itself") {
    const std::string worker = (project / "build" / "descent").string();
    CHECK_THAT(must_run({worker, "--help"}), Contains("gradient descent with momentum"));
    CHECK_THAT(polysweep.run({"experiments", "--worker", worker}), Contains("descent"));
    CHECK_THAT(polysweep.run({"experiments", sweep}), Contains("learning_rate"));
    const CommandEnd by_hand = run_command({worker});
    CHECK(by_hand.status == 2);
    CHECK_THAT(by_hand.error, Contains("POLYSWEEP_CHANNEL is not set: `polysweep run` starts"));
    const CommandEnd unknown = run_command({worker, "--schem"});
    CHECK(unknown.status == 2);
    CHECK_THAT(unknown.error, Contains("--schema"));
  }
  SECTION("the report is made") {
    const fs::path page = folder.path() / "report.html";
    polysweep.on_store({"report", "descent", "--out", page.string()});
    CHECK_THAT(text_of(page), Contains("distance") && Contains("momentum"));
  }
}

TEST_CASE("the installed program runs toy without a worker of the user's", "[package][slow]") {
  const TemporaryFolder folder;
  const fs::path prefix = folder.path() / "prefix";
  install(prefix, {"polysweep"});
  const InstalledProgram polysweep{prefix / "bin" / "polysweep", folder.path()};
  const fs::path sweep = folder.write(
      "toy.toml", "sweep = \"toy\"\nexperiment = \"toy\"\n[factors]\nx = [0.0, 1.0, 2.0]\n");
  polysweep.on_store({"run", sweep.string()});
  CHECK(polysweep.query("SELECT count(*) AS n FROM trials WHERE state = 'done'")[0]["n"] == 3);
  CHECK_THAT(text_of(prefix / "share" / "bash-completion" / "completions" / "polysweep"),
             Contains("_polysweep"));
}

TEST_CASE("links of installed documents lead to installed files", "[package][slow]") {
  const TemporaryFolder folder;
  install(folder.path() / "prefix", {"polysweep"});
  const fs::path documents = folder.path() / "prefix/share/doc/polysweep";
  REQUIRE(fs::exists(documents / "examples/python_script/train.py"));
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  std::size_t links = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(documents)) {
    if (entry.path().extension() != ".md") continue;
    const std::string text = text_of(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      INFO(entry.path() << " links to " << at->str(1));
      CHECK(fs::exists(entry.path().parent_path() / at->str(1)));
      ++links;
    }
  }
  CHECK(links > 30);
}

TEST_CASE("the installed package names no folder of the machine it was built on",
          "[package][slow]") {
  const TemporaryFolder folder;
  install(folder.path(), {"polysweep-dev"});
  int count = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder.path())) {
    const std::string extension = entry.path().extension();
    if (extension != ".cmake" && extension != ".h") continue;
    ++count;
    INFO(entry.path().string());
    CHECK_THAT(text_of(entry.path()), !Contains(source_folder().string()));
    CHECK_THAT(text_of(entry.path()), !Contains(POLYSWEEP_BUILD_FOLDER));
  }
  CHECK(count > 10);
}

TEST_CASE("polysweep's own experiments use what is installed, and nothing else",
          "[package][slow]") {
  const TemporaryFolder folder;
  install(folder.path(), {"polysweep-dev"});
  const fs::path headers = folder.path() / "include" / "polysweep";
  int count = 0;
  for (const char* own : {"experiments", "scoring"}) {
    for (const fs::directory_entry& entry :
         fs::recursive_directory_iterator(source_folder() / own)) {
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        const std::string begin = "#include \"";
        if (!line.starts_with(begin + "framework/")) continue;
        const std::string name = line.substr(begin.size(), line.rfind('"') - begin.size());
        INFO(entry.path().string() << ": " << line);
        CHECK(fs::exists(headers / name));
        ++count;
      }
    }
  }
  CHECK(count > 20);
}

TEST_CASE("an experiment with LibTorch outside the tree trains the same network twice",
          "[package][slow]") {
#ifndef POLYSWEEP_HAS_TORCH
  POLYSWEEP_SKIP("this build has no LibTorch");
#else
  const TemporaryFolder folder;
  const fs::path prefix = folder.path() / "prefix";
  install(prefix, {"polysweep", "polysweep-dev"});
  const fs::path project = built_example(folder, prefix, "torch_experiment", {});
  const InstalledProgram polysweep{prefix / "bin" / "polysweep", folder.path()};
  polysweep.on_store({"run", (project / "spirals.toml").string(), "--slots", "2"});
  CHECK(polysweep.query("SELECT count(*) AS n FROM trials WHERE state = 'done'")[0]["n"] == 18);

  // It learns: wide networks beat narrow ones, and chance.
  const auto accuracy = [&](int width) {
    return polysweep
        .query(
            "SELECT avg(value) AS a FROM final_metrics JOIN trials USING (trial) WHERE metric "
            "= 'test_accuracy' AND json_extract(parameters, '$.width') = " +
            std::to_string(width))[0]["a"]
        .get<double>();
  };
  CHECK(accuracy(64) > 0.8);
  CHECK(accuracy(64) > accuracy(4));
  CHECK(polysweep.query("SELECT count(*) AS n FROM provenance_facts WHERE fact = "
                        "'library.libtorch'")[0]["n"] == 1);
  // Once more from nothing: the same bits.
  polysweep.on_store({"verify", "--sweep", "spirals"});
#endif
}
