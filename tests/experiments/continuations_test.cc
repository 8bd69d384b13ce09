// Choosing continuations and moving caches, against plain tensor operations.
#include "experiments/continuations.h"

#include <algorithm>
#include <numeric>

#include "experiments/key_cache.h"
#include "framework/random_stream.h"
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

TEST_CASE("continuations are the likeliest tokens with their log probabilities", "[decoding]") {
  const at::NoGradGuard no_gradients;
  // Fewer rows than a chunk and more; vocabularies around the sizes of groups.
  const std::int64_t rows = GENERATE(1, 7, 600);
  const std::int64_t size = GENERATE(10, 64, 65, 130, 1003);
  const at::Tensor hidden = drawn({rows, 8}, 1);
  const at::Tensor embedding = drawn({size, 8}, 2);
  const at::Tensor logits = at::matmul(hidden, embedding.t()).contiguous();
  const at::Tensor log_p = at::log_softmax(logits.to(at::kDouble), 1);
  const Continuations found = best_continuations(hidden, embedding, 10);
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
  const Continuations found = best_continuations(at::ones({1, 4}), at::ones({200, 4}), 3);
  CHECK(found.tokens == std::vector<std::int64_t>{0, 1, 2});
  for (const float score : found.scores) CHECK(score == Approx(-std::log(200.0)));
}

TEST_CASE("one continuation has its logit, and never are there more than tokens", "[decoding]") {
  const at::NoGradGuard no_gradients;
  const at::Tensor hidden = drawn({3, 8}, 3);
  const at::Tensor embedding = drawn({5, 8}, 4);
  const Continuations one = best_continuations(hidden, embedding, 1);
  const auto [logit, token] = at::matmul(hidden, embedding.t()).max(1);
  for (std::int64_t r = 0; r < 3; ++r) {
    CHECK(one.tokens[static_cast<std::size_t>(r)] == token[r].item<std::int64_t>());
    CHECK(one.scores[static_cast<std::size_t>(r)] == Approx(logit[r].item<float>()));
  }
  CHECK(best_continuations(hidden, embedding, 10).width == 5);
  // In double: the way of other devices.
  const Continuations all = best_continuations(hidden, embedding, 5);
  const Continuations precise =
      best_continuations(hidden.to(at::kDouble), embedding.to(at::kDouble), 5);
  CHECK(precise.tokens == all.tokens);
  for (std::size_t i = 0; i < all.scores.size(); ++i)
    CHECK(precise.scores[i] == Approx(all.scores[i]).margin(1e-5));
}

TEST_CASE("caches keep the places that count when they grow and when rows move", "[decoding]") {
  at::Tensor cache;
  std::vector<at::Tensor> places;
  for (std::int64_t length = 0; length < 40; ++length) {
    places.push_back(drawn({4, 2, 3}, 10 + static_cast<std::uint64_t>(length)));
    cache = cache_with_room(cache, places.back(), length);
    REQUIRE(cache.size(1) > length);
    cache.select(1, length).copy_(places.back());
  }
  const at::Tensor wanted = at::stack(places, 1);
  CHECK(at::equal(cache.narrow(1, 0, 40), wanted));
  const std::vector<std::int64_t> rows = {3, 3, 0};
  const at::Tensor moved = cache_rows(cache, rows, 40);
  CHECK(moved.size(1) == cache.size(1));
  CHECK(at::equal(moved.narrow(1, 0, 40), wanted.index_select(0, at::tensor(rows, at::kLong))));
  // A cache that does not lie in one piece.
  const at::Tensor other = cache.transpose(2, 3);
  CHECK(at::equal(cache_rows(other, rows, 40).narrow(1, 0, 40),
                  wanted.transpose(2, 3).index_select(0, at::tensor(rows, at::kLong))));
}

}  // namespace polysweep
