#include "experiments/text/batch.h"

#include <algorithm>
#include <set>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

// Pairs whose sides have lengths like those of captions.
EncodedText random_text(std::size_t pairs, std::uint64_t seed) {
  RandomStream random(seed, "lengths");
  EncodedText text;
  text.name = "random";
  const auto side = [&](std::uint64_t length) {
    return std::vector<std::int32_t>(length, static_cast<std::int32_t>(4 + length));
  };
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::uint64_t length = 4 + random.below(12) + random.below(12);
    text.source.push_back(side(length));
    text.target.push_back(side(std::max<std::uint64_t>(3, length + random.below(7) - 3)));
  }
  return text;
}

std::size_t longest_side(const Batch& batch) {
  std::size_t longest = 0;
  for (const auto& sentence : batch.source) longest = std::max(longest, sentence.size());
  for (const auto& sentence : batch.target_input) longest = std::max(longest, sentence.size());
  return longest;
}

std::vector<std::vector<std::size_t>> epoch_of(Batcher& batcher) {
  std::vector<std::vector<std::size_t>> all;
  const std::int64_t epoch = batcher.cursor().epoch;
  while (batcher.cursor().epoch == epoch) all.push_back(batcher.next().pairs);
  return all;
}

}  // namespace

TEST_CASE("a batch holds its pairs' tokens with begin and end", "[batch]") {
  EncodedText text;
  text.source = {{7, 8}, {9}};
  text.target = {{4}, {5, 6, 7}};
  const Batch batch = make_batch(text, {1, 0});
  CHECK(batch.pairs == std::vector<std::size_t>{1, 0});
  CHECK(batch.source == std::vector<std::vector<std::int32_t>>{{9, 2}, {7, 8, 2}});
  CHECK(batch.target_input == std::vector<std::vector<std::int32_t>>{{1, 5, 6, 7}, {1, 4}});
  CHECK(batch.target_output == std::vector<std::int64_t>{5, 6, 7, 2, 4, 2});
  CHECK(batch.source_tokens == 5);
  CHECK(batch.target_tokens == 6);
}

TEST_CASE("an epoch has every pair once, in batches within the budget", "[batch]") {
  const EncodedText text = random_text(5000, 1);
  Batcher batcher(text, 1024, 3);
  for (int epoch = 0; epoch < 3; ++epoch) {
    CHECK(batcher.cursor() == BatchCursor{epoch, 0});
    std::vector<std::size_t> seen;
    const std::int64_t batches = batcher.batches_in_epoch();
    for (std::int64_t i = 0; i < batches; ++i) {
      const Batch batch = batcher.next();
      CHECK(batch.pairs.size() * longest_side(batch) <= 1024);
      seen.insert(seen.end(), batch.pairs.begin(), batch.pairs.end());
    }
    std::sort(seen.begin(), seen.end());
    REQUIRE(seen.size() == text.size());
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    CHECK(seen.back() == text.size() - 1);
  }
}

TEST_CASE("batches are full and of like lengths: at most 5 % would be padding", "[batch]") {
  const EncodedText text = random_text(20000, 2);
  Batcher batcher(text, 4096, 3);
  const Padding padding = batcher.padding();
  std::int64_t tokens = 0;
  std::int64_t cells = 0;
  for (const auto& pairs : epoch_of(batcher)) {
    const Batch batch = make_batch(text, pairs);
    std::size_t longest_source = 0;
    std::size_t longest_target = 0;
    for (const auto& sentence : batch.source)
      longest_source = std::max(longest_source, sentence.size());
    for (const auto& sentence : batch.target_input)
      longest_target = std::max(longest_target, sentence.size());
    tokens += batch.source_tokens + batch.target_tokens;
    cells += static_cast<std::int64_t>(pairs.size() * (longest_source + longest_target));
  }
  CHECK(padding.tokens == tokens);
  CHECK(padding.cells == cells);
  CHECK(padding.fraction() == Approx(1 - static_cast<double>(tokens) / static_cast<double>(cells)));
  CHECK(padding.fraction() < 0.05);
  CHECK(padding.fraction() > 0);
  CHECK(static_cast<double>(cells) / 2 / static_cast<double>(batcher.batches_in_epoch()) >
        0.9 * 4096);
}

TEST_CASE("batches depend on the seed and the epoch alone", "[batch]") {
  const EncodedText text = random_text(600, 1);
  Batcher first(text, 256, 3), second(text, 256, 3), other(text, 256, 4);
  const auto epoch = epoch_of(first);
  CHECK(epoch == epoch_of(second));
  CHECK(epoch != epoch_of(other));
  const auto next = epoch_of(first);
  CHECK(next != epoch);
  CHECK(next == epoch_of(second));
}

TEST_CASE("a batcher resumes from any cursor without a difference", "[batch]") {
  const EncodedText text = random_text(300, 1);
  Batcher whole(text, 256, 3);
  std::vector<std::pair<BatchCursor, std::vector<std::size_t>>> all;
  while (whole.cursor().epoch < 3) {
    const BatchCursor cursor = whole.cursor();
    all.emplace_back(cursor, whole.next().pairs);
  }
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    Batcher batcher(text, 256, 3);
    batcher.seek(all[i].first);
    CHECK(batcher.next().pairs == all[i].second);
    CHECK(batcher.cursor() == all[i + 1].first);
  }
}

TEST_CASE("a cursor that no epoch has is refused and changes nothing", "[batch]") {
  const EncodedText text = random_text(300, 1);
  Batcher batcher(text, 256, 3);
  const std::int64_t batches = batcher.batches_in_epoch();
  CHECK_THROWS_WITH(batcher.seek({-1, 0}), "epoch -1: epochs are counted from 0");
  CHECK_THROWS_AS(batcher.seek({0, batches + 1}), Error);
  CHECK_THROWS_AS(batcher.seek({5, -1}), Error);
  CHECK(batcher.cursor() == BatchCursor{0, 0});
  CHECK(batcher.batches_in_epoch() == batches);
  batcher.seek({0, batches});
  CHECK(batcher.cursor() == BatchCursor{1, 0});
}

TEST_CASE("texts that do not fit a batch are refused", "[batch]") {
  EncodedText text = random_text(3, 1);
  text.target[1] = std::vector<std::int32_t>(300, 5);
  CHECK_THROWS_WITH(Batcher(text, 256, 3),
                    "random: pair 2 has 301 tokens on a side and a batch may have 256: raise the "
                    "batch's budget");
  CHECK(ordered_batches(text, 256, BudgetOf::kSource).size() == 1);
  CHECK_THROWS_WITH(Batcher({.name = "empty"}, 256, 3),
                    "empty: no sentence pairs, so there is nothing to batch");
}

TEST_CASE("batches for evaluation have all pairs once, longest first", "[batch]") {
  const EncodedText text = random_text(500, 1);
  for (const BudgetOf budget : {BudgetOf::kBothSides, BudgetOf::kSource}) {
    std::set<std::size_t> seen;
    std::size_t before = 1000;
    for (const Batch& batch : ordered_batches(text, 512, budget)) {
      std::size_t longest = longest_side(batch);
      if (budget == BudgetOf::kSource) {
        longest = 0;
        for (const auto& sentence : batch.source) longest = std::max(longest, sentence.size());
      }
      CHECK(longest <= before);
      CHECK(batch.pairs.size() * longest <= 512);
      before = longest;
      seen.insert(batch.pairs.begin(), batch.pairs.end());
    }
    CHECK(seen.size() == text.size());
  }
}

}  // namespace polysweep
