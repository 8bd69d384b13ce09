#include "experiments/text/synthetic_corpus.h"

#include <algorithm>
#include <map>
#include <set>

#include "experiments/text/synthetic_grammar.h"
#include "framework/core/error.h"
#include "scoring/unicode_text.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

SyntheticCorpusOptions options_of(std::int64_t train, std::uint64_t seed = 1) {
  SyntheticCorpusOptions options;
  options.seed = seed;
  options.train_pairs = train;
  options.valid_pairs = 300;
  options.test_pairs = 300;
  return options;
}

std::vector<const ParallelText*> splits_of(const Corpus& corpus) {
  return {&corpus.train, &corpus.valid, &corpus.tests.at(0)};
}

std::vector<std::string_view> bag_of(const std::string& sentence) {
  std::vector<std::string_view> words = split_words(sentence);
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace

TEST_CASE("no sentence occurs twice, in one split or in two", "[synthetic]") {
  const Corpus corpus = synthetic_corpus(options_of(4000));
  std::set<std::string> sources, targets;
  std::size_t pairs = 0;
  for (const ParallelText* split : splits_of(corpus)) {
    pairs += split->size();
    REQUIRE(split->source.size() == split->target.size());
    sources.insert(split->source.begin(), split->source.end());
    targets.insert(split->target.begin(), split->target.end());
  }
  CHECK(pairs == 4600);
  CHECK(sources.size() == pairs);
  CHECK(targets.size() == pairs);
}

TEST_CASE("a bag of words lies in one split, and most have several sentences", "[synthetic]") {
  const Corpus corpus = synthetic_corpus(options_of(4000));
  std::map<std::vector<std::string_view>, std::set<const ParallelText*>> places;
  std::map<std::vector<std::string_view>, int> sentences;
  for (const ParallelText* split : splits_of(corpus)) {
    for (const std::string& line : split->source) {
      places[bag_of(line)].insert(split);
      ++sentences[bag_of(line)];
    }
  }
  int shared = 0;
  for (const auto& [bag, splits] : places) CHECK(splits.size() == 1);
  for (const auto& [bag, count] : sentences) shared += count > 1 ? count : 0;
  CHECK(shared > 4600 / 2);
}

TEST_CASE("the corpus is a function of its options", "[synthetic]") {
  const Corpus first = synthetic_corpus(options_of(500));
  const Corpus second = synthetic_corpus(options_of(500));
  CHECK(first.train.source == second.train.source);
  CHECK(first.train.target == second.train.target);
  const Corpus longer = synthetic_corpus(options_of(900));
  CHECK(longer.valid.source == first.valid.source);
  CHECK(longer.tests[0].target == first.tests[0].target);
  CHECK(synthetic_corpus(options_of(500, 2)).train.source != first.train.source);
}

TEST_CASE("sizes that no split has are refused", "[synthetic]") {
  CHECK_THROWS_WITH(synthetic_corpus(options_of(0)),
                    "a split of the synthetic corpus has 1 to 2000000 sentence pairs, not 0");
  CHECK_THROWS_AS(synthetic_corpus(options_of(2'000'001)), Error);
}

TEST_CASE("words have distinct spellings, so that a sentence has one meaning", "[synthetic]") {
  std::set<std::string> english, german;
  const Lexicon& words = lexicon();
  for (const auto& nouns : {words.beings, words.things}) {
    for (const Noun& noun : nouns) {
      CHECK(english.insert(noun.english).second);
      CHECK(german.insert(noun.german).second);
    }
  }
  for (const Phrase& adjective : words.adjectives) {
    CHECK(english.insert(adjective.english).second);
    CHECK(german.insert(adjective.german).second);
  }
}

// German as a German writes it, put together by hand from the lexicon's words.
TEST_CASE("German puts the verb where German does", "[synthetic]") {
  const Lexicon& words = lexicon();
  const Noun* subject = nullptr;
  const Noun* object = nullptr;
  for (const Noun& noun : words.beings) {
    if (noun.gender == Gender::kMasculine && subject == nullptr) subject = &noun;
    if (noun.gender == Gender::kFeminine && object == nullptr) object = &noun;
  }
  REQUIRE(subject != nullptr);
  REQUIRE(object != nullptr);
  const auto separable = std::find_if(words.actions.begin(), words.actions.end(),
                                      [](const Verb& verb) { return *verb.prefix != '\0'; });
  REQUIRE(separable != words.actions.end());
  const std::string he = std::string("der ") + subject->german;
  const std::string her = std::string("die ") + object->accusative;
  const std::string verb = separable->german;
  const std::string prefix = separable->prefix;

  Caption caption;
  caption.main.subject.noun = subject;
  caption.main.verb = &*separable;
  caption.main.object = NounPhrase{object};
  CHECK(german(caption) == he + " " + verb + " " + her + " " + prefix);

  caption.main.time = &words.times[0];
  caption.main.fronted = true;
  const std::string time = words.times[0].german;
  CHECK(german(caption) == time + " " + verb + " " + he + " " + her + " " + prefix);
  CHECK(english(caption) == std::string(words.times[0].english) + " the " + subject->english + " " +
                                separable->english + " the " + object->english);

  caption.main.modal = &words.modals[0];
  CHECK(german(caption) == time + " " + std::string(words.modals[0].german) + " " + he + " " + her +
                               " " + separable->german_infinitive);

  Caption complex;
  complex.main.subject.noun = object;
  complex.main.verb = &words.states[0];
  complex.conjunction = &words.conjunctions[0];
  complex.subordinate.subject.noun = subject;
  complex.subordinate.verb = &*separable;
  complex.subordinate.object = NounPhrase{object};
  const std::string clause =
      std::string(words.conjunctions[0].german) + " " + he + " " + her + " " + prefix + verb;
  CHECK(german(complex).ends_with(clause));
  complex.subordinate_first = true;
  CHECK(german(complex).starts_with(clause + " " + std::string(words.states[0].german)));
}

}  // namespace polysweep
