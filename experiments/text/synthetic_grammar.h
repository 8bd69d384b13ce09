// The grammar of the synthetic captions: words, and what they become in each
// language.
//
// A caption is built once, as parts without an order, and written twice.
// English: subject verb object place time; German: verb second, time before
// place before object, separable prefixes, infinitives and the verbs of
// subordinate clauses last, articles and adjectives by gender and case. Lower
// case, no punctuation.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace polysweep {

enum class Gender { kMasculine, kFeminine, kNeuter };

struct Noun {
  const char* english;
  const char* german;
  const char* accusative;
  Gender gender;
};

struct Verb {
  const char* english;
  const char* english_infinitive;
  const char* german;
  const char* prefix;  // of a separable verb, else ""
  const char* german_infinitive;
};

// A word, or a fixed group of words, that stays the same in every sentence.
struct Phrase {
  const char* english;
  const char* german;
};

struct Lexicon {
  std::span<const Noun> beings;
  std::span<const Noun> things;
  std::span<const Phrase> adjectives;  // German: the stem
  std::span<const Verb> actions;       // of a being on a being
  std::span<const Verb> handlings;     // of a being on a thing
  std::span<const Verb> states;        // of a being alone
  std::span<const Phrase> modals;
  std::span<const Phrase> conjunctions;
  std::span<const Phrase> places;
  std::span<const Phrase> times;
};

const Lexicon& lexicon();

struct NounPhrase {
  const Noun* noun = nullptr;
  bool definite = true;
  const Phrase* adjective = nullptr;
  const Noun* with = nullptr;  // "with the hat"
};

struct Clause {
  NounPhrase subject;
  // "the dog that chases the cat": verb and object of the relative clause.
  const Verb* relative_verb = nullptr;
  NounPhrase relative_object;
  const Phrase* modal = nullptr;
  const Verb* verb = nullptr;
  std::optional<NounPhrase> object;
  const Phrase* place = nullptr;
  const Phrase* time = nullptr;
  // Time (else place) comes first; main clauses only.
  bool fronted = false;
};

struct Caption {
  Clause main;
  const Phrase* conjunction = nullptr;
  Clause subordinate;  // where there is a conjunction
  bool subordinate_first = false;
};

std::string english(const Caption& caption);
std::string german(const Caption& caption);

}  // namespace polysweep
