#include "experiments/text/vocabulary.h"

#include <set>

#include "experiments/text/synthetic_corpus.h"
#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

ParallelText small_text() {
  return {"small",
          {"the dog sees the cat", "a dog sleeps", "the cat sleeps"},
          {"der Hund sieht die Katze", "ein Hund schläft", "die Katze schläft"}};
}

ParallelText captions() {
  SyntheticCorpusOptions options;
  options.train_pairs = 400;
  options.valid_pairs = options.test_pairs = 10;
  return synthetic_corpus(options).train;
}

std::vector<std::string> pieces_of(const Vocabulary& vocabulary, std::string_view text) {
  std::vector<std::string> pieces;
  for (const std::int32_t token : vocabulary.encode(text))
    pieces.push_back(vocabulary.piece(token));
  return pieces;
}

std::shared_ptr<const Vocabulary> learn(const char* kind, std::int64_t size,
                                        const ParallelText& text) {
  return learn_vocabulary({kind, size}, text);
}

}  // namespace

TEST_CASE("a vocabulary of words knows the words of both sides, frequent ones first",
          "[vocabulary]") {
  const auto words = learn("words", 0, small_text());
  CHECK(words->size() == 4 + 13);
  CHECK(words->piece(Vocabulary::kPad) == "<pad>");
  CHECK(words->piece(Vocabulary::kUnknown) == "<unk>");
  CHECK(words->piece(4) == "the");
  const std::vector<std::int32_t> tokens = words->encode("  the cat   sees a bird ");
  CHECK(tokens.size() == 5);
  CHECK(tokens[0] == 4);
  CHECK(tokens[4] == Vocabulary::kUnknown);
  CHECK(words->decode(tokens) == "the cat sees a \u2047");

  const auto few = learn("words", 6, small_text());
  CHECK(few->size() == 6);
  CHECK(few->encode("the ein") == std::vector<std::int32_t>{4, Vocabulary::kUnknown});
}

TEST_CASE("special tokens are not text", "[vocabulary]") {
  for (const auto& vocabulary : {learn("words", 0, small_text()), learn("bpe", 40, small_text())}) {
    std::vector<std::int32_t> tokens = vocabulary->encode("the dog");
    CHECK(std::find(tokens.begin(), tokens.end(), Vocabulary::kEnd) == tokens.end());
    tokens.insert(tokens.begin(), Vocabulary::kBegin);
    tokens.push_back(Vocabulary::kEnd);
    tokens.push_back(Vocabulary::kPad);
    CHECK(vocabulary->decode(tokens) == "the dog");
    CHECK(vocabulary->decode({}).empty());
    CHECK(vocabulary->encode("").empty());
  }
}

TEST_CASE("byte pair encoding gives back every text of its characters", "[vocabulary]") {
  const ParallelText text = captions();
  for (const auto& pieces : {learn("bpe", 300, text), learn("merges", 200, text)}) {
    for (std::size_t i = 0; i < text.size(); i += 7) {
      CHECK(pieces->decode(pieces->encode(text.source[i])) == text.source[i]);
      CHECK(pieces->decode(pieces->encode(text.target[i])) == text.target[i]);
    }
    const std::vector<std::int32_t> unknown = pieces->encode("the \u4e2d");
    CHECK(std::count(unknown.begin(), unknown.end(), Vocabulary::kUnknown) == 1);
    CHECK_THAT(pieces->decode(unknown), Contains("\u2047"));
  }
}

TEST_CASE("byte pair encoding has the asked for size and joins what is frequent", "[vocabulary]") {
  const ParallelText text = captions();
  const auto pieces = learn("bpe", 300, text);
  CHECK(pieces->size() == 300);
  CHECK(pieces_of(*pieces, "the dog") == std::vector<std::string>{"▁the", "▁dog"});
  std::set<std::string> names;
  for (std::int32_t i = 0; i < 300; ++i) names.insert(pieces->piece(i));
  CHECK(names.size() == 300);
}

TEST_CASE("the same text gives the same vocabulary", "[vocabulary]") {
  const ParallelText text = captions();
  for (const char* kind : {"words", "bpe", "merges"}) {
    INFO(kind);
    const auto first = learn(kind, 200, text);
    CHECK(first->digest() == learn(kind, 200, text)->digest());
    CHECK(first->digest() != learn(kind, 201, text)->digest());
    CHECK(first->digest().size() == 64);
  }
}

TEST_CASE("vocabularies that cannot be are refused", "[vocabulary]") {
  const ParallelText text = small_text();
  CHECK_THROWS_WITH(learn("word", 0, text), Contains("did you mean 'words'"));
  CHECK_THROWS_WITH(learn("words", 18, text),
                    "a vocabulary of 18 words is more than the text has: at most 17, special "
                    "tokens included");
  CHECK_THROWS_WITH(learn("words", 3, text), Contains("has size 0 to 1000000, not 3"));
  CHECK_THROWS_WITH(learn("bpe", 10, text),
                    Contains("cannot hold the text's") && Contains("at least"));
  CHECK_THROWS_WITH(learn("bpe", 5000, text), Contains("5000 pieces") && Contains("<= 114"));
  CHECK_THROWS_WITH(learn("words", 0, {"blank", {"", " "}, {"", ""}}),
                    "blank: the text has no words; a vocabulary needs at least one");
  const auto words = learn("words", 0, text);
  const std::vector<std::int32_t> beyond = {99};
  CHECK_THROWS_WITH(words->decode(beyond), "token 99 is not in the vocabulary of 17 tokens");
  CHECK_THROWS_AS(words->piece(-1), Error);
}

}  // namespace polysweep
