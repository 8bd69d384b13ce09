// Attention, dropout and loss against obvious slow versions.
#include "experiments/model/attention.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "experiments/training/loss.h"
#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed, "attention test") {}

  std::int64_t below(std::uint64_t n) { return static_cast<std::int64_t>(random_.below(n)); }
  bool coin() { return random_.below(2) == 0; }
  at::Tensor tensor(at::IntArrayRef sizes) {
    at::Tensor values = at::empty(sizes, at::kFloat);
    float* value = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
      value[i] = static_cast<float>(random_.normal());
    return values;
  }
  std::vector<std::int64_t> lengths(std::size_t count, std::uint64_t longest) {
    std::vector<std::int64_t> all(count);
    for (std::int64_t& length : all) length = 1 + below(longest);
    return all;
  }

 private:
  RandomStream random_;
};

struct Problem {
  PackedRows queries, keys;
  Attention attention;
};

// Any mixture of what attention can be asked for.
void draw_problem(std::uint64_t seed, Problem& problem) {
  Draw draw(seed);
  Attention& attention = problem.attention;
  const std::size_t sentences = 1 + static_cast<std::size_t>(draw.below(4));
  const bool self = draw.coin();
  problem.queries = packed_rows(draw.lengths(sentences, 21));
  problem.keys = self ? problem.queries : packed_rows(draw.lengths(sentences, 37));
  const std::int64_t heads = 1 + draw.below(3);
  const std::int64_t width = 1 + draw.below(20);
  const std::int64_t value_width = draw.coin() ? width : 1 + draw.below(20);
  const std::int64_t rows = problem.queries.count;
  attention.q = draw.tensor({rows, heads, width});
  attention.k = draw.tensor({problem.keys.count, heads, width});
  attention.v = draw.tensor({problem.keys.count, heads, value_width});
  attention.queries = &problem.queries;
  attention.keys = &problem.keys;
  attention.scale = 1 / std::sqrt(static_cast<double>(width));
  attention.causal = self && draw.coin();
  const std::int64_t longest_query = problem.queries.longest;
  const std::int64_t longest_key = problem.keys.longest;
  PairBias& bias = attention.bias;
  if (draw.coin()) bias.by_position = draw.tensor({heads, longest_query, longest_key});
  if (draw.coin()) bias.by_row = draw.tensor({rows, heads, longest_key});
  if (draw.coin()) {
    bias.values = draw.tensor({5, value_width});
    bias.choice = at::arange(longest_query * longest_key, at::kLong)
                      .remainder(5)
                      .view({longest_query, longest_key});
  }
  if (draw.coin()) attention.dropout = Dropout(0.4, {seed, 3});
  attention.site = 9;
}

double number(const at::Tensor& tensor, std::initializer_list<std::int64_t> index) {
  at::Tensor at = tensor;
  for (const std::int64_t i : index) at = at[i];
  return at.item().toDouble();
}

