#include "experiments/model/transformer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "experiments/text/batch.h"
#include "framework/core/error.h"
#include "tests/experiments/reversal.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

TokenRows some_tokens(std::vector<std::vector<std::int32_t>> sentences) {
  return token_rows(sentences);
}

std::int64_t trained_numbers(const Transformer& model) {
  std::int64_t count = 0;
  for (const NamedTensor& parameter : model.parameters()) count += parameter.tensor.numel();
  return count;
}

// One layer of the encoder, straight from Vaswani 2017 with the norm after.
at::Tensor slow_encoder(const Transformer& model, const std::vector<std::int32_t>& sentence) {
  std::map<std::string, at::Tensor> p;
  for (const NamedTensor& one : model.parameters()) p[one.name] = one.tensor;
  const std::int64_t width = model.options().width;
  const std::int64_t heads = model.options().heads;
  const auto linear = [&](const at::Tensor& x, const std::string& name) {
    return at::matmul(x, p.at(name + ".weight").t()) + p.at(name + ".bias");
  };
  const auto norm = [&](const at::Tensor& x, const std::string& name) {
    const at::Tensor centred = x - x.mean(1, true);
    const at::Tensor deviation = (centred.square().mean(1, true) + 1e-5).sqrt();
    return centred / deviation * p.at(name + ".weight") + p.at(name + ".bias");
  };
  at::Tensor x = at::empty({static_cast<std::int64_t>(sentence.size()), width}, at::kDouble);
  for (std::size_t t = 0; t < sentence.size(); ++t) {
    const auto row = static_cast<std::int64_t>(t);
    x[row] = model.embedding()[sentence[t]] * std::sqrt(static_cast<double>(width));
    for (std::int64_t i = 0; i < width; ++i) {
      const double angle =
          static_cast<double>(t) /
          std::pow(10000.0, static_cast<double>(i / 2 * 2) / static_cast<double>(width));
      x[row][i] += i % 2 == 0 ? std::sin(angle) : std::cos(angle);
    }
  }
  const std::vector<at::Tensor> qkv = linear(x, "encoder.0.self.qkv").chunk(3, 1);
  std::vector<at::Tensor> attended;
  for (std::int64_t h = 0; h < heads; ++h) {
    const std::int64_t d = width / heads;
    const auto head = [&](const at::Tensor& y) { return y.narrow(1, h * d, d); };
    const at::Tensor scores = at::matmul(head(qkv[0]), head(qkv[1]).t()) / std::sqrt(double(d));
    attended.push_back(at::matmul(scores.softmax(1), head(qkv[2])));
  }
  x = norm(x + linear(at::cat(attended, 1), "encoder.0.self.out"), "encoder.0.self.norm");
  const at::Tensor inner = linear(x, "encoder.0.feed_forward.inner").relu();
  return norm(x + linear(inner, "encoder.0.feed_forward.outer"), "encoder.0.feed_forward.norm");
}

}  // namespace

TEST_CASE("an encoder layer is that of the paper", "[transformer]") {
  TransformerOptions options = reversal_model();
  options.type = at::kDouble;
  const Transformer model(options, 3);
  at::NoGradGuard no_gradients;
  const std::vector<std::int32_t> sentence = {4, 7, 5, 11, 4};
  const at::Tensor found = model.encode(some_tokens({sentence}));
  CHECK((found - slow_encoder(model, sentence)).abs().max().item<double>() < 1e-12);
}

TEST_CASE("the anchor of the study has 2.57 million numbers", "[transformer]") {
  TransformerOptions options;  // 4 + 4 layers of 128, feed-forward 256, 4 heads
  options.encoding = "sinusoidal";
  options.vocabulary = 9728;  // about what 10,000 merges leave of Multi30k
  const Transformer model(options, 1);
  CHECK(trained_numbers(model) / 1e6 == Approx(2.57).margin(0.005));
}

