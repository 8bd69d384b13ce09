// Choosing next tokens and moving caches, against plain tensor operations.
#include "experiments/decoding/next_tokens.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "experiments/model/key_cache.h"
#include "framework/core/random_stream.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

at::Tensor drawn(at::IntArrayRef sizes, std::uint64_t seed) {
  RandomStream random(seed, "continuations_test");
  at::Tensor values = at::empty(sizes);
  float* value = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) *value++ = static_cast<float>(random.normal());
  return values;
}

// All tokens of a row, likeliest first, of equal ones the lower.
std::vector<std::int64_t> order_of(const at::Tensor& row) {
  std::vector<std::int64_t> tokens(static_cast<std::size_t>(row.numel()));
  std::iota(tokens.begin(), tokens.end(), std::int64_t{0});
  const float* x = row.data_ptr<float>();
  std::stable_sort(tokens.begin(), tokens.end(),
                   [&](std::int64_t a, std::int64_t b) { return x[a] > x[b]; });
  return tokens;
}

}  // namespace

TEST_CASE("next tokens are the likeliest with their log probabilities", "[decoding]") {
  const at::NoGradGuard no_gradients;
  // Fewer rows than a chunk and more; vocabularies around the sizes of groups.
  const std::int64_t rows = GENERATE(1, 7, 600);
  const std::int64_t size = GENERATE(10, 64, 65, 130, 1003);
  const at::Tensor hidden = drawn({rows, 8}, 1);
  const at::Tensor embedding = drawn({size, 8}, 2);
  const at::Tensor logits = at::matmul(hidden, embedding.t()).contiguous();
  const at::Tensor log_p = at::log_softmax(logits.to(at::kDouble), 1);
  const NextTokens found = best_next_tokens(hidden, embedding, 10);
  REQUIRE(found.width == 10);
  REQUIRE(found.tokens.size() == static_cast<std::size_t>(rows * 10));
  REQUIRE(found.scores.size() == found.tokens.size());
  bool same = true;
  double largest_error = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::vector<std::int64_t> wanted = order_of(logits[r]);
    for (std::int64_t i = 0; i < 10; ++i) {
      const auto at = static_cast<std::size_t>(r * 10 + i);
      const std::int64_t token = found.tokens[at];
      same = same && token == wanted[static_cast<std::size_t>(i)];
      largest_error = std::max(largest_error,
                               std::abs(log_p[r][token].item<double>() - double{found.scores[at]}));
    }
  }
  CHECK(same);
  CHECK(largest_error < 1e-5);
}

TEST_CASE("of equally likely tokens the lower comes first", "[decoding]") {
  const at::NoGradGuard no_gradients;
  const NextTokens found = best_next_tokens(at::ones({1, 4}), at::ones({200, 4}), 3);
  CHECK(found.tokens == std::vector<std::int64_t>{0, 1, 2});
  for (const float score : found.scores) CHECK(score == Approx(-std::log(200.0)));
}

TEST_CASE("one next token has its logit, and there are never more than the vocabulary has",
          "[decoding]") {
  const at::NoGradGuard no_gradients;
  const at::Tensor hidden = drawn({3, 8}, 3);
  const at::Tensor embedding = drawn({5, 8}, 4);
  const NextTokens one = best_next_tokens(hidden, embedding, 1);
  const auto [logit, token] = at::matmul(hidden, embedding.t()).max(1);
  for (std::int64_t r = 0; r < 3; ++r) {
    CHECK(one.tokens[static_cast<std::size_t>(r)] == token[r].item<std::int64_t>());
    CHECK(one.scores[static_cast<std::size_t>(r)] == Approx(logit[r].item<float>()));
  }
  CHECK(best_next_tokens(hidden, embedding, 10).width == 5);
  // In double: the way of other devices.
  const NextTokens all = best_next_tokens(hidden, embedding, 5);
  const NextTokens precise = best_next_tokens(hidden.to(at::kDouble), embedding.to(at::kDouble), 5);
  CHECK(precise.tokens == all.tokens);
  for (std::size_t i = 0; i < all.scores.size(); ++i)
    CHECK(precise.scores[i] == Approx(all.scores[i]).margin(1e-5));
}

// Groups of tokens are compared by their best: NaN there must not lose choices.
TEST_CASE("a logit of NaN makes all scores of its row NaN, as in tensor operations", "[decoding]") {
  const at::NoGradGuard no_gradients;
  const std::int64_t size = 1003;
  const std::int64_t count = GENERATE(2, 10, 40);
  const at::Tensor hidden = at::ones({2, 1});
  at::Tensor embedding = drawn({size, 1}, 5);
  for (const std::int64_t token : {0, 70, 71, 500, 1002}) {
    embedding[token][0] = std::numeric_limits<float>::quiet_NaN();
    const NextTokens found = best_next_tokens(hidden, embedding, count);
    const NextTokens wanted =
        best_next_tokens(hidden.to(at::kDouble), embedding.to(at::kDouble), count);
    REQUIRE(found.scores.size() == wanted.scores.size());
    for (std::size_t i = 0; i < found.scores.size(); ++i) {
      CHECK(std::isnan(found.scores[i]));
      CHECK(std::isnan(wanted.scores[i]));
    }
    const std::set<std::int64_t> different(found.tokens.begin(), found.tokens.begin() + count);
    CHECK(different.size() == static_cast<std::size_t>(count));
  }
}

TEST_CASE("a cache keeps what is in it when it grows", "[decoding]") {
  at::Tensor cache;
  std::vector<at::Tensor> parts;
  std::int64_t used = 0;
  for (std::int64_t step = 0; step < 60; ++step) {
    // Few at first, then more: as the hypotheses of a beam.
    parts.push_back(drawn({step < 2 ? 1 : 5, 2, 3}, 10 + static_cast<std::uint64_t>(step)));
    cache = cache_with(cache, used, parts.back());
    used += parts.back().size(0);
    REQUIRE(cache.size(0) >= used);
    REQUIRE(at::equal(cache.narrow(0, 0, used), at::cat(parts)));
  }
}

}  // namespace polysweep
