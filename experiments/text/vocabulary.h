// Maps text to token numbers and back: one vocabulary for both languages.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/text/parallel_text.h"

namespace polysweep {

// Immutable; encode and decode may be called from several threads.
class Vocabulary {
 public:
  static constexpr std::int32_t kPad = 0;
  static constexpr std::int32_t kBegin = 1;
  static constexpr std::int32_t kEnd = 2;
  static constexpr std::int32_t kUnknown = 3;

  virtual ~Vocabulary() = default;

  // Tokens, the four special ones included: valid numbers are 0..size()-1.
  virtual std::int64_t size() const = 0;
  // Without begin and end. Unknown text becomes kUnknown.
  virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
  // Text as it is scored: pieces joined to words, special tokens left out (an
  // unknown is written as the replacement character U+2047 between spaces).
  // Throws Error for a number that is not in the vocabulary.
  virtual std::string decode(std::span<const std::int32_t> tokens) const = 0;
  // The token's text, for display and tests ("<pad>", "▁dog").
  virtual std::string piece(std::int32_t token) const = 0;
  // SHA-256 (hex) of everything that determines encode() and decode().
  virtual std::string digest() const = 0;
};

struct VocabularyOptions {
  // `words`: white-space tokens of the training text, most frequent first;
  // `bpe`: byte pair encoding (Sennrich 2016) learned by SentencePiece (Kudo
  // 2018) on text as written, sized by the vocabulary;
  // `merges`: the same as subword-nmt does it (byte_pair_merges.h) on text that is tokenised
  // already, sized by the number of merges. The tokens are those that the training
  // text consists of; anything else becomes unknown.
  // Both normalise only runs of spaces: decode(encode(text)) is text
  // for text made of the characters of the training text.
  std::string kind = "words";
  // words: largest size (rarer words become unknown); 0: all words.
  // bpe: exact size, special tokens included. merges: number of merges.
  std::int64_t size = 0;
};

std::vector<std::string> vocabulary_kinds();

// Learned from both sides of `text`. The same text and options give the same
// vocabulary. Throws Error for an unknown kind, a text without words, a size
// out of range, and a size that the text cannot fill (the largest possible is
// named).
std::shared_ptr<const Vocabulary> learn_vocabulary(const VocabularyOptions& options,
                                                   const ParallelText& text);

}  // namespace polysweep
