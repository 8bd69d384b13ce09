// `polysweep figures` on a store with real trainings: all of the paper's figures.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/command_line.h"
#include "tests/support/drawn_file.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const char* const kTrainings = R"(
sweep      = "trainings"
experiment = "translation"
replicate  = "seed"
[fixed]
sentences      = 300
held_out       = 20
updates        = 6
evaluate_every = 2
batch_tokens   = 128
dimension      = 16
heads          = 2
layers         = 1
[factors]
encoding = ["sinusoidal", "legendre_position"]
seed     = [0, 1]
[baseline]
encoding = "sinusoidal"
[metrics]
primary = { name = "test_bleu", goal = "maximize" }
)";

const char* const kLengths = R"(
sweep      = "lengths"
experiment = "length"
replicate  = "seed"
[fixed]
task            = "recall"
symbols         = 16
longest_trained = 8
longest_tested  = 16
updates         = 4
evaluate_every  = 2
batch_tokens    = 128
dimension       = 16
heads           = 2
layers          = 1
[factors]
encoding = ["sinusoidal", "alibi"]
seed     = [0, 1]
[baseline]
encoding = "sinusoidal"
[metrics]
primary = { name = "accuracy_longer", goal = "maximize" }
)";

CommandEnd polysweep_with(std::vector<std::string> words) {
  const fs::path programs = POLYSWEEP_PROGRAMS;
  words.insert(words.begin(), (programs / "polysweep").string());
  words.insert(words.end(), {"--worker", (programs / "polysweep-worker").string()});
  return run_command(words);
}

// The lines of a CSV file, its header not counted.
std::size_t rows_of(const fs::path& file) {
  std::ifstream in(file);
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  return lines - 1;
}

}  // namespace

TEST_CASE("all of the paper's figures are drawn from real trainings", "[translation][figures]") {
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0)
    POLYSWEEP_SKIP("no gnuplot on this machine");
  const TemporaryFolder folder;
  const std::string store = (folder.path() / "store").string();
  for (const auto& [name, text] :
       {std::pair("t.toml", kTrainings), std::pair("l.toml", kLengths)}) {
    const CommandEnd end =
        polysweep_with({"run", folder.write(name, text).string(), "--store", store});
    INFO(end.error);
    REQUIRE(end.status == 0);
  }
  const fs::path out = folder.path() / "figures";
  const CommandEnd end =
      polysweep_with({"figures", "--paper", "--store", store, "--out", out.string(), "--positions",
                      "20", "--dimension", "32", "--heads", "4", "--head", "3", "--json"});
  INFO(end.error << end.output);
  REQUIRE(end.status == 0);
  std::set<std::string> names;
  const Json told = Json::parse(end.output);
  for (const Json& figure : told["figures"]) {
    names.insert(figure["name"].get<std::string>());
    REQUIRE(figure["files"].size() == 3);
    for (const std::string file : figure["files"]) check_drawn(out / file);
  }
  for (const char* name :
       {"paper-1-sinusoidal-map", "paper-2-sinusoidal-heads", "paper-3-legendre-polynomials",
        "paper-4-legendre-map", "paper-5-legendre-head", "paper-6-training-loss-trainings"}) {
    CAPTURE(name);
    CHECK(names.contains(name));
  }
  CHECK(rows_of(out / "paper-1-sinusoidal-map.csv") == 20 * 20);
  CHECK(rows_of(out / "paper-2-sinusoidal-heads.csv") == 4 * 20 * 20);
  CHECK(rows_of(out / "paper-6-training-loss-trainings.csv") == 2 * 3);
  REQUIRE(polysweep_with({"figures", "--store", store, "--out", out.string()}).status == 0);
  // Accuracy against length: 2 encodings at the lengths 4, 8, 12 and 16.
  bool by_length = false;
  for (const fs::directory_entry& entry : fs::directory_iterator(out)) {
    if (entry.path().extension() != ".csv") continue;
    std::ifstream in(entry.path());
    std::string header;
    std::getline(in, header);
    if (header.starts_with("arm,length,")) by_length = rows_of(entry.path()) == 2 * 4;
  }
  CHECK(by_length);
}

TEST_CASE("maps that the encodings do not have are named", "[translation][figures]") {
  const TemporaryFolder folder;
  const auto figures = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all = {"figures", "--paper",
                                    "--store", (folder.path() / "none").string(),
                                    "--out",   (folder.path() / "out").string()};
    all.insert(all.end(), words.begin(), words.end());
    const CommandEnd end = polysweep_with(all);
    CHECK(end.status == 1);
    return end.output;
  };
  CHECK_THAT(figures({"--dimension", "31"}), Contains("dimension 31 is odd: sinusoidal"));
  CHECK_THAT(figures({"--heads", "3"}), Contains("128 dimensions cannot be divided among 3 heads"));
  CHECK_THAT(figures({"--grid", "fine"}), Contains("'fine' is no value of parameter 'grid'"));
  CHECK_THAT(figures({"--head", "4"}), Contains("head 4 of 4: heads are counted from 0"));
}

}  // namespace polysweep