// The weights of one query row over the keys it sees, before dropout.
std::vector<double> slow_weights(const Attention& a, std::size_t b, std::int64_t t,
                                 std::int64_t h) {
  const std::int64_t n = a.queries->starts[b] + t;
  const std::int64_t seen =
      a.causal ? std::min(a.keys->lengths[b], a.first_query + t + 1) : a.keys->lengths[b];
  std::vector<double> weights;
  for (std::int64_t s = 0; s < seen; ++s) {
    const at::Tensor k = a.k[a.keys->starts[b] + s][h].to(at::kDouble);
    double score = at::dot(a.q[n][h].to(at::kDouble), k).item<double>() * a.scale;
    if (a.bias.by_position.defined()) score += number(a.bias.by_position, {h, t, s});
    if (a.bias.by_row.defined()) score += number(a.bias.by_row, {n, h, s});
    weights.push_back(std::exp(score));
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

at::Tensor slow_attention(const Attention& a) {
  const std::int64_t heads = a.q.size(1);
  const std::int64_t longest = a.keys->longest;
  at::Tensor out = at::zeros({a.q.size(0), heads, a.v.size(2)}, at::kDouble);
  at::Tensor mask;
  if (a.dropout.active()) mask = a.dropout.mask(a.q.size(0) * heads * longest, a.site);
  for (std::size_t b = 0; b < a.queries->lengths.size(); ++b) {
    for (std::int64_t t = 0; t < a.queries->lengths[b]; ++t) {
      for (std::int64_t h = 0; h < heads; ++h) {
        const std::int64_t n = a.queries->starts[b] + t;
        const std::vector<double> weights = slow_weights(a, b, t, h);
        for (std::int64_t s = 0; s < static_cast<std::int64_t>(weights.size()); ++s) {
          double weight = weights[static_cast<std::size_t>(s)];
          if (mask.defined())
            weight *= number(mask, {(n * heads + h) * longest + s}) / a.dropout.keep();
          out[n][h] += a.v[a.keys->starts[b] + s][h].to(at::kDouble) * weight;
          if (a.bias.values.defined())
            out[n][h] += a.bias.values[a.bias.choice[t][s].item<std::int64_t>()] * weight;
        }
      }
    }
  }
  return out;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

std::vector<at::Tensor*> inputs_of(Attention& attention) {
  std::vector<at::Tensor*> inputs;
  for (at::Tensor* x : {&attention.q, &attention.k, &attention.v, &attention.bias.by_position,
                        &attention.bias.by_row, &attention.bias.values})
    if (x->defined()) inputs.push_back(x);
  return inputs;
}

// Gradients of sum(out * slope) for all inputs.
template <typename Attend>
std::vector<at::Tensor> gradients_of(Attention attention, at::ScalarType type, Attend run) {
  const std::vector<at::Tensor*> inputs = inputs_of(attention);
  for (at::Tensor* x : inputs) *x = x->to(type).clone().set_requires_grad(true);
  const at::Tensor out = run(attention);
  const at::Tensor slope = at::arange(out.numel(), out.options()).mul(0.37).sin().view(out.sizes());
  (out * slope).sum().backward();
  std::vector<at::Tensor> gradients;
  for (at::Tensor* x : inputs) gradients.push_back(x->grad());
  return gradients;
}

}  // namespace

TEST_CASE("attention is what a loop over its definition gives", "[attention]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("problem " << seed);
    Problem problem;
    draw_problem(seed, problem);
    const at::Tensor wanted = slow_attention(problem.attention);
    CHECK(largest_difference(attend(problem.attention), wanted) < 1e-5);
    CHECK(largest_difference(attend_composed(problem.attention), wanted) < 1e-5);
    at::NoGradGuard no_gradients;
    CHECK(largest_difference(attend(problem.attention), wanted) < 1e-5);
  }
}

TEST_CASE("the kernel's gradients are those of tensor operations in double", "[attention]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("problem " << seed);
    Problem problem;
    draw_problem(seed, problem);
    const auto fast = gradients_of(problem.attention, at::kFloat, attend);
    const auto slow = gradients_of(problem.attention, at::kDouble, attend_composed);
    REQUIRE(fast.size() == slow.size());
    for (std::size_t i = 0; i < fast.size(); ++i) {
      INFO("input " << i);
      CHECK(largest_difference(fast[i], slow[i]) < 2e-4);
    }
  }
}

TEST_CASE("hypotheses may share the keys of their source", "[attention]") {
  Draw draw(5);
  const PackedRows source = packed_rows({7, 3});
  PackedRows shared;
  shared.starts = {0, 0, 7};
  shared.lengths = {7, 7, 3};
  shared.count = 10;
  shared.longest = 7;
  const PackedRows queries = packed_rows({1, 1, 1});
  Attention attention;
  attention.q = draw.tensor({3, 2, 4});
  attention.k = draw.tensor({10, 2, 4});
  attention.v = draw.tensor({10, 2, 4});
  attention.queries = &queries;
  attention.keys = &shared;
  attention.scale = 0.5;
  const at::Tensor wanted = slow_attention(attention);
  CHECK(largest_difference(attend(attention), wanted) < 1e-6);
  const auto fast = gradients_of(attention, at::kFloat, attend);
  const auto slow = gradients_of(attention, at::kDouble, attend_composed);
  for (std::size_t i = 0; i < fast.size(); ++i) CHECK(largest_difference(fast[i], slow[i]) < 1e-5);
}

// Same places of NaN, and the same numbers elsewhere.
void check_alike(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.isnan().equal(b.isnan()));
  CHECK(largest_difference(a.nan_to_num(), b.nan_to_num()) < 1e-5);
}

