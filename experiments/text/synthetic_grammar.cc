#include "experiments/text/synthetic_grammar.h"

#include <string_view>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr Gender kM = Gender::kMasculine;
constexpr Gender kF = Gender::kFeminine;
constexpr Gender kN = Gender::kNeuter;

constexpr Noun kBeings[] = {
    {"dog", "hund", "hund", kM},        {"cat", "katze", "katze", kF},
    {"horse", "pferd", "pferd", kN},    {"bird", "vogel", "vogel", kM},
    {"man", "mann", "mann", kM},        {"woman", "frau", "frau", kF},
    {"girl", "mädchen", "mädchen", kN}, {"boy", "junge", "jungen", kM},
    {"child", "kind", "kind", kN},      {"teacher", "lehrer", "lehrer", kM},
    {"cow", "kuh", "kuh", kF},          {"goat", "ziege", "ziege", kF},
    {"sheep", "schaf", "schaf", kN},    {"baker", "bäcker", "bäcker", kM},
};

constexpr Noun kThings[] = {
    {"ball", "ball", "ball", kM},         {"hat", "hut", "hut", kM},
    {"bag", "tasche", "tasche", kF},      {"book", "buch", "buch", kN},
    {"flower", "blume", "blume", kF},     {"stick", "stock", "stock", kM},
    {"bottle", "flasche", "flasche", kF}, {"shirt", "hemd", "hemd", kN},
};

constexpr Phrase kAdjectives[] = {
    {"small", "klein"},   {"big", "groß"},   {"young", "jung"},     {"brown", "braun"},
    {"black", "schwarz"}, {"white", "weiß"}, {"happy", "fröhlich"}, {"wet", "nass"},
};

constexpr Verb kActions[] = {
    {"chases", "chase", "jagt", "", "jagen"},
    {"sees", "see", "sieht", "", "sehen"},
    {"hears", "hear", "hört", "", "hören"},
    {"paints", "paint", "malt", "", "malen"},
    {"finds", "find", "findet", "", "finden"},
    {"carries", "carry", "trägt", "", "tragen"},
    {"pulls", "pull", "zieht", "", "ziehen"},
    {"washes", "wash", "wäscht", "", "waschen"},
    {"looks at", "look at", "sieht", "an", "ansehen"},
    {"calls up", "call up", "ruft", "an", "anrufen"},
    {"laughs at", "laugh at", "lacht", "aus", "auslachen"},
    {"takes along", "take along", "nimmt", "mit", "mitnehmen"},
};

constexpr Verb kHandlings[] = {
    {"throws", "throw", "wirft", "", "werfen"},
    {"holds", "hold", "hält", "", "halten"},
    {"buys", "buy", "kauft", "", "kaufen"},
    {"picks up", "pick up", "hebt", "auf", "aufheben"},
    {"throws away", "throw away", "wirft", "weg", "wegwerfen"},
    {"puts down", "put down", "legt", "hin", "hinlegen"},
};

constexpr Verb kStates[] = {
    {"laughs", "laugh", "lacht", "", "lachen"},
    {"sleeps", "sleep", "schläft", "", "schlafen"},
    {"dances", "dance", "tanzt", "", "tanzen"},
    {"waits", "wait", "wartet", "", "warten"},
};

constexpr Phrase kModals[] = {{"can", "kann"}, {"must", "muss"}, {"wants to", "will"}};

constexpr Phrase kConjunctions[] = {
    {"because", "weil"}, {"while", "während"}, {"if", "wenn"}, {"although", "obwohl"}};

constexpr Phrase kPlaces[] = {
    {"in the park", "im park"},
    {"at the beach", "am strand"},
    {"on the street", "auf der straße"},
    {"in the garden", "im garten"},
    {"behind the house", "hinter dem haus"},
    {"on the bridge", "auf der brücke"},
};

constexpr Phrase kTimes[] = {
    {"today", "heute"}, {"now", "jetzt"}, {"at night", "nachts"}, {"every day", "jeden tag"}};

enum class Case { kNominative, kAccusative };
enum class VerbPlace { kSecond, kFirst, kLast };

void append(std::string& text, std::string_view words) {
  if (words.empty()) return;
  if (!text.empty()) text += ' ';
  text += words;
}

void append(std::string& text, const Phrase* phrase, const char* Phrase::*language) {
  if (phrase != nullptr) append(text, phrase->*language);
}

std::string_view definite_article(Gender gender, Case use) {
  switch (gender) {
    case Gender::kMasculine:
      return use == Case::kNominative ? "der" : "den";
    case Gender::kFeminine:
      return "die";
    case Gender::kNeuter:
      return "das";
  }
  fail("no such gender");
}

std::string_view indefinite_article(Gender gender, Case use) {
  if (gender == Gender::kFeminine) return "eine";
  return gender == Gender::kMasculine && use == Case::kAccusative ? "einen" : "ein";
}

