#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/command_line.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string kProgram = (fs::path(POLYSWEEP_PROGRAMS) / "polysweep").string();

CommandEnd score(std::vector<std::string> words) {
  words.insert(words.begin(), {kProgram, "score"});
  return run_command(words);
}

const Json& row_of(const Json& rows, const std::string& metric, const std::string& output) {
  for (const Json& row : rows)
    if (row["metric"] == metric && row["output"] == output) return row;
  FAIL("no row of " << metric << " for " << output);
  return rows;
}

}  // namespace

TEST_CASE("files are scored as sacreBLEU scores them", "[score]") {
  const TemporaryFolder folder;
  const std::string reference = folder.write("ref", "the cat sat on the mat\n").string();
  const std::string output = folder.write("hyp", "the cat is on a mat now ok").string();
  const CommandEnd end = score({"--ref", reference, output, "--json"});
  INFO(end.error);
  REQUIRE(end.status == 0);
  const Json rows = Json::parse(end.output);
  CHECK(rows.size() == 4);
  CHECK(row_of(rows, "BLEU", output)["score"].get<double>() ==
        Approx(13.134549472120788).epsilon(1e-14));
  CHECK(row_of(rows, "BLEU", output)["signature"] ==
        "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0");
  CHECK_FALSE(row_of(rows, "chrF2", output).contains("bootstrap"));
  const CommandEnd shown = score({"--ref", reference, output});
  CHECK_THAT(shown.output, Contains("13.13") && Contains("nc:6|nw:0"));
}

TEST_CASE("outputs are tested against the first, and said to be outputs", "[score]") {
  const TemporaryFolder folder;
  const std::string reference = folder.write("ref", "a b c d e\nf g h i j\nk l m n o\n").string();
  const std::string first = folder.write("one", "a b c d e\nf g h i\nk l m n o\n").string();
  const std::string second = folder.write("two", "a b c d\nf g h i j\nx y z\n").string();
  const CommandEnd end = score({"--ref", reference, first, second, "--samples", "50", "--json"});
  REQUIRE(end.status == 0);
  const Json row = row_of(Json::parse(end.output), "BLEU", second);
  CHECK(row["baseline"] == first);
  CHECK(row["seed"] == 12345);
  CHECK(row["bootstrap"]["samples"] == 50);
  CHECK(row["bootstrap"]["p"].get<double>() >= 1.0 / 51);
  CHECK(row["randomization"]["p"].get<double>() <= 1);
  const CommandEnd shown = score({"--ref", reference, first, second});
  CHECK_THAT(shown.output, Contains("they compare these outputs, not the methods") &&
                               Contains("1000 samples") && Contains("randomisation of 10000"));
}

TEST_CASE("files that cannot be scored are refused by name", "[score]") {
  const TemporaryFolder folder;
  const std::string reference = folder.write("ref", "a\nb\n").string();
  const std::string good = folder.write("good", "a\nb\n").string();
  const auto refused = [](const std::vector<std::string>& words, const std::string& message) {
    const CommandEnd end = score(words);
    CHECK(end.status == 2);
    CHECK(end.output.empty());
    CHECK_THAT(end.error, Contains(message));
  };
  refused({good}, "--ref is missing");
  refused({"--ref", reference}, "HYPOTHESES is missing");
  refused({"--ref", reference, good + "x"}, "cannot open " + good + "x");
  refused({"--ref", reference, folder.write("short", "a\n").string()},
          "short against " + reference + ": 1 hypothesis sentences for 2 reference sentences");
  refused({"--ref", reference, folder.write("bytes", "a\n\xff\n").string()},
          "bytes against " + reference + ": hypothesis sentence 2 is not UTF-8");
  refused({"--ref", folder.write("empty", "").string(), good}, "no reference sentences");
  refused({"--ref", "-", "-"}, "standard input, which can be read only once");
  refused({"--ref", reference, good, good, "--samples", "-1"},
          "--samples '-1': expected an integer");
}

TEST_CASE("thousands of odd pairs score as with sacreBLEU itself", "[score][slow]") {
  const fs::path root = POLYSWEEP_SOURCE_FOLDER;
  const fs::path python = root / "bench" / ".venv" / "bin" / "python";
  if (!fs::exists(python)) POLYSWEEP_SKIP("sacreBLEU is not there: run bench/peers");
  const TemporaryFolder folder;
  const CommandEnd end =
      run_command({python.string(), (root / "tests" / "scoring" / "against_sacrebleu.py").string(),
                   kProgram, folder.path().string()});
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("scores and") && Contains("agree"));
}

}  // namespace polysweep
