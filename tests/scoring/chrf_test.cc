#include "scoring/chrf.h"

#include <map>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "scoring/ngrams.h"
#include "tests/scoring/score_goldens.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::map<std::string, ChrfOptions> golden_options() {
  std::map<std::string, ChrfOptions> all;
  all["chrf2"];
  all["chrf2_lower_case"].lower_case = true;
  all["chrf_plus_plus"].word_order = 2;
  all["chrf3_order_4"].character_order = 4;
  all["chrf3_order_4"].beta = 3;
  return all;
}

using Symbols = std::vector<std::uint32_t>;
using Counts = std::map<Symbols, std::int64_t>;

Counts counts_of(const Symbols& text, std::size_t order) {
  Counts counts;
  for (std::size_t i = 0; i + order <= text.size(); ++i) {
    ++counts[Symbols(text.begin() + static_cast<std::ptrdiff_t>(i),
                     text.begin() + static_cast<std::ptrdiff_t>(i + order))];
  }
  return counts;
}

NgramMatches slow_matches(const Symbols& hypothesis, const Symbols& reference, std::size_t order) {
  NgramMatches found;
  const Counts there = counts_of(reference, order);
  for (const auto& [ngram, count] : counts_of(hypothesis, order)) {
    found.hypothesis += count;
    if (there.contains(ngram)) found.matches += std::min(count, there.at(ngram));
  }
  for (const auto& [ngram, count] : there) found.reference += count;
  return found;
}

Symbols random_symbols(RandomStream& random, std::uint64_t most, std::uint64_t alphabet) {
  Symbols symbols(random.below(most + 1));
  for (std::uint32_t& symbol : symbols) symbol = static_cast<std::uint32_t>(random.below(alphabet));
  return symbols;
}

}  // namespace

// By hand: "abc" has 3, 2, 1 n-grams of orders 1..3; "abd" shares 2 and 1. The
// precisions and recalls are (2/3, 1/2, 0) over the 3 orders that both have.
TEST_CASE("chrF of known sentences", "[chrf]") {
  const double mean = (2.0 / 3 + 0.5 + 0) / 3;
  CHECK(sentence_chrf("a b c", "abd") == Approx(100 * mean).epsilon(1e-14));
  CHECK(sentence_chrf("ä", "ä") == Approx(100));
  CHECK(sentence_chrf("", "") == 0);
  CHECK(sentence_chrf("a", "b") == 0);
}

TEST_CASE("chrF of odd corpora is sacreBLEU's to 1e-9", "[chrf]") {
  for (const nlohmann::json& corpus : score_goldens()["corpora"]) {
    const Texts references = corpus["references"];
    const Texts hypotheses = corpus["hypotheses"];
    for (const auto& [name, options] : golden_options()) {
      INFO(name << ": " << corpus.dump());
      CHECK(corpus_chrf(hypotheses, references, options) ==
            Approx(corpus["scores"][name][0].get<double>()).margin(1e-9));
    }
  }
}

TEST_CASE("a signature of chrF is sacreBLEU's", "[chrf]") {
  // sacreBLEU's signature has no place for beta; the name of the score has it.
  for (const auto& [name, options] : golden_options()) {
    CHECK(chrf_signature(options) == score_goldens()["signatures"][name].get<std::string>());
  }
}

TEST_CASE("n-grams are counted as an obvious slow count counts them", "[chrf]") {
  RandomStream random(3, "n-grams");
  NgramMatcher matcher;
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t alphabet = 1 + random.below(6);
    const Symbols hypothesis = random_symbols(random, 30, alphabet);
    const Symbols reference = random_symbols(random, 30, alphabet);
    const int orders = 1 + static_cast<int>(random.below(6));
    const std::vector<NgramMatches> found = matcher.match(hypothesis, reference, orders);
    REQUIRE(found.size() == static_cast<std::size_t>(orders));
    for (std::size_t n = 0; n < found.size(); ++n) {
      CHECK(found[n] == slow_matches(hypothesis, reference, n + 1));
    }
  }
}

}  // namespace polysweep
