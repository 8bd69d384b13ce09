// What every encoding of the table promises, and what the options refuse.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/encodings/additive_encoding.h"
#include "experiments/encodings/encoding_table.h"
#include "experiments/model/transformer.h"
#include "experiments/training/loss.h"
#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "tests/experiments/encoding_sample.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

bool takes(const EncodingRow& row, std::string_view option) {
  return std::find(row.options.begin(), row.options.end(), option) != row.options.end();
}

at::Tensor random_tensor(std::uint64_t seed, at::IntArrayRef sizes, double deviation = 1) {
  RandomStream random(seed, "contract");
  at::Tensor values = at::empty(sizes, at::kDouble);
  double* value = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) value[i] = random.normal() * deviation;
  return values;
}

void set_random(const std::vector<NamedTensor>& parameters) {
  at::NoGradGuard no_gradients;
  std::uint64_t seed = 100;
  for (const NamedTensor& parameter : parameters)
    at::Tensor(parameter.tensor).copy_(random_tensor(++seed, parameter.tensor.sizes(), 0.5));
}

// All learned positions, which may begin as constants.
void set_random_positions(const Transformer& model) {
  std::vector<NamedTensor> positions;
  for (const NamedTensor& parameter : model.parameters())
    if (parameter.name.find(".position.") != std::string::npos) positions.push_back(parameter);
  set_random(positions);
}

TransformerOptions small_model(const EncodingRow& row, at::ScalarType type) {
  TransformerOptions options;
  options.vocabulary = 13;
  options.width = 8;
  options.feed_forward = 12;
  options.heads = 2;
  options.encoder_layers = options.decoder_layers = 2;
  options.longest = 24;
  options.dropout = 0;
  options.encoding = std::string(row.name);
  options.type = type;
  return options;
}

std::vector<std::vector<std::int32_t>> sentences(std::initializer_list<int> lengths,
                                                 std::uint64_t seed) {
  RandomStream random(seed, "sentences");
  std::vector<std::vector<std::int32_t>> all;
  for (const int length : lengths) {
    auto& sentence = all.emplace_back(static_cast<std::size_t>(length));
    for (std::int32_t& token : sentence) token = static_cast<std::int32_t>(4 + random.below(9));
  }
  return all;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

// Scores where every token is the same: they show nothing but positions.
at::Tensor scores_of_equal_tokens(std::string_view name, const EncodingSample& sample) {
  at::NoGradGuard no_gradients;
  const MadeEncoding made = made_encoding(name, sample);
  set_random(made.weights->list());
  const std::int64_t length = sample.longest;
  const at::Tensor token = random_tensor(7, {1, sample.width}).expand({length, sample.width});
  const at::Tensor x = made.encoding->embed(token, at::arange(length, at::kLong))
                           .view({length, sample.heads, sample.head_width()});
  return position_scores(*made.encoding, x, x.flip({2}), 1);
}

// Largest difference between pairs of equal delta.
double variation(const at::Tensor& scores) {
  double most = 0;
  const std::int64_t length = scores.size(1);
  for (std::int64_t delta = 1 - length; delta < length; ++delta) {
    const at::Tensor pairs = scores.diagonal(delta, 1, 2);
    most = std::max(most, (pairs - pairs.select(1, 0).unsqueeze(1)).abs().max().item<double>());
  }
  return most;
}

double total_loss(const Transformer& model, const TokenRows& source, const TokenRows& target,
                  const at::Tensor& goals) {
  at::NoGradGuard no_gradients;
  return label_smoothed_loss(model.forward(source, target), model.embedding(), goals, 0.1)
      .sum.item<double>();
}

}  // namespace

TEST_CASE("the table has the encodings of the study, each once", "[encoding][contract]") {
  std::vector<std::string_view> names;
  for (const EncodingRow& row : encoding_rows()) {
    names.push_back(row.name);
    CHECK_FALSE(row.doc.empty());
    CHECK(&encoding_row(row.name) == &row);
  }
  CHECK(names == std::vector<std::string_view>{"none", "sinusoidal", "learned", "legendre_position",
                                               "legendre_feature", "chebyshev_position",
                                               "chebyshev_feature", "hermite_position",
                                               "gram_feature", "rope", "alibi", "t5", "shaw",
                                               "kerple_log", "fire", "legendre_bias", "polar"});
  CHECK_THROWS_WITH(encoding_row("sinusoidial"), Contains("did you mean 'sinusoidal'"));
}