// Two sentences of the given lengths over keys of as many, causal; a bias of zeros on each pair.
struct ScoreProblem {
  PackedRows rows;
  Attention attention;

  explicit ScoreProblem(std::int64_t keys)
      : rows(packed_rows({keys, std::max<std::int64_t>(1, keys / 2)})) {
    Draw draw(7);
    attention.q = draw.tensor({rows.count, 2, 16});
    attention.k = draw.tensor({rows.count, 2, 16});
    attention.v = draw.tensor({rows.count, 2, 16});
    attention.queries = &rows;
    attention.keys = &rows;
    attention.causal = true;
    attention.bias.by_row = at::zeros({rows.count, 2, rows.longest});
  }
};

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// 5 keys leave lanes of a vector empty, 16 fill it, 23 need two; up to 8 queries
// without gradients take the path of a decoding step.
TEST_CASE("a score of NaN or infinity gives in the kernel what it gives in tensor operations",
          "[attention]") {
  for (const std::int64_t keys : {1, 5, 8, 16, 23}) {
    for (const double score : {kNan, -kNan, kInfinity, -kInfinity, -1e32, 3e38}) {
      ScoreProblem problem(keys);
      Attention& attention = problem.attention;
      INFO(keys << " keys, score " << score);
      const std::int64_t last = keys - 1;
      SECTION("one key of one query") { attention.bias.by_row[last][1][last / 2] = score; }
      SECTION("the first key") { attention.bias.by_row[last][1][0] = score; }
      SECTION("every key of one query") { attention.bias.by_row[last][1].fill_(score); }
      SECTION("a key that the query does not see") {
        attention.bias.by_row[0][1].narrow(0, 1, last).fill_(score);
      }
      const at::Tensor wanted = attend_composed(attention);
      check_alike(attend(attention), wanted);
      const auto fast = gradients_of(attention, at::kFloat, attend);
      const auto slow = gradients_of(attention, at::kFloat, attend_composed);
      for (std::size_t i = 0; i < fast.size(); ++i) CHECK(fast[i].isnan().equal(slow[i].isnan()));
      at::NoGradGuard no_gradients;
      check_alike(attend(attention), wanted);
    }
  }
}

TEST_CASE("one score of NaN makes every element of its query and head NaN", "[attention]") {
  ScoreProblem problem(8);
  problem.attention.bias.by_row[7][1][3] = kNan;
  at::Tensor wanted = at::zeros({problem.rows.count, 2, 16}, at::kBool);
  wanted[7][1].fill_(true);
  CHECK(attend(problem.attention).isnan().equal(wanted));
  at::NoGradGuard no_gradients;
  CHECK(attend(problem.attention).isnan().equal(wanted));
}

// The layout of the bits, word by word, as dropout.h describes it.
TEST_CASE("dropout draws the bits that its description says", "[dropout]") {
  const DropoutKey key{42, (std::uint64_t{3} << 32) + 5};
  const Dropout dropout(0.3, key);
  const auto keep16 = static_cast<std::uint32_t>(std::lround(0.7 * 65536));
  CHECK(dropout.keep() == keep16 / 65536.0);
  const at::Tensor mask = dropout.mask(1000, 17);
  const std::uint8_t* kept = mask.data_ptr<std::uint8_t>();
  for (std::uint32_t element = 0; element < 1000; ++element) {
    const std::uint32_t group = element / 256;
    const std::uint32_t word = element % 128 / 32;
    const std::uint32_t block = 32 * group + element % 32;
    const std::uint32_t bits = philox4x32({block, 17, 5, 3}, stream_key(42, "dropout"))[word];
    const std::uint32_t half = element % 256 < 128 ? bits & 0xffff : bits >> 16;
    CHECK((kept[element] == 1) == (half < keep16));
  }
}

