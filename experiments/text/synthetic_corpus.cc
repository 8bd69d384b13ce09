#include "experiments/text/synthetic_corpus.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "experiments/text/synthetic_grammar.h"
#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "scoring/unicode_text.h"

namespace polysweep {

namespace {

constexpr std::int64_t kMostPairs = 2'000'000;
constexpr std::size_t kMostOfABag = 3;  // captions kept of one bag of words
constexpr std::int64_t kFewestWords = 5;
constexpr std::int64_t kMostWords = 20;

class CaptionSource {
 public:
  explicit CaptionSource(std::uint64_t seed) : random_(seed, "synthetic corpus") {}

  // Captions that differ only in which being does what: one bag of words.
  std::vector<Caption> next_bag() {
    Caption caption = draw();
    const std::vector<NounPhrase*> places = beings_of(caption);
    std::vector<const Noun*> nouns = distinct_beings(places.size());
    std::sort(nouns.begin(), nouns.end());
    std::vector<std::vector<const Noun*>> orders;
    do orders.push_back(nouns);
    while (std::next_permutation(nouns.begin(), nouns.end()));
    random_.shuffle(orders);
    if (orders.size() > kMostOfABag) orders.resize(kMostOfABag);
    std::vector<Caption> bag;
    for (const std::vector<const Noun*>& order : orders) {
      for (std::size_t i = 0; i < places.size(); ++i) places[i]->noun = order[i];
      bag.push_back(caption);
    }
    return bag;
  }

 private:
  template <typename T>
  const T* one_of(std::span<const T> all) {
    return &all[random_.below(all.size())];
  }
  bool chance(double probability) { return random_.uniform() < probability; }

  std::vector<const Noun*> distinct_beings(std::size_t count) {
    std::vector<const Noun*> all;
    for (const Noun& noun : lexicon().beings) all.push_back(&noun);
    random_.shuffle(all);
    all.resize(count);
    return all;
  }

  // Every noun phrase whose noun is a being; their nouns are drawn last.
  static std::vector<NounPhrase*> beings_of(Caption& caption) {
    std::vector<NounPhrase*> all;
    for (Clause* clause : {&caption.main, &caption.subordinate}) {
      if (clause->verb == nullptr) continue;
      all.push_back(&clause->subject);
      if (clause->relative_verb != nullptr) all.push_back(&clause->relative_object);
      if (clause->object && clause->object->noun == nullptr) all.push_back(&*clause->object);
    }
    return all;
  }

  NounPhrase being() {
    NounPhrase phrase;
    phrase.definite = chance(0.7);
    if (chance(0.25)) phrase.adjective = one_of(lexicon().adjectives);
    return phrase;
  }
  NounPhrase thing() {
    NounPhrase phrase = being();
    phrase.noun = one_of(lexicon().things);
    return phrase;
  }

  void add_adverbials(Clause& clause, double probability) {
    if (chance(probability)) clause.place = one_of(lexicon().places);
    if (chance(probability)) clause.time = one_of(lexicon().times);
  }
  Clause action(double adverbials) {
    Clause clause;
    clause.subject = being();
    clause.verb = one_of(lexicon().actions);
    clause.object = being();
    add_adverbials(clause, adverbials);
    return clause;
  }
  Clause handling(double adverbials) {
    Clause clause = action(adverbials);
    clause.verb = one_of(lexicon().handlings);
    clause.object = thing();
    return clause;
  }
  Clause state() {
    Clause clause;
    clause.subject = being();
    clause.verb = one_of(lexicon().states);
    return clause;
  }
  Clause plain_main(Clause clause) {
    if (chance(0.1)) clause.subject.with = one_of(lexicon().things);
    if (chance(0.2)) clause.modal = one_of(lexicon().modals);
    clause.fronted = (clause.time != nullptr || clause.place != nullptr) && chance(0.4);
    return clause;
  }

  Caption draw() {
    Caption caption;
    const double kind = random_.uniform();
    if (kind < 0.40) {
      caption.main = plain_main(action(0.35));
    } else if (kind < 0.50) {
      caption.main = plain_main(handling(0.35));
    } else if (kind < 0.65) {
      caption.main = action(0.1);
      caption.main.relative_verb = one_of(lexicon().actions);
      caption.main.relative_object = being();
    } else {
      caption.conjunction = one_of(lexicon().conjunctions);
      caption.subordinate_first = chance(0.3);
      const bool of_things = kind > 0.9;
      caption.main = of_things ? handling(0) : state();
      caption.subordinate = of_things ? handling(0.1) : action(0.15);
    }
    return caption;
  }

  RandomStream random_;
};

// The words of a sentence in alphabetical order.
std::string bag_of(const std::string& sentence) {
  std::vector<std::string_view> words = split_words(sentence);
  std::sort(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, " "));
}

bool has_good_length(const std::string& sentence) {
  const std::size_t words = split_words(sentence).size();
  return words >= kFewestWords && words <= kMostWords;
}

// Distributes new captions, each bag of words in one split and only once.
class Dealer {
 public:
  explicit Dealer(std::uint64_t seed) : captions_(seed) {}

  ParallelText deal(std::string name, std::int64_t pairs) {
    ParallelText text;
    text.name = std::move(name);
    const auto wanted = static_cast<std::size_t>(pairs);
    while (text.size() < wanted) {
      const std::vector<Caption> captions = captions_.next_bag();
      if (!bags_.insert(bag_of(english(captions.front()))).second) continue;
      for (const Caption& caption : captions) {
        if (text.size() < wanted) add(caption, text);
      }
    }
    return text;
  }

 private:
  void add(const Caption& caption, ParallelText& text) {
    std::string source = english(caption);
    std::string target = german(caption);
    if (!has_good_length(source) || !has_good_length(target)) return;
    if (!targets_.insert(target).second) return;
    text.source.push_back(std::move(source));
    text.target.push_back(std::move(target));
  }

  CaptionSource captions_;
  std::unordered_set<std::string> bags_;
  std::unordered_set<std::string> targets_;
};

}  // namespace

Corpus synthetic_corpus(const SyntheticCorpusOptions& options) {
  for (const std::int64_t pairs : {options.train_pairs, options.valid_pairs, options.test_pairs}) {
    if (pairs < 1 || pairs > kMostPairs) {
      fail("a split of the synthetic corpus has 1 to {} sentence pairs, not {}", kMostPairs, pairs);
    }
  }
  Dealer dealer(options.seed);
  Corpus corpus;
  corpus.name = "synthetic";
  // The held-out splits first: they do not depend on the number of training pairs.
  corpus.valid = dealer.deal("valid", options.valid_pairs);
  corpus.tests.push_back(dealer.deal("test", options.test_pairs));
  corpus.train = dealer.deal("train", options.train_pairs);
  return corpus;
}

}  // namespace polysweep
