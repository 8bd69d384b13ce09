#include "experiments/text/batch.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"

namespace polysweep {

namespace {

// End (or begin) token counted.
std::int64_t source_length(const EncodedText& text, std::size_t pair) {
  return static_cast<std::int64_t>(text.source[pair].size()) + 1;
}
std::int64_t target_length(const EncodedText& text, std::size_t pair) {
  return static_cast<std::int64_t>(text.target[pair].size()) + 1;
}

std::int64_t budget_length(const EncodedText& text, std::size_t pair, BudgetOf budget) {
  const std::int64_t source = source_length(text, pair);
  return budget == BudgetOf::kSource ? source : std::max(source, target_length(text, pair));
}

// Cuts `order` into batches; a batch ends where one more pair would break the
// budget.
std::vector<std::vector<std::size_t>> cut(const EncodedText& text,
                                          const std::vector<std::size_t>& order,
                                          std::int64_t tokens, BudgetOf budget) {
  std::vector<std::vector<std::size_t>> batches;
  std::int64_t longest = 0;
  for (const std::size_t pair : order) {
    const std::int64_t length = budget_length(text, pair, budget);
    const std::int64_t with_it = std::max(longest, length);
    const std::int64_t pairs =
        batches.empty() ? 0 : static_cast<std::int64_t>(batches.back().size());
    if (batches.empty() || (pairs + 1) * with_it > tokens) {
      batches.emplace_back();
      longest = 0;
    }
    longest = std::max(longest, length);
    batches.back().push_back(pair);
  }
  return batches;
}

void check_fits(const EncodedText& text, std::int64_t tokens, BudgetOf budget) {
  if (text.size() == 0) fail("{}: no sentence pairs, so there is nothing to batch", text.name);
  for (std::size_t pair = 0; pair < text.size(); ++pair) {
    const std::int64_t length = budget_length(text, pair, budget);
    if (length > tokens) {
      fail("{}: pair {} has {} tokens on a side and a batch may have {}: raise the batch's budget",
           text.name, pair + 1, length, tokens);
    }
  }
}

std::vector<std::size_t> all_pairs(const EncodedText& text) {
  std::vector<std::size_t> pairs(text.size());
  std::iota(pairs.begin(), pairs.end(), std::size_t{0});
  return pairs;
}

}  // namespace

Batch make_batch(const EncodedText& text, std::vector<std::size_t> pairs) {
  Batch batch;
  for (const std::size_t pair : pairs) {
    batch.source.push_back(text.source[pair]);
    batch.source.back().push_back(Vocabulary::kEnd);
    const std::vector<std::int32_t>& target = text.target[pair];
    std::vector<std::int32_t>& input = batch.target_input.emplace_back();
    input.reserve(target.size() + 1);
    input.push_back(Vocabulary::kBegin);
    input.insert(input.end(), target.begin(), target.end());
    batch.target_output.insert(batch.target_output.end(), target.begin(), target.end());
    batch.target_output.push_back(Vocabulary::kEnd);
    batch.source_tokens += source_length(text, pair);
    batch.target_tokens += target_length(text, pair);
  }
  batch.pairs = std::move(pairs);
  return batch;
}

Batcher::Batcher(const EncodedText& text, std::int64_t tokens, std::uint64_t seed)
    : text_(text), tokens_(tokens), seed_(seed) {
  check_fits(text, tokens, BudgetOf::kBothSides);
  lay_out_epoch(0);
}

// Pairs by target length, those of one target length by source length, equal
// ones in random order. Source lengths rise and fall in turns, so that a batch
// across two target lengths still has like sources. Then the batches are shuffled.
void Batcher::lay_out_epoch(std::int64_t epoch) {
  if (laid_out_epoch_ == epoch) return;
  RandomStream random(seed_, "order", static_cast<std::uint64_t>(epoch));
  std::vector<std::size_t> order = all_pairs(text_);
  random.shuffle(order);
  const auto key = [this](std::size_t pair) {
    const std::int64_t target = target_length(text_, pair);
    const std::int64_t source = source_length(text_, pair);
    return std::pair(target, target % 2 == 0 ? source : -source);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  epoch_ = cut(text_, order, tokens_, BudgetOf::kBothSides);
  random.shuffle(epoch_);
  laid_out_epoch_ = epoch;
}

Batch Batcher::next() {
  check(cursor_.epoch == laid_out_epoch_ && cursor_.index < batches_in_epoch(),
        "the cursor is before a batch of the epoch that is laid out");
  Batch batch = make_batch(text_, epoch_[static_cast<std::size_t>(cursor_.index)]);
  seek({cursor_.epoch, cursor_.index + 1});
  return batch;
}

void Batcher::seek(BatchCursor cursor) {
  if (cursor.epoch < 0) fail("epoch {}: epochs are counted from 0", cursor.epoch);
  lay_out_epoch(cursor.epoch);
  const std::int64_t batches = batches_in_epoch();
  if (cursor.index < 0 || cursor.index > batches) {
    lay_out_epoch(cursor_.epoch);
    fail("batch {} of epoch {}, which has {}", cursor.index, cursor.epoch, batches);
  }
  cursor_ = cursor.index < batches ? cursor : BatchCursor{cursor.epoch + 1, 0};
  lay_out_epoch(cursor_.epoch);
}

Padding Batcher::padding() const {
  Padding padding;
  for (const std::vector<std::size_t>& pairs : epoch_) {
    std::int64_t longest_source = 0;
    std::int64_t longest_target = 0;
    for (const std::size_t pair : pairs) {
      longest_source = std::max(longest_source, source_length(text_, pair));
      longest_target = std::max(longest_target, target_length(text_, pair));
      padding.tokens += source_length(text_, pair) + target_length(text_, pair);
    }
    padding.cells += static_cast<std::int64_t>(pairs.size()) * (longest_source + longest_target);
  }
  return padding;
}

std::vector<Batch> ordered_batches(const EncodedText& text, std::int64_t tokens, BudgetOf budget) {
  check_fits(text, tokens, budget);
  std::vector<std::size_t> order = all_pairs(text);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return budget_length(text, a, budget) > budget_length(text, b, budget);
  });
  std::vector<Batch> batches;
  for (std::vector<std::size_t>& pairs : cut(text, order, tokens, budget)) {
    batches.push_back(make_batch(text, std::move(pairs)));
  }
  return batches;
}

}  // namespace polysweep