TEST_CASE("dropout keeps its share, scales it, and passes gradients alike", "[dropout]") {
  const Dropout dropout(0.3, {1, 2});
  const at::Tensor x = at::ones({400, 250}, at::kFloat).set_requires_grad(true);
  const at::Tensor y = dropout.apply(x, 3);
  const double share = y.count_nonzero().item<std::int64_t>() / 1e5;
  CHECK(share == Approx(0.7).margin(0.006));  // 4 standard deviations
  CHECK(y.max().item<float>() == Approx(1 / dropout.keep()));
  y.sum().backward();
  CHECK(x.grad().equal(y));
  CHECK(dropout.apply(x, 3).equal(y));
  CHECK_FALSE(dropout.apply(x, 4).equal(y));
  CHECK_FALSE(Dropout(0.3, {1, 3}).apply(x, 3).equal(y));
  CHECK_FALSE(Dropout(0.3, {2, 2}).apply(x, 3).equal(y));
  const at::Tensor residual = at::full({400, 250}, 2.0f);
  CHECK(dropout.add(residual, x, 3).equal(residual + y));
  CHECK(dropout.apply(x.to(at::kDouble), 3).ne(0).equal(y.ne(0)));
  CHECK(Dropout().apply(x, 3).is_same(x));
  CHECK_THROWS_WITH(Dropout(1, {}), "dropout 1 is out of range: 0 <= dropout < 1");
}

TEST_CASE("the loss and its gradients are those of its definition", "[loss]") {
  Draw draw(4);
  for (const auto& [rows, vocabulary, smoothing] :
       {std::tuple{5, 7, 0.1}, {300, 33, 0.2}, {513, 16, 0.0}, {1, 100, 0.1}}) {
    INFO(rows << " rows, " << vocabulary << " words, smoothing " << smoothing);
    const at::Tensor hidden = draw.tensor({rows, 6});
    const at::Tensor embedding = draw.tensor({vocabulary, 6});
    std::vector<std::int64_t> goals;
    for (int i = 0; i < rows; ++i)
      goals.push_back(draw.below(static_cast<std::uint64_t>(vocabulary)));
    const at::Tensor targets = at::tensor(goals, at::kLong);
    const at::Tensor slow_hidden = hidden.to(at::kDouble).set_requires_grad(true);
    const at::Tensor slow_embedding = embedding.to(at::kDouble).set_requires_grad(true);
    const at::Tensor logs = at::matmul(slow_hidden, slow_embedding.t()).log_softmax(1);
    const at::Tensor nll = -logs.gather(1, targets.unsqueeze(1)).sum();
    const at::Tensor slow = (1 - smoothing) * nll - smoothing / vocabulary * logs.sum();
    (slow * 3).backward();
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      const at::Tensor x = hidden.to(type).clone().set_requires_grad(true);
      const at::Tensor e = embedding.to(type).clone().set_requires_grad(true);
      const Loss loss = label_smoothed_loss(x, e, targets, smoothing);
      (loss.sum * 3).backward();
      CHECK(loss.sum.item<double>() == Approx(slow.item<double>()).epsilon(1e-5));
      CHECK(loss.nll.item<double>() == Approx(nll.item<double>()).epsilon(1e-5));
      CHECK(loss.correct.item<std::int64_t>() ==
            logs.argmax(1).eq(targets).sum().item<std::int64_t>());
      CHECK(largest_difference(x.grad(), slow_hidden.grad()) < 1e-4);
      CHECK(largest_difference(e.grad(), slow_embedding.grad()) < 1e-3);
      at::NoGradGuard no_gradients;
      CHECK(label_smoothed_loss(x, e, targets, smoothing).sum.item<double>() ==
            loss.sum.item<double>());
    }
  }
}

TEST_CASE("a logit of NaN or infinity gives the loss in float that it gives in double", "[loss]") {
  Draw draw(6);
  for (const std::int64_t vocabulary : {7, 16, 33}) {
    for (const double logit : {kNan, kInfinity, -kInfinity}) {
      INFO(vocabulary << " words, logit " << logit);
      at::Tensor hidden = at::ones({1, 1});
      at::Tensor embedding = draw.tensor({vocabulary, 1});
      embedding[vocabulary - 2][0] = logit;
      const at::Tensor targets = at::zeros({1}, at::kLong);
      at::NoGradGuard no_gradients;
      const Loss fast = label_smoothed_loss(hidden, embedding, targets, 0);
      const Loss slow =
          label_smoothed_loss(hidden.to(at::kDouble), embedding.to(at::kDouble), targets, 0);
      CHECK(std::isnan(fast.nll.item<double>()) == std::isnan(slow.nll.item<double>()));
      if (!std::isnan(slow.nll.item<double>())) {
        CHECK(fast.nll.item<double>() == Approx(slow.nll.item<double>()).epsilon(1e-5));
      }
    }
  }
}

}  // namespace polysweep