TEST_CASE("hooks keep shapes and numbers finite", "[encoding][contract]") {
  for (const EncodingRow& row : encoding_rows()) {
    for (const bool causal : {false, true}) {
      INFO(row.name << ", causal " << causal);
      EncodingSample sample;
      sample.longest = 256;
      sample.causal = causal;
      const MadeEncoding made = made_encoding(row.name, sample);
      at::NoGradGuard no_gradients;
      const at::Tensor positions = at::arange(256, at::kLong);
      const at::Tensor x = random_tensor(1, {256, sample.width});
      const at::Tensor embedded = made.encoding->embed(x, positions);
      CHECK(embedded.sizes() == x.sizes());
      CHECK(embedded.isfinite().all().item<bool>());
      at::Tensor q = random_tensor(2, {256, 2, 4});
      at::Tensor k = random_tensor(3, {256, 2, 4});
      const at::Tensor scores = position_scores(*made.encoding, q, k, 0);
      CHECK(scores.sizes() == at::IntArrayRef{2, 256, 256});
      CHECK(scores.isfinite().all().item<bool>());
      made.encoding->rotate(q, k, positions, 0);
      CHECK(q.sizes() == k.sizes());
      CHECK(q.size(0) == 256);
      CHECK(q.size(1) == 2);
      CHECK(q.size(2) >= 4);
    }
  }
}

TEST_CASE("the same seed gives the same bits, another seed other learned numbers",
          "[encoding][contract]") {
  for (const EncodingRow& row : encoding_rows()) {
    INFO(row.name);
    const auto source = sentences({5, 9, 3}, 1);
    const auto target = sentences({4, 8, 6}, 2);
    at::NoGradGuard no_gradients;
    std::vector<at::Tensor> outputs;
    for (const std::uint64_t seed : {1, 1, 2}) {
      const Transformer model(small_model(row, at::kFloat), seed);
      outputs.push_back(model.forward(token_rows(source), token_rows(target)));
    }
    CHECK(outputs[0].equal(outputs[1]));
    CHECK_FALSE(outputs[0].equal(outputs[2]));
    CHECK(outputs[0].isfinite().all().item<bool>());
  }
}

TEST_CASE("what is relative depends on key minus query alone, and nothing else does",
          "[encoding][contract]") {
  for (const EncodingRow& row : encoding_rows()) {
    INFO(row.name);
    EncodingSample sample;
    sample.longest = 24;
    const double found = variation(scores_of_equal_tokens(row.name, sample));
    if (row.relative) CHECK(found < 1e-12);
    if (!row.relative) CHECK(found > 1e-3);
  }
}

TEST_CASE("at order 0 positions are a constant and nothing more", "[encoding][contract]") {
  int tried = 0;
  for (const EncodingRow& row : encoding_rows()) {
    if (!takes(row, "order")) continue;
    for (const bool matched : {false, true}) {
      INFO(row.name << ", matched norm " << matched);
      EncodingSample sample;
      sample.options.order = 0;
      sample.options.matched_norm = matched && takes(row, "norm");
      const at::Tensor table = position_table(row.name, sample);
      CHECK(largest_difference(table, table[0].expand_as(table)) < 1e-12);
      const at::Tensor scores = scores_of_equal_tokens(row.name, sample);
      for (std::int64_t h = 0; h < 2; ++h)
        CHECK((scores[h] - scores[h][0][0]).abs().max().item<double>() < 1e-12);
      ++tried;
    }
  }
  CHECK(tried == 2 * 9);
}

