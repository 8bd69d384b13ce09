#include "scoring/paired_tests.h"

#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "scoring/numpy_random.h"
#include "tests/scoring/score_goldens.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

SentenceCounts counts_of(const std::string& metric, const Texts& hypotheses,
                         const Texts& references) {
  return metric == "BLEU" ? SentenceCounts::bleu(hypotheses, references)
                          : SentenceCounts::chrf(hypotheses, references);
}

}  // namespace

TEST_CASE("numpy's random numbers", "[paired]") {
  const std::vector<std::uint32_t> choice = score_goldens()["choice_1000"];
  CHECK(std::vector<std::uint32_t>(choice.begin(), choice.begin() + 8) ==
        std::vector<std::uint32_t>{699, 227, 788, 316, 204, 797, 642, 676});
  CHECK(NumpyRandom(12345).choice(1000, choice.size()) == choice);
  const std::vector<bool> booleans = score_goldens()["booleans"];
  CHECK(NumpyRandom(12345).booleans(booleans.size()) == booleans);
}

TEST_CASE("paired tests give sacreBLEU's p-values, means and intervals", "[paired]") {
  for (const nlohmann::json& corpus : score_goldens()["paired"]) {
    const Texts references = corpus["references"];
    const std::vector<Texts> systems = corpus["systems"];
    for (const std::string metric : {"BLEU", "chrF2"}) {
      const SentenceCounts baseline = counts_of(metric, systems[0], references);
      const nlohmann::json& bootstrap = corpus["tests"]["bs " + metric];
      const nlohmann::json& randomization = corpus["tests"]["ar " + metric];
      for (std::size_t i = 1; i < systems.size(); ++i) {
        INFO(metric << " of system " << i);
        const SentenceCounts system = counts_of(metric, systems[i], references);
        PairedTestOptions options;
        options.samples = 200;
        const PairedTestResult found = paired_bootstrap(baseline, system, options);
        CHECK(found.samples == 200);
        CHECK(found.p_value == bootstrap[i][3].get<double>());
        CHECK(found.system.score == Approx(bootstrap[i][0].get<double>()).margin(1e-9));
        CHECK(found.system.mean == Approx(bootstrap[i][1].get<double>()).margin(1e-5));
        CHECK(found.system.half_width == Approx(bootstrap[i][2].get<double>()).margin(1e-5));
        CHECK(found.baseline.mean == Approx(bootstrap[0][1].get<double>()).margin(1e-5));
        options.samples = 500;
        const PairedTestResult swapped = approximate_randomization(baseline, system, options);
        CHECK(swapped.p_value == randomization[i][3].get<double>());
        CHECK(swapped.baseline.score == Approx(randomization[0][0].get<double>()).margin(1e-9));
      }
    }
  }
}

TEST_CASE("a system against itself is no different from itself", "[paired]") {
  const Texts texts = {"a b c d e", "f g h i j", "k l m n o"};
  const SentenceCounts same = SentenceCounts::bleu(texts, texts);
  CHECK(approximate_randomization(same, same).p_value == Approx(1.0 / 10001));
  CHECK(approximate_randomization(same, same).samples == 10000);
  CHECK(paired_bootstrap(same, same).samples == 1000);
}

// Both outputs are drawn alike: every word of the reference is kept with the same
// probability. What a test rejects at .05 it rejects by mistake.
TEST_CASE("randomization keeps its level, and sacreBLEU's bootstrap rejects about 12%",
          "[paired][slow]") {
  constexpr int kPairs = 2000;
  constexpr int kSentences = 60;
  RandomStream random(1, "outputs that differ by chance");
  const auto text_of = [&](const std::vector<std::uint64_t>& words, double kept) {
    std::string text;
    for (const std::uint64_t word : words) {
      text += (text.empty() ? "" : " ") +
              std::to_string(random.uniform() < kept ? word : 1000 + random.below(1000));
    }
    return text;
  };
  int by_randomization = 0;
  int by_bootstrap = 0;
  for (int pair = 0; pair < kPairs; ++pair) {
    Texts references, first, second;
    for (int i = 0; i < kSentences; ++i) {
      std::vector<std::uint64_t> words;
      for (std::uint64_t n = 6 + random.below(10); n > 0; --n) words.push_back(random.below(1000));
      references.push_back(text_of(words, 1));
      const double difficulty = 0.6 + 0.35 * random.uniform();
      first.push_back(text_of(words, difficulty));
      second.push_back(text_of(words, difficulty));
    }
    BleuOptions options;
    options.tokenizer = BleuTokenizer::kNone;
    const SentenceCounts one = SentenceCounts::bleu(first, references, options);
    const SentenceCounts two = SentenceCounts::bleu(second, references, options);
    PairedTestOptions test;
    test.samples = 199;
    test.seed = static_cast<std::uint32_t>(pair);
    by_randomization += approximate_randomization(one, two, test).p_value <= 0.05 ? 1 : 0;
    by_bootstrap += paired_bootstrap(one, two, test).p_value <= 0.05 ? 1 : 0;
  }
  INFO("of " << kPairs << ": randomization " << by_randomization << ", bootstrap " << by_bootstrap);
  // Three standard errors: .015 of .05, .022 of .12.
  CHECK(by_randomization <= 0.065 * kPairs);
  CHECK(by_randomization >= 0.035 * kPairs);
  CHECK(by_bootstrap >= 0.098 * kPairs);
  CHECK(by_bootstrap <= 0.142 * kPairs);
}

TEST_CASE("outputs that do not match are refused", "[paired]") {
  const Texts one = {"a"};
  const Texts two = {"a", "b"};
  CHECK_THROWS_WITH(
      paired_bootstrap(SentenceCounts::bleu(one, one), SentenceCounts::bleu(two, two)),
      "the baseline has 1 sentences and the system 2: a paired test needs the same sentences");
  PairedTestOptions options;
  options.samples = -1;
  const SentenceCounts counts = SentenceCounts::bleu(two, two);
  CHECK_THROWS_WITH(approximate_randomization(counts, counts, options),
                    "-1 samples: a paired test needs at least 1");
}

}  // namespace polysweep
