// `polysweep figures` on real stores, without LibTorch: tests/experiments has the
// figures that need its encodings.
#include <fstream>
#include <sstream>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"
#include "tests/support/drawn_file.h"

using namespace polysweep;

namespace {

bool has_gnuplot() { return std::system("command -v gnuplot >/dev/null 2>&1") == 0; }

CommandEnd figures(const PolysweepProgram& program, const std::filesystem::path& folder,
                   std::vector<std::string> words = {}) {
  words.insert(words.begin(), "figures");
  words.insert(words.end(),
               {"--out", folder.string(), "--worker", PolysweepProgram::worker().string()});
  return program.ask(words);
}

}  // namespace

TEST_CASE("figures draws the figures of a sweep, and exits with 0", "[cli][figures]") {
  if (!has_gnuplot()) POLYSWEEP_SKIP("no gnuplot on this machine");
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const std::filesystem::path folder = program.store() / "drawn" / "figures";
  const CommandEnd end = figures(program, folder, {"--json"});
  INFO(end.error);
  CHECK(end.status == 0);
  const nlohmann::json json = nlohmann::json::parse(end.output);
  CHECK(json["folder"] == folder.string());
  std::size_t drawn = 0;
  for (const nlohmann::json& figure : json["figures"]) {
    const std::string name = figure["name"];
    CAPTURE(name);
    ++drawn;
    CHECK(name.starts_with("toy-"));
    CHECK(figure["reason"].is_null());
    CHECK_FALSE(figure["caption"].get<std::string>().empty());
    REQUIRE(figure["files"].size() == 3);
    for (const std::string file : figure["files"]) check_drawn(folder / file);
  }
  CHECK(drawn >= 3);
  const CommandEnd table = figures(program, folder, {"toy"});
  CHECK(table.status == 0);
  CHECK_THAT(table.output, Contains("toy-") && Contains("svg, pdf, csv"));
}

TEST_CASE("figures --paper says what cannot be drawn and why, and exits with 1", "[cli][figures]") {
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const CommandEnd end = figures(program, program.store() / "drawn", {"--paper", "--json"});
  INFO(end.error);
  CHECK(end.status == 1);
  const nlohmann::json json = nlohmann::json::parse(end.output);
  CHECK(json["figures"].size() == 6);
  for (const nlohmann::json& figure : json["figures"]) {
    CHECK_FALSE(figure["reason"].get<std::string>().empty());
  }
}

TEST_CASE("figures needs a folder and a store", "[cli][figures]") {
  const PolysweepProgram program;
  const CommandEnd nowhere = program.ask({"figures"});
  CHECK(nowhere.status == 2);
  CHECK(nowhere.error == "polysweep: --out is missing: expected a folder for the figures\n");
  const CommandEnd no_store = figures(program, program.store().parent_path() / "drawn");
  CHECK(no_store.status == 2);
  CHECK_THAT(no_store.error, Contains("there is no store in"));
  const CommandEnd no_sweep = figures(program, program.store().parent_path() / "drawn", {"toyy"});
  CHECK(no_sweep.status == 2);
  CHECK_THAT(no_sweep.error, Contains("there is no store in"));
}