namespace {

std::int64_t numerical_rank(const at::Tensor& table) {
  const at::Tensor values = at::linalg_svdvals(table);
  return (values > 1e-13 * values[0]).sum().item<std::int64_t>();
}

// Every grid, offset and norm that the encoding takes; bases at which double precision
// shows the rank.
std::vector<EncodingOptions> options_of(const EncodingRow& row) {
  using Grids = std::vector<PolynomialGrid>;
  std::vector<EncodingOptions> all;
  for (const PolynomialGrid grid :
       takes(row, "grid")
           ? Grids{PolynomialGrid::kPaper, PolynomialGrid::kMidpoint, PolynomialGrid::kGauss}
           : Grids{PolynomialGrid::kPaper}) {
    for (const int offset : takes(row, "offset") ? std::vector{0, 1} : std::vector{1}) {
      for (const bool matched :
           takes(row, "norm") ? std::vector{false, true} : std::vector{false}) {
        for (const double base :
             takes(row, "base") ? std::vector{1.0, 4.0, 30.0} : std::vector{1.0}) {
          EncodingOptions options;
          options.grid = grid;
          options.offset = offset;
          options.matched_norm = matched;
          options.base = base;
          all.push_back(options);
        }
      }
    }
  }
  return all;
}

// The highest order that make_encoding() accepts.
std::int64_t highest_order(const EncodingRow& row, EncodingSample sample) {
  for (std::int64_t order = 0;; ++order) {
    sample.options.order = order;
    try {
      made_encoding(row.name, sample);
    } catch (const Error&) {
      return order - 1;
    }
  }
}

}  // namespace

TEST_CASE("the rank that an encoding states is that of its table, at every order and offset",
          "[encoding][contract]") {
  int tried = 0;
  for (const EncodingRow& row : encoding_rows()) {
    if (!takes(row, "order") || row.relative) continue;
    for (const std::int64_t width : {8, 9}) {
      if (width % 2 != 0 && takes(row, "layout")) continue;  // needs pairs of dimensions
      for (const std::int64_t longest : {1, 5, 8, 9, 10, 20}) {
        for (const EncodingOptions& options : options_of(row)) {
          EncodingSample sample;
          sample.width = width;
          sample.heads = 1;
          sample.longest = longest;
          sample.options = options;
          const std::int64_t highest = highest_order(row, sample);
          CHECK(highest >= 0);
          for (std::int64_t order = 0; order <= highest + 1; ++order) {
            sample.options.order.reset();  // full
            if (order <= highest) sample.options.order = order;
            INFO(row.name << ", order " << (order <= highest ? std::to_string(order) : "full")
                          << ", offset " << options.offset << ", grid "
                          << static_cast<int>(options.grid) << ", matched " << options.matched_norm
                          << ", base " << options.base << ", width " << width << ", positions "
                          << longest);
            CHECK(made_encoding(row.name, sample).encoding->rank() ==
                  numerical_rank(position_table(row.name, sample)));
            ++tried;
          }
        }
      }
    }
  }
  CHECK(tried > 2000);
}

TEST_CASE("by position the rank is K at offset 1, and K + 1 at offset 0 as of other tables",
          "[encoding][contract]") {
  int by_position = 0;
  for (const EncodingRow& row : encoding_rows()) {
    if (!takes(row, "order")) continue;
    for (const std::int64_t order : {0, 1, 2, 3, 7, 12}) {
      for (const std::int64_t offset : {0, 1}) {
        INFO(row.name << ", order " << order << ", offset " << offset);
        EncodingSample sample;
        sample.width = 16;
        sample.options.order = order;
        sample.options.offset = offset;
        const bool from_one = takes(row, "offset") && offset == 1;
        CHECK(made_encoding(row.name, sample).encoding->rank() ==
              (from_one ? std::max<std::int64_t>(order, 1) : order + 1));
        by_position += from_one ? 1 : 0;
      }
    }
  }
  CHECK(by_position == 3 * 6);
}

TEST_CASE("a bias of K terms has rank K + 1, the constant included", "[encoding][contract]") {
  for (const std::int64_t order : {0, 1, 2, 5, 7}) {
    INFO("order " << order);
    EncodingSample sample;
    sample.width = sample.heads = 12;
    sample.longest = 8;
    sample.options.order = order;
    const MadeEncoding made = made_encoding("legendre_bias", sample);
    at::NoGradGuard no_gradients;
    const at::Tensor q = random_tensor(1, {8, 12, 1});
    const PairBias bias = made.encoding->bias(q, {0, 8, 8, at::arange(8, at::kLong), 0});
    at::Tensor functions = at::ones({1, 8}, at::kDouble);  // of distance; softmax adds any constant
    if (bias.by_position.defined()) {
      functions = at::cat({functions, bias.by_position.select(1, 0)});
    }
    CHECK(made.encoding->rank() == numerical_rank(functions));
    CHECK(made.encoding->rank() == order + 1);
  }
}

