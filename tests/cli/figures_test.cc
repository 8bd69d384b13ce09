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

TEST_CASE("figures draws what a store holds, and says what it cannot and why", "[cli][figures]") {
  if (!has_gnuplot()) POLYSWEEP_SKIP("no gnuplot on this machine");
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const std::filesystem::path folder = program.store() / "drawn" / "figures";
  const CommandEnd end = figures(program, folder, {"--json"});
  INFO(end.error);
  CHECK(end.status == 1);  // the paper's are missing
  const nlohmann::json json = nlohmann::json::parse(end.output);
  CHECK(json["folder"] == folder.string());
  std::size_t drawn = 0;
  for (const nlohmann::json& figure : json["figures"]) {
    const std::string name = figure["name"];
    CAPTURE(name);
    if (name.starts_with("paper-6")) {
      CHECK_THAT(figure["reason"].get<std::string>(),
                 Contains("no sweep of the store has done trials of both sinusoidal and "
                          "legendre_position"));
    } else if (name.starts_with("paper-")) {
      CHECK_THAT(figure["reason"].get<std::string>(), Contains("built without LibTorch"));
    } else {
      ++drawn;
      CHECK(name.starts_with("toy-"));
      CHECK(figure["reason"].is_null());
      CHECK_FALSE(figure["caption"].get<std::string>().empty());
      REQUIRE(figure["files"].size() == 3);
      for (const std::string file : figure["files"]) check_drawn(folder / file);
    }
  }
  CHECK(json["figures"].size() == drawn + 6);
  CHECK(drawn >= 3);
  const CommandEnd table = figures(program, folder, {"toy"});
  CHECK(table.status == 1);
  CHECK_THAT(table.output, Contains("paper-1-sinusoidal-map") && Contains("svg, pdf, csv"));
}

TEST_CASE("figures needs a folder, and the store only for its own", "[cli][figures]") {
  const PolysweepProgram program;
  const CommandEnd nowhere = program.ask({"figures"});
  CHECK(nowhere.status == 2);
  CHECK(nowhere.error == "polysweep: --out is missing: name the folder for the figures\n");
  const CommandEnd no_store = figures(program, program.store().parent_path() / "drawn");
  CHECK(no_store.status == 1);
  CHECK_THAT(no_store.output, Contains("there is no store in"));
  const CommandEnd no_sweep = figures(program, program.store().parent_path() / "drawn", {"toyy"});
  CHECK(no_sweep.status == 2);
  CHECK_THAT(no_sweep.error, Contains("there is no store in"));
}
