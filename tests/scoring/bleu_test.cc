#include "scoring/bleu.h"

#include <map>

#include "framework/core/error.h"
#include "tests/scoring/score_goldens.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::map<std::string, BleuOptions> golden_options() {
  std::map<std::string, BleuOptions> all;
  all["13a"];
  all["13a_lower_case"].lower_case = true;
  all["none"].tokenizer = BleuTokenizer::kNone;
  all["none_lower_case"].tokenizer = BleuTokenizer::kNone;
  all["none_lower_case"].lower_case = true;
  all["smooth_none"].smoothing = BleuSmoothing::kNone;
  all["smooth_floor"].smoothing = BleuSmoothing::kFloor;
  all["smooth_add_k"].smoothing = BleuSmoothing::kAddK;
  all["smooth_add_k"].smoothing_value = 0.5;
  all["effective_order"].effective_order = true;
  return all;
}

}  // namespace

TEST_CASE("BLEU of known sentences", "[bleu]") {
  CHECK(sentence_bleu("the cat is on a mat now ok", "the cat sat on the mat").score ==
        Approx(13.134549472120788).epsilon(1e-14));
  CHECK(sentence_bleu("the cat", "the cat sat on the mat").score == 0);
  CHECK(sentence_bleu("", "the cat").score == 0);
  CHECK(sentence_bleu("", "").score == 0);
  CHECK(sentence_bleu("a b c d e", "a b c d e").score == Approx(100).epsilon(1e-14));
}

TEST_CASE("the 13a tokens of known texts", "[bleu]") {
  CHECK(tokenize_13a("a-b 3-4 1.5 x.5 5.x ,a 1,a a,1 .5") ==
        "a-b 3 - 4 1.5 x . 5 5 . x , a 1 , a a , 1 . 5");
  CHECK(tokenize_13a("&amp;amp;") == "& amp ;");
  CHECK(tokenize_13a("sagt „ja“ … – nein”") == "sagt „ja“ … – nein”");
  CHECK(tokenize_13a("so<skipped>me-\nthing\nelse") == "something else");
  CHECK(tokenize_13a("&quot;&lt;b&gt;") == "\" < b >");
  CHECK(tokenize_13a("it's e-mail") == "it's e-mail");
  CHECK(tokenize_13a(" \t ").empty());
}

TEST_CASE("the 13a tokens of odd texts are sacreBLEU's", "[bleu]") {
  REQUIRE(score_goldens()["tokens_13a"].size() > 100);
  for (const nlohmann::json& pair : score_goldens()["tokens_13a"]) {
    INFO(pair.dump());
    CHECK(tokenize_13a(pair[0].get<std::string>()) == pair[1].get<std::string>());
  }
}

TEST_CASE("BLEU of odd corpora is sacreBLEU's to 1e-9", "[bleu]") {
  std::size_t compared = 0;
  for (const nlohmann::json& corpus : score_goldens()["corpora"]) {
    const Texts references = corpus["references"];
    const Texts hypotheses = corpus["hypotheses"];
    for (const auto& [name, options] : golden_options()) {
      INFO(name << ": " << corpus.dump());
      const BleuScore found = corpus_bleu(hypotheses, references, options);
      const std::vector<double> wanted = corpus["scores"][name];
      CHECK(found.score == Approx(wanted[0]).margin(1e-9));
      CHECK(found.brevity_penalty == Approx(wanted[1]).margin(1e-12));
      for (int n = 0; n < kBleuOrders; ++n) {
        CHECK(found.precisions[n] == Approx(wanted[static_cast<std::size_t>(n) + 2]).margin(1e-9));
      }
      ++compared;
    }
  }
  CHECK(compared == 60 * 8);
}

TEST_CASE("a signature of BLEU is sacreBLEU's", "[bleu]") {
  for (const auto& [name, options] : golden_options()) {
    CHECK(bleu_signature(options) == score_goldens()["signatures"][name].get<std::string>());
  }
}

TEST_CASE("the statistics of sentences add up to the corpus's", "[bleu]") {
  const Texts references = {"a b c d", "the cat sat", "", "x"};
  const Texts hypotheses = {"a b d", "the the cat sat", "y", ""};
  BleuStatistics sum;
  for (const BleuStatistics& one : bleu_statistics(hypotheses, references, {})) sum += one;
  CHECK(sum == corpus_bleu(hypotheses, references).statistics);
  CHECK(sum.hypothesis_tokens == 8);
  CHECK(sum.reference_tokens == 8);
  CHECK(sum.matches[0] == 6);  // "the" counts once: clipped
  CHECK(sum.totals[3] == 1);
}

TEST_CASE("texts that cannot be scored are refused", "[bleu]") {
  const Texts one = {"a"};
  const Texts two = {"a", "b"};
  const Texts bad = {"a", "b\xff"};
  CHECK_THROWS_WITH(corpus_bleu({}, {}),
                    "no reference sentences: a score compares at least one "
                    "pair");
  CHECK_THROWS_WITH(corpus_bleu(one, two),
                    "1 hypothesis sentences for 2 reference sentences: a score needs one for each");
  CHECK_THROWS_WITH(corpus_bleu(bad, two),
                    "hypothesis sentence 2 is not UTF-8: scores count characters");
  CHECK_THROWS_WITH(corpus_bleu(two, bad),
                    "reference sentence 2 is not UTF-8: scores count characters");
}

TEST_CASE("tokenized periods are counted as sacreBLEU counts them", "[bleu]") {
  const Texts texts = {"a b .",       "a b. ",   "a b . \t\r", ".", " .",
                       "a b .\u00a0", "a\tb\t.", "a b . \"",   ""};
  CHECK(tokenized_periods(texts) == 4);  // 1, 3, 5 and 6
  CHECK(tokenized_periods({}) == 0);
}

}  // namespace polysweep