TEST_CASE("the worker's tables come with their rank", "[encoding][contract]") {
  const auto rank_in = [](std::vector<std::string> words) {
    words.insert(words.end(), {"positions=10", "dimension=16"});
    return nlohmann::json::parse(encoding_table_json(words))["rank"];
  };
  CHECK(rank_in({"encoding=legendre_position", "order=1"}) == 1);  // no positions
  CHECK(rank_in({"encoding=legendre_position", "order=1", "offset=0"}) == 2);
  CHECK(rank_in({"encoding=legendre_feature", "order=1"}) == 2);
  CHECK(rank_in({"encoding=none"}).is_null());
}

TEST_CASE("what has no table has no rank", "[encoding][contract]") {
  for (const EncodingRow& row : encoding_rows()) {
    INFO(row.name);
    const EncodingSample sample;
    CHECK(made_encoding(row.name, sample).encoding->rank().has_value() == takes(row, "order"));
  }
}

TEST_CASE("gradients are those of finite differences", "[encoding][contract]") {
  for (const EncodingRow& row : encoding_rows()) {
    const Transformer model(small_model(row, at::kDouble), 3);
    set_random_positions(model);
    const TokenRows source = token_rows(sentences({20, 6}, 1));
    const TokenRows target = token_rows(sentences({7, 19}, 2));
    const at::Tensor goals = at::arange(26, at::kLong).remainder(13);
    const at::Tensor loss =
        label_smoothed_loss(model.forward(source, target), model.embedding(), goals, 0.1).sum;
    loss.backward();
    // One direction for each parameter of the positions, one for all others together.
    std::vector<std::vector<NamedTensor>> groups(1);
    for (const NamedTensor& parameter : model.parameters()) {
      const bool positional = parameter.name.find(".position.") != std::string::npos;
      if (positional) groups.push_back({parameter});
      if (!positional) groups[0].push_back(parameter);
    }
    constexpr double kStep = 1e-6;
    for (const std::vector<NamedTensor>& group : groups) {
      double slope = 0;
      std::vector<at::Tensor> directions;
      for (const NamedTensor& parameter : group) {
        directions.push_back(random_tensor(directions.size() + 40, parameter.tensor.sizes()));
        slope += (directions.back() * parameter.tensor.grad()).sum().item<double>();
      }
      const auto move = [&](double by) {
        at::NoGradGuard no_gradients;
        for (std::size_t i = 0; i < group.size(); ++i)
          at::Tensor(group[i].tensor).add_(directions[i], by);
      };
      move(kStep);
      const double above = total_loss(model, source, target, goals);
      move(-2 * kStep);
      const double below = total_loss(model, source, target, goals);
      move(kStep);
      INFO(row.name << ", " << group[0].name);
      CHECK(slope == Approx((above - below) / (2 * kStep)).epsilon(1e-4).margin(1e-5));
    }
  }
}

TEST_CASE("sentences mean the same alone and beside longer ones", "[encoding][contract]") {
  for (const EncodingRow& row : encoding_rows()) {
    for (const auto& [type, limit] : {std::pair{at::kDouble, 1e-12}, {at::kFloat, 2e-5}}) {
      INFO(row.name << " " << type);
      const Transformer model(small_model(row, type), 3);
      set_random_positions(model);
      at::NoGradGuard no_gradients;
      const auto source = sentences({3, 24, 11}, 1);
      const auto target = sentences({23, 2, 7}, 2);
      const at::Tensor together = model.forward(token_rows(source), token_rows(target));
      std::int64_t at = 0;
      for (std::size_t i = 0; i < source.size(); ++i) {
        const at::Tensor alone =
            model.forward(token_rows({&source[i], 1}), token_rows({&target[i], 1}));
        CHECK(largest_difference(alone, together.narrow(0, at, alone.size(0))) < limit);
        at += alone.size(0);
      }
    }
  }
}

