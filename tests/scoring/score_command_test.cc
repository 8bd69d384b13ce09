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
  CHECK_THAT(shown.output, Contains("It compares these outputs, not the methods") &&
                               Contains("bootstrap p (1000 samples)") &&
                               Contains("approximate randomization") && Contains("10000 samples"));
}

TEST_CASE("randomization comes first, and the bootstrap's p is said not to keep its level",
          "[score]") {
  const TemporaryFolder folder;
  const std::string reference = folder.write("ref", "a b c d e\nf g h i j\nk l m n o\n").string();
  const std::string first = folder.write("one", "a b c d e\nf g h i\nk l m n o\n").string();
  const std::string second = folder.write("two", "a b c d\nf g h i j\nx y z\n").string();
  const CommandEnd shown = score({"--ref", reference, first, second});
  REQUIRE(shown.status == 0);
  const std::string head = shown.output.substr(0, shown.output.find('\n'));
  INFO(shown.output);
  const std::size_t p = head.find(" p ");
  REQUIRE(p != std::string::npos);
  CHECK(head.find("difference") < p);
  CHECK(p < head.find("sacreBLEU's bootstrap p"));
  CHECK_THAT(shown.output, Contains("about 12% of outputs that do not differ different at 0.05"));
  const CommandEnd end = score({"--ref", reference, first, second, "--json"});
  CHECK(end.output.find("\"randomization\"") < end.output.find("\"bootstrap\""));
  const CommandEnd alone = score({"--ref", reference, first});
  CHECK_THAT(alone.output, !Contains("bootstrap") && !Contains("randomization"));
}

TEST_CASE("an output that equals the first does not differ from it", "[score]") {
  const TemporaryFolder folder;
  const std::string reference = folder.write("ref", "a b c d e\nf g h i j\n").string();
  const std::string first = folder.write("one", "a b c d e\nf g h i\n").string();
  const std::string same = folder.write("same", "a b c d e\nf g h i\n").string();
  const CommandEnd end = score({"--ref", reference, first, same, "--json"});
  REQUIRE(end.status == 0);
  for (const char* metric : {"BLEU", "chrF2"}) {
    CHECK(row_of(Json::parse(end.output), metric, same)["randomization"]["p"] == 1);
  }
  CHECK_THAT(score({"--ref", reference, first, same}).output,
             Contains("Equal scores have p = 1; sacreBLEU prints 1 / (samples + 1)"));
}

TEST_CASE("an output that looks tokenized is warned of from 100 lines on", "[score]") {
  const TemporaryFolder folder;
  const auto lines = [](int tokenized, int plain) {
    std::string text;
    for (int i = 0; i < tokenized; ++i) text += "ein Hund rennt .\n";
    for (int i = 0; i < plain; ++i) text += "ein Hund rennt.\n";
    return text;
  };
  const std::string reference = folder.write("ref", lines(0, 150)).string();
  const std::string many = folder.write("many", lines(100, 50)).string();
  const std::string few = folder.write("few", lines(99, 51)).string();
  const CommandEnd warned = score({"--ref", reference, many, few, "--json"});
  CHECK(warned.status == 0);
  CHECK(Json::parse(warned.output).size() == 8);
  CHECK_THAT(warned.error,
             Contains("warning: " + many + ": 100 of 150 lines end in a tokenized period (' .')"));
  CHECK_THAT(warned.error, !Contains(few));
  CHECK(score({"--ref", reference, few}).error.empty());
  CHECK(score({"--ref", reference, many, "--force"}).error.empty());
  // What is tokenized is the output; sacreBLEU does not look at the references.
  CHECK(score({"--ref", many, reference}).error.empty());
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