// Weak after the definite article, mixed after the indefinite one.
std::string_view adjective_ending(Gender gender, Case use, bool definite) {
  if (gender == Gender::kMasculine && use == Case::kAccusative) return "en";
  if (definite || gender == Gender::kFeminine) return "e";
  return gender == Gender::kMasculine ? "er" : "es";
}

void append_english(std::string& text, const NounPhrase& phrase) {
  append(text, phrase.definite ? "the" : "a");
  append(text, phrase.adjective, &Phrase::english);
  append(text, phrase.noun->english);
  if (phrase.with != nullptr) {
    append(text, "with the");
    append(text, phrase.with->english);
  }
}

void append_german(std::string& text, const NounPhrase& phrase, Case use) {
  const Gender gender = phrase.noun->gender;
  append(text, phrase.definite ? definite_article(gender, use) : indefinite_article(gender, use));
  if (phrase.adjective != nullptr) {
    append(text, phrase.adjective->german);
    text += adjective_ending(gender, use, phrase.definite);
  }
  append(text, use == Case::kNominative ? phrase.noun->german : phrase.noun->accusative);
  if (phrase.with != nullptr) {
    append(text, phrase.with->gender == Gender::kFeminine ? "mit der" : "mit dem");
    append(text, phrase.with->german);
  }
}

void append_last_verb(std::string& text, const Verb& verb) {
  append(text, verb.prefix);
  if (*verb.prefix == '\0')
    append(text, verb.german);
  else
    text += verb.german;
}

std::string english(const Clause& clause) {
  std::string text;
  const bool time_first = clause.fronted && clause.time != nullptr;
  const bool place_first = clause.fronted && !time_first;
  if (time_first) append(text, clause.time, &Phrase::english);
  if (place_first) append(text, clause.place, &Phrase::english);
  append_english(text, clause.subject);
  if (clause.relative_verb != nullptr) {
    append(text, "that");
    append(text, clause.relative_verb->english);
    append_english(text, clause.relative_object);
  }
  append(text, clause.modal, &Phrase::english);
  append(text, clause.modal != nullptr ? clause.verb->english_infinitive : clause.verb->english);
  if (clause.object) append_english(text, *clause.object);
  if (!place_first) append(text, clause.place, &Phrase::english);
  if (!time_first) append(text, clause.time, &Phrase::english);
  return text;
}

void append_german_subject(std::string& text, const Clause& clause) {
  append_german(text, clause.subject, Case::kNominative);
  if (clause.relative_verb == nullptr) return;
  append(text, definite_article(clause.subject.noun->gender, Case::kNominative));
  append_german(text, clause.relative_object, Case::kAccusative);
  append_last_verb(text, *clause.relative_verb);
}

std::string german(const Clause& clause, VerbPlace verb_place) {
  std::string text;
  const bool time_first = clause.fronted && clause.time != nullptr;
  const bool place_first = clause.fronted && !time_first;
  if (time_first) append(text, clause.time, &Phrase::german);
  if (place_first) append(text, clause.place, &Phrase::german);
  const std::string_view finite =
      clause.modal != nullptr ? clause.modal->german : clause.verb->german;
  const bool verb_before_subject = clause.fronted || verb_place == VerbPlace::kFirst;
  if (verb_before_subject) append(text, finite);
  append_german_subject(text, clause);
  if (verb_place == VerbPlace::kSecond && !verb_before_subject) append(text, finite);
  if (!time_first) append(text, clause.time, &Phrase::german);
  if (!place_first) append(text, clause.place, &Phrase::german);
  if (clause.object) append_german(text, *clause.object, Case::kAccusative);
  if (clause.modal != nullptr) {
    append(text, clause.verb->german_infinitive);
    if (verb_place == VerbPlace::kLast) append(text, finite);
  } else if (verb_place == VerbPlace::kLast) {
    append_last_verb(text, *clause.verb);
  } else {
    append(text, clause.verb->prefix);
  }
  return text;
}

}  // namespace

const Lexicon& lexicon() {
  static const Lexicon all = {kBeings, kThings, kAdjectives,   kActions, kHandlings,
                              kStates, kModals, kConjunctions, kPlaces,  kTimes};
  return all;
}

std::string english(const Caption& caption) {
  const std::string main = english(caption.main);
  if (caption.conjunction == nullptr) return main;
  const std::string subordinate =
      std::string(caption.conjunction->english) + ' ' + english(caption.subordinate);
  return caption.subordinate_first ? subordinate + ' ' + main : main + ' ' + subordinate;
}

std::string german(const Caption& caption) {
  if (caption.conjunction == nullptr) return german(caption.main, VerbPlace::kSecond);
  const std::string subordinate = std::string(caption.conjunction->german) + ' ' +
                                  german(caption.subordinate, VerbPlace::kLast);
  return caption.subordinate_first ? subordinate + ' ' + german(caption.main, VerbPlace::kFirst)
                                   : german(caption.main, VerbPlace::kSecond) + ' ' + subordinate;
}

}  // namespace polysweep