TEST_CASE("a decoding step gives what the complete forward pass gives", "[encoding][contract]") {
  for (const EncodingRow& row : encoding_rows()) {
    for (const auto& [type, limit] : {std::pair{at::kDouble, 1e-12}, {at::kFloat, 2e-5}}) {
      for (const bool pre_norm : {false, true}) {
        INFO(row.name << " " << type << ", pre-norm " << pre_norm);
        TransformerOptions options = small_model(row, type);
        options.pre_norm = pre_norm;
        const Transformer model(options, 3);
        set_random_positions(model);
        at::NoGradGuard no_gradients;
        const auto target = sentences({22, 22}, 2);
        const TokenRows source = token_rows(sentences({5, 13}, 1));
        const at::Tensor memory = model.encode(source);
        const at::Tensor whole =
            model.decode(token_rows(target), memory, source.rows).view({2, 22, 8});
        DecoderState state = model.start(memory, source.rows);
        for (std::int64_t t = 0; t < 22; ++t) {
          const auto at = static_cast<std::size_t>(t);
          const at::Tensor tokens =
              at::tensor({std::int64_t{target[0][at]}, std::int64_t{target[1][at]}}, at::kLong);
          CHECK(largest_difference(model.step(state, tokens), whole.select(1, t)) < limit);
        }
      }
    }
  }
}

TEST_CASE("options apply to the encodings that the table names, and to no other",
          "[encoding][options]") {
  const Schema schema(encoding_parameters());
  for (const EncodingRow& row : encoding_rows()) {
    Parameters given;
    given.set("encoding", Value(std::string(row.name)));
    const Parameters complete = schema.complete(given);
    for (const char* option : {"order", "norm", "grid", "offset", "base", "layout", "pairs"}) {
      INFO(row.name << " " << option);
      CHECK(schema.applies(option, complete) == takes(row, option));
      CHECK((complete.find(option) != nullptr) == takes(row, option));
    }
  }
  Parameters given;
  given.set("encoding", Value("legendre_position"));
  EncodingOptions options = encoding_options(schema.complete(given));
  CHECK_FALSE(options.order.has_value());
  CHECK(options.offset == 1);
  CHECK(options.grid == PolynomialGrid::kPaper);
  CHECK_FALSE(options.matched_norm);
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, Value>>{{"order", Value(4)},
                                                            {"norm", Value("matched")},
                                                            {"grid", Value("gauss")},
                                                            {"offset", Value(0)}})
    given.set(name, value);
  options = encoding_options(schema.complete(given));
  CHECK(options.order == 4);
  CHECK(options.offset == 0);
  CHECK(options.grid == PolynomialGrid::kGauss);
  CHECK(options.matched_norm);
}

TEST_CASE("options that do not fit the model are refused before any training",
          "[encoding][options]") {
  TransformerOptions options;
  options.vocabulary = 20;
  options.width = 8;
  options.heads = 2;
  options.longest = 6;
  const auto made_with = [&](const char* encoding, std::int64_t order) {
    options.encoding = encoding;
    options.encoding_options.order = order;
    return Transformer(options, 1);
  };
  for (const char* name :
       {"legendre_position", "chebyshev_position", "hermite_position", "legendre_feature",
        "chebyshev_feature", "gram_feature", "learned", "sinusoidal"}) {
    INFO(name);
    CHECK_THROWS_WITH(made_with(name, 8),
                      "order 8 is above the rank of dimension 8: the highest order is 7");
    CHECK_NOTHROW(made_with(name, 5));
  }
  CHECK_THROWS_WITH(made_with("legendre_position", 7),
                    "order 7 is above 6, the highest degree that occurs with sentences of up to 6 "
                    "tokens");
  CHECK_THROWS_WITH(made_with("legendre_bias", 6),
                    Contains("order 6 does not fit legendre_bias: it takes 0 to 5 terms"));
  options.encoding_options.order.reset();
  options.width = 6;
  options.heads = 2;
  options.encoding = "rope";
  CHECK_THROWS_WITH(Transformer(options, 1),
                    "head width 3 (dimension 6 / 2 heads) is odd: rope needs pairs");
  options.width = 7;
  options.heads = 1;
  options.encoding = "sinusoidal";
  CHECK_THROWS_WITH(Transformer(options, 1),
                    "dimension 7 is odd: sinusoidal needs pairs of dimensions");
}

}  // namespace polysweep
