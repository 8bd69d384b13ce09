// Held against subword-nmt 0.3.8 itself: tests/golden/merges/merges.py.

#include "experiments/text/byte_pair_merges.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "experiments/text/corpus.h"
#include "experiments/text/vocabulary.h"
#include "framework/core/digest.h"
#include "scoring/unicode_text.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> golden_lines(const char* name) {
  std::ifstream file(fs::path(POLYSWEEP_SOURCE_FOLDER) / "tests/golden/merges" / name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

void count_words(const std::vector<std::string>& lines,
                 std::map<std::string, std::int64_t>& words) {
  for (const std::string& line : lines) {
    for (const std::string_view word : split_words(line)) ++words[std::string(word)];
  }
}

std::string shown(const MergeRules& rules, std::string_view text) {
  std::string line;
  for (const std::string_view word : split_words(text)) {
    for (const std::string& part : rules.parts_of(word)) line += (line.empty() ? "" : " ") + part;
  }
  return line;
}

}  // namespace

TEST_CASE("merges are learned and applied as subword-nmt does", "[vocabulary]") {
  std::map<std::string, std::int64_t> words;
  count_words(golden_lines("words.txt"), words);
  const std::vector<std::string> golden = golden_lines("merges.txt");
  REQUIRE(golden.size() > 45);
  const std::size_t count = std::stoul(golden[0]);

  const std::vector<MergeRule> rules = learn_merge_rules(words, 60);  // it ends before
  REQUIRE(rules.size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    CHECK(fmt::format("{} {}", rules[i].first, rules[i].second) == golden[i + 1]);
  }
  const MergeRules at_work(rules);
  for (std::size_t i = count + 1; i < golden.size(); ++i) {
    const std::size_t middle = golden[i].find(" = ");
    CHECK(shown(at_work, golden[i].substr(0, middle)) == golden[i].substr(middle + 3));
  }
  CHECK(learn_merge_rules(words, 7).size() == 7);
  CHECK(learn_merge_rules({}, 7).empty());
}

// SHA-256 and number of different tokens of the training text (English, then German, a
// line each, without spaces at its end) as subword-nmt writes it after learning
// 10,000 merges on it.
TEST_CASE("10,000 merges of Multi30k are those of subword-nmt", "[vocabulary][multi30k]") {
  const char* given = std::getenv("POLYSWEEP_MULTI30K");
  if (given == nullptr) POLYSWEEP_SKIP("POLYSWEEP_MULTI30K names no folder of Multi30k");
  CorpusOptions options;
  options.name = "multi30k_tok";
  options.folder = given;
  const Corpus corpus = read_corpus(options);
  const auto vocabulary = learn_vocabulary({"merges", 10000}, corpus.train);
  CHECK(vocabulary->size() == 9708 + 4);
  std::string text;
  for (const auto* side : {&corpus.train.source, &corpus.train.target}) {
    for (const std::string& line : *side) {
      std::string written;
      for (const std::int32_t token : vocabulary->encode(line)) {
        written += (written.empty() ? "" : " ") + vocabulary->piece(token);
      }
      text += written + "\n";
    }
  }
  CHECK(sha256_hex(text) == "04421cdc845b2485f84ad0d0e2d2330fccf9fc7a671acdef5f157bc09e316aec");
}

}  // namespace polysweep
