// Batches of sentence pairs of similar lengths, up to a budget of tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "experiments/text/encoded_corpus.h"

namespace polysweep {

struct Batch {
  std::vector<std::size_t> pairs;                       // which pairs of the text
  std::vector<std::vector<std::int32_t>> source;        // tokens, then kEnd
  std::vector<std::vector<std::int32_t>> target_input;  // kBegin, then tokens
  // What each token of target_input is followed by (tokens, then kEnd), all
  // sentences consecutive.
  std::vector<std::int64_t> target_output;
  std::int64_t source_tokens = 0;  // kEnd counted
  std::int64_t target_tokens = 0;  // kEnd counted: target_output.size()
};

// How much of a [pairs, longest] rectangle on each side would be padding.
struct Padding {
  std::int64_t tokens = 0;  // both sides
  std::int64_t cells = 0;   // of both rectangles

  double fraction() const {
    return cells == 0 ? 0 : 1 - static_cast<double>(tokens) / static_cast<double>(cells);
  }
};

// The position before the index-th batch of an epoch. Stored in checkpoints.
struct BatchCursor {
  std::int64_t epoch = 0;
  std::int64_t index = 0;

  friend bool operator==(const BatchCursor&, const BatchCursor&) = default;
};

// Batches for training, epoch after epoch without end. The batches of an epoch
// and their order are a function of (text, options, epoch) alone, so a batcher
// that seeks to a cursor continues exactly as the one that returned it.
class Batcher {
 public:
  // A batch has pairs x (longest side of any of them, end token counted) <=
  // `tokens`. `text` must outlive the batcher. Throws Error for an empty text
  // and for a pair that is itself longer than the budget.
  Batcher(const EncodedText& text, std::int64_t tokens, std::uint64_t seed);

  // Returns the batch at the cursor and advances the cursor.
  Batch next();

  BatchCursor cursor() const { return cursor_; }
  // Throws Error for a place that the epoch does not have. index == batches of
  // the epoch is the start of the next epoch.
  void seek(BatchCursor cursor);

  // Batches of the cursor's epoch.
  std::int64_t batches_in_epoch() const { return static_cast<std::int64_t>(epoch_.size()); }
  // Of the cursor's epoch.
  Padding padding() const;

 private:
  void lay_out_epoch(std::int64_t epoch);

  const EncodedText& text_;
  std::int64_t tokens_;
  std::uint64_t seed_;
  BatchCursor cursor_;
  std::int64_t laid_out_epoch_ = -1;
  std::vector<std::vector<std::size_t>> epoch_;
};

// The given pairs of `text` as one batch.
Batch make_batch(const EncodedText& text, std::vector<std::size_t> pairs);

// All pairs once, longest first, for evaluation and decoding; no randomness.
// The budget counts both sides, or the source alone for decoding.
enum class BudgetOf { kBothSides, kSource };
std::vector<Batch> ordered_batches(const EncodedText& text, std::int64_t tokens,
                                   BudgetOf budget = BudgetOf::kBothSides);

}  // namespace polysweep