TEST_CASE("initial weights depend on the seed and have the stated spread", "[transformer]") {
  TransformerOptions options = reversal_model();
  options.vocabulary = 3000;
  const Transformer model(options, 3);
  const Transformer same(options, 3);
  const Transformer other(options, 4);
  for (std::size_t i = 0; i < model.parameters().size(); ++i) {
    CHECK(model.parameters()[i].tensor.equal(same.parameters()[i].tensor));
    CHECK(model.parameters()[i].name == other.parameters()[i].name);
  }
  CHECK_FALSE(model.embedding().equal(other.embedding()));
  CHECK(model.embedding().std().item<double>() == Approx(1 / std::sqrt(32.0)).epsilon(0.02));
  for (const NamedTensor& parameter : model.parameters()) {
    INFO(parameter.name);
    CHECK(parameter.tensor.requires_grad());
    if (parameter.name == "encoder.0.self.qkv.weight")
      CHECK(parameter.tensor.abs().max().item<double>() ==
            Approx(std::sqrt(6.0 / (4 * 32))).epsilon(0.01));
    if (parameter.name.ends_with("norm.weight")) CHECK(parameter.tensor.eq(1).all().item<bool>());
    if (parameter.name.ends_with(".bias")) CHECK(parameter.tensor.eq(0).all().item<bool>());
  }
}

TEST_CASE("a model computes on tokens alone, never on padding", "[transformer]") {
  const Transformer model(reversal_model(), 3);
  const EncodedText text = reversal_text("text", 50, 1);
  std::vector<std::size_t> all(50);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const Batch batch = make_batch(text, all);
  const TokenRows source = token_rows(batch.source);
  const TokenRows target = token_rows(batch.target_input);
  CHECK(source.tokens.size(0) == batch.source_tokens);
  CHECK(target.tokens.size(0) == batch.target_tokens);
  CHECK(model.encode(source).sizes() == at::IntArrayRef{batch.source_tokens, 32});
  CHECK(model.forward(source, target).sizes() == at::IntArrayRef{batch.target_tokens, 32});
}

TEST_CASE("dropout follows its key and is off without one", "[transformer]") {
  const Transformer model(reversal_model(), 3);
  at::NoGradGuard no_gradients;
  const TokenRows source = some_tokens({{4, 5, 6}, {7, 8}});
  const TokenRows target = some_tokens({{1, 5, 6}, {1, 8}});
  const auto run = [&](const DropoutKey* key) { return model.forward(source, target, key); };
  const DropoutKey first{1, 0}, second{1, 1};
  CHECK(run(nullptr).equal(run(nullptr)));
  CHECK(run(&first).equal(run(&first)));
  CHECK_FALSE(run(&first).equal(run(nullptr)));
  CHECK_FALSE(run(&first).equal(run(&second)));
}

TEST_CASE("a decoder does not see what comes later", "[transformer]") {
  const Transformer model(reversal_model(), 3);
  at::NoGradGuard no_gradients;
  const TokenRows source = some_tokens({{4, 5, 6}});
  const at::Tensor one = model.forward(source, some_tokens({{1, 5, 6, 7}}));
  const at::Tensor two = model.forward(source, some_tokens({{1, 5, 9, 8}}));
  CHECK(one.narrow(0, 0, 2).equal(two.narrow(0, 0, 2)));
  CHECK_FALSE(one[2].equal(two[2]));
}

TEST_CASE("sizes and tokens that do not fit are refused", "[transformer]") {
  const auto refused = [](auto change, const std::string& message) {
    TransformerOptions options = reversal_model();
    change(options);
    CHECK_THROWS_WITH(Transformer(options, 1), Contains(message));
  };
  refused([](TransformerOptions& o) { o.width = 33; }, "dimension 33 is not a multiple of the 2");
  refused([](TransformerOptions& o) { o.vocabulary = 0; },
          "vocabulary is 0; it must be at least 1");
  refused([](TransformerOptions& o) { o.dropout = 1.5; }, "dropout 1.5 is out of range");
  refused([](TransformerOptions& o) { o.encoding = "ropes"; }, "did you mean 'rope'");
  const Transformer model(reversal_model(), 3);
  CHECK_THROWS_WITH(model.encode(some_tokens({std::vector<std::int32_t>(17, 4)})),
                    "a sentence of 17 tokens is too long: this model takes at most 16");
  CHECK_THROWS_WITH(model.encode(some_tokens({{4, 12}})),
                    "token 12 is outside the vocabulary; it has the numbers 0 to 11");
  CHECK_THROWS_WITH(some_tokens({{4}, {}}), "sentence 1 has no tokens; at least one is needed");
  CHECK_THROWS_WITH(some_tokens({}), "a batch needs at least one sentence");
}

}  // namespace polysweep
