#include "experiments/model/transformer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "experiments/model/attention.h"
#include "experiments/model/key_cache.h"
#include "experiments/model/token_embedding.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

// Each place that drops has its site: stack * kStackSites + layer * kLayerSites
// + one of these; embeddings come before layer 0.
constexpr std::uint32_t kStackSites = 1u << 16;
constexpr std::uint32_t kLayerSites = 16;
enum Site : std::uint32_t { kSelf, kSelfWeights, kCross, kCrossWeights, kFeedForward };

struct Linear {
  at::Tensor weight, bias;

  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

struct Norm {
  at::Tensor weight, bias;

  at::Tensor operator()(const at::Tensor& x) const {
    return at::layer_norm(x, {x.size(-1)}, weight, bias, 1e-5);
  }
};

struct Layer {
  Linear self_qkv, self_out;
  Norm self_norm;
  Linear cross_q, cross_kv, cross_out;  // decoder only
  Norm cross_norm;
  Linear inner, outer;
  Norm norm;
};

struct Stack {
  std::vector<Layer> layers;
  Norm norm;  // pre-LN only
  std::unique_ptr<Encoding> encoding;
  std::uint32_t sites = 0;
  bool causal = false;
};

class Builder {
 public:
  Builder(Weights& weights, const TransformerOptions& options)
      : weights_(weights), options_(options) {}

  Stack stack(const std::string& name, std::int64_t layers, bool decoder) {
    const std::int64_t width = options_.width;
    Stack result;
    result.sites = decoder ? kStackSites : 0;
    result.causal = decoder;
    EncodingContext context{options_.encoding_options,
                            width,
                            options_.heads,
                            width / options_.heads,
                            layers,
                            options_.longest,
                            decoder,
                            name + ".position.",
                            &weights_};
    result.encoding = make_encoding(options_.encoding, context);
    for (std::int64_t i = 0; i < layers; ++i) {
      result.layers.push_back(layer(fmt::format("{}.{}.", name, i), decoder));
    }
    if (options_.pre_norm) result.norm = norm(name + ".norm");
    return result;
  }

 private:
  // `outputs` counts in the range of the initial values as `as` would: stacked
  // matrices are drawn as wide as if q, k and v were one matrix.
  Linear linear(const std::string& name, std::int64_t outputs, std::int64_t inputs,
                std::int64_t as = 0) {
    const double sizes = static_cast<double>((as == 0 ? outputs : as) + inputs);
    return {weights_.uniform(name + ".weight", {outputs, inputs}, std::sqrt(6 / sizes)),
            weights_.constant(name + ".bias", {outputs}, 0)};
  }

  Norm norm(const std::string& name) {
    return {weights_.constant(name + ".weight", {options_.width}, 1),
            weights_.constant(name + ".bias", {options_.width}, 0)};
  }

  Layer layer(const std::string& name, bool decoder) {
    const std::int64_t width = options_.width;
    Layer result;
    result.self_qkv = linear(name + "self.qkv", 3 * width, width);
    result.self_out = linear(name + "self.out", width, width);
    result.self_norm = norm(name + "self.norm");
    if (decoder) {
      result.cross_q = linear(name + "cross.q", width, width, 3 * width);
      result.cross_kv = linear(name + "cross.kv", 2 * width, width, 3 * width);
      result.cross_out = linear(name + "cross.out", width, width);
      result.cross_norm = norm(name + "cross.norm");
    }
    result.inner = linear(name + "feed_forward.inner", options_.feed_forward, width);
    result.outer = linear(name + "feed_forward.outer", width, options_.feed_forward);
    result.norm = norm(name + "feed_forward.norm");
    return result;
  }

  Weights& weights_;
  const TransformerOptions& options_;
};

void check_options(const TransformerOptions& options) {
  const auto positive = [](std::int64_t value, const char* name) {
    if (value < 1) fail("{} is {}; it must be at least 1", name, value);
  };
  positive(options.vocabulary, "vocabulary");
  positive(options.width, "dimension");
  positive(options.feed_forward, "feed_forward");
  positive(options.heads, "heads");
  positive(options.encoder_layers, "encoder_layers");
  positive(options.decoder_layers, "decoder_layers");
  positive(options.longest, "longest");
  if (options.width % options.heads != 0) {
    fail("dimension {} is not a multiple of the {} heads", options.width, options.heads);
  }
  Dropout(options.dropout, {});
  Dropout(options.attention_dropout, {});
}

// What one forward pass drops.
struct Drops {
  Dropout residual, attention;

  Drops(const TransformerOptions& options, const DropoutKey* key) {
    if (key == nullptr) return;
    residual = Dropout(options.dropout, *key);
    attention = Dropout(options.attention_dropout, *key);
  }
};

// The places of the tokens that a step of `rows` hypotheses sees for the first time.
void add_places(DecoderState& state, std::int64_t rows, const at::TensorOptions& options) {
  const at::Tensor places = at::arange(state.used, state.used + rows, options).unsqueeze(1);
  state.places = state.length == 0 ? places : at::cat({state.places, places}, 1);
}

// Which rows attend to which in one decoding step.
struct StepRows {
  PackedRows queries;           // one a hypothesis
  PackedRows keys;              // of each its own tokens, by DecoderState::places
  PackedRows together, source;  // hypotheses of one source sentence read its keys together

  StepRows(const DecoderState& state, const at::Tensor& tokens) {
    const std::size_t count = state.sentences.size();
    const std::int64_t seen = state.length + 1;
    queries = packed_rows(std::vector<std::int64_t>(count, 1), tokens.device());
    queries.positions = at::full_like(tokens, state.length);
    keys.lengths.assign(count, seen);
    keys.count = queries.count * seen;
    keys.longest = seen;
    together.count = queries.count;
    together.positions = queries.positions;
    for (std::size_t r = 0; r < count; ++r) {
      const auto row = static_cast<std::int64_t>(r);
      keys.starts.push_back(row * seen);
      const auto b = static_cast<std::size_t>(state.sentences[r]);
      if (r == 0 || state.sentences[r] != state.sentences[r - 1]) {
        together.starts.push_back(row);
        together.lengths.push_back(0);
        source.starts.push_back(state.source.starts[b]);
        source.lengths.push_back(state.source.lengths[b]);
        source.longest = std::max(source.longest, source.lengths.back());
      }
      together.longest = std::max(together.longest, ++together.lengths.back());
    }
  }
};

}  // namespace

struct Transformer::Parts {
  TransformerOptions options;
  Weights weights;
  at::Tensor embedding;
  Stack encoder, decoder;

  Parts(const TransformerOptions& chosen, std::uint64_t seed)
      : options(chosen), weights(seed, chosen.type, chosen.device) {
    check_options(options);
    embedding = weights.normal("embedding", {options.vocabulary, options.width},
                               1 / std::sqrt(static_cast<double>(options.width)));
    Builder builder(weights, options);
    encoder = builder.stack("encoder", options.encoder_layers, false);
    decoder = builder.stack("decoder", options.decoder_layers, true);
  }

  std::int64_t head_width() const { return options.width / options.heads; }

  // x [N, parts * M] -> `parts` tensors [N, H, D].
  std::vector<at::Tensor> split(const at::Tensor& x, std::int64_t parts) const {
    return x.view({x.size(0), parts, options.heads, head_width()}).unbind(1);
  }

  void check_length(std::int64_t length) const {
    if (length > options.longest) {
      fail("a sentence of {} tokens is too long: this model takes at most {}", length,
           options.longest);
    }
  }

  at::Tensor embed(const Stack& stack, const at::Tensor& tokens, const at::Tensor& positions,
                   const Drops& drops) const {
    const double scale = std::sqrt(static_cast<double>(options.width));
    const at::Tensor x = stack.encoding->embed(embed_tokens(embedding, tokens, scale), positions);
    return drops.residual.apply(x, stack.sites);
  }

  // One sublayer around its residual. `sublayer` maps [N, M] to [N, M].
  template <typename Sublayer>
  at::Tensor add(const at::Tensor& x, const Norm& norm, const Dropout& dropout, std::uint32_t site,
                 Sublayer sublayer) const {
    if (options.pre_norm) return dropout.add(x, sublayer(norm(x)), site);
    return norm(dropout.add(x, sublayer(x), site));
  }

  Attention attention(const PackedRows& queries, const PackedRows& keys) const {
    Attention result;
    result.queries = &queries;
    result.keys = &keys;
    result.scale = 1 / std::sqrt(static_cast<double>(head_width()));
    return result;
  }

  at::Tensor attended(const Attention& call, const Linear& out) const {
    return out(attend(call).reshape({-1, options.width}));
  }

  at::Tensor self_attention(const Stack& stack, std::size_t index, const at::Tensor& x,
                            const PackedRows& rows, const Drops& drops, std::uint32_t site) const {
    const Layer& layer = stack.layers[index];
    const std::vector<at::Tensor> qkv = split(layer.self_qkv(x), 3);
    Attention call = attention(rows, rows);
    const Pairs pairs{0, rows.longest, rows.longest, rows.positions,
                      static_cast<std::int64_t>(index)};
    call.bias = stack.encoding->bias(qkv[0], pairs);
    call.q = qkv[0];
    call.k = qkv[1];
    call.v = qkv[2];
    stack.encoding->rotate(call.q, call.k, rows.positions, pairs.layer);
    call.causal = stack.causal;
    call.dropout = drops.attention;
    call.site = site + kSelfWeights;
    return attended(call, layer.self_out);
  }

  at::Tensor run(const Stack& stack, const TokenRows& input, const at::Tensor& memory,
                 const PackedRows* source, const DropoutKey* key) const {
    check_length(input.rows.longest);
    const Drops drops(options, key);
    at::Tensor x = embed(stack, input.tokens, input.rows.positions, drops);
    for (std::size_t i = 0; i < stack.layers.size(); ++i) {
      const Layer& layer = stack.layers[i];
      const std::uint32_t site = stack.sites + (static_cast<std::uint32_t>(i) + 1) * kLayerSites;
      x = add(x, layer.self_norm, drops.residual, site + kSelf, [&](const at::Tensor& y) {
        return self_attention(stack, i, y, input.rows, drops, site);
      });
      if (source != nullptr) {
        x = add(x, layer.cross_norm, drops.residual, site + kCross, [&](const at::Tensor& y) {
          const std::vector<at::Tensor> kv = split(layer.cross_kv(memory), 2);
          Attention call = attention(input.rows, *source);
          call.q = split(layer.cross_q(y), 1)[0];
          call.k = kv[0];
          call.v = kv[1];
          call.dropout = drops.attention;
          call.site = site + kCrossWeights;
          return attended(call, layer.cross_out);
        });
      }
      x = add(x, layer.norm, drops.residual, site + kFeedForward,
              [&](const at::Tensor& y) { return layer.outer(layer.inner(y).relu_()); });
    }
    return options.pre_norm ? stack.norm(x) : x;
  }

  at::Tensor cached_self_attention(DecoderState& state, std::size_t index, const at::Tensor& x,
                                   const StepRows& rows) const {
    DecoderState::Layer& cache = state.layers[index];
    const Layer& layer = decoder.layers[index];
    const std::vector<at::Tensor> qkv = split(layer.self_qkv(x), 3);
    at::Tensor q = qkv[0];
    at::Tensor k = qkv[1];
    const Pairs pairs{state.length, 1, state.length + 1, rows.queries.positions,
                      static_cast<std::int64_t>(index)};
    const PairBias bias = decoder.encoding->bias(q, pairs);
    decoder.encoding->rotate(q, k, rows.queries.positions, pairs.layer);
    cache.keys = cache_with(cache.keys, state.used, k);
    cache.values = cache_with(cache.values, state.used, qkv[2]);
    Attention call = attention(rows.queries, rows.keys);
    call.bias = bias;
    call.q = q;
    call.k = cache.keys;
    call.v = cache.values;
    call.key_places = state.places.flatten();
    call.first_query = state.length;
    return attended(call, layer.self_out);
  }
};

Transformer::Transformer(const TransformerOptions& options, std::uint64_t seed)
    : parts_(std::make_unique<Parts>(options, seed)) {}

Transformer::~Transformer() = default;

const TransformerOptions& Transformer::options() const { return parts_->options; }

const std::vector<NamedTensor>& Transformer::parameters() const { return parts_->weights.list(); }

std::optional<std::int64_t> Transformer::position_rank() const {
  return parts_->decoder.encoding->rank();
}

const at::Tensor& Transformer::embedding() const { return parts_->embedding; }

at::Tensor Transformer::encode(const TokenRows& source, const DropoutKey* key) const {
  return parts_->run(parts_->encoder, source, at::Tensor(), nullptr, key);
}

at::Tensor Transformer::decode(const TokenRows& target, const at::Tensor& memory,
                               const PackedRows& source, const DropoutKey* key) const {
  check(target.rows.sentences() == source.sentences(), "each target has its source");
  return parts_->run(parts_->decoder, target, memory, &source, key);
}

at::Tensor Transformer::forward(const TokenRows& source, const TokenRows& target,
                                const DropoutKey* key) const {
  return decode(target, encode(source, key), source.rows, key);
}

DecoderState Transformer::start(const at::Tensor& memory, const PackedRows& source,
                                std::int64_t rows_per_sentence) const {
  DecoderState state;
  state.source = source;
  for (std::int64_t b = 0; b < source.sentences(); ++b) {
    state.sentences.insert(state.sentences.end(), static_cast<std::size_t>(rows_per_sentence), b);
  }
  for (const Layer& layer : parts_->decoder.layers) {
    const std::vector<at::Tensor> kv = parts_->split(layer.cross_kv(memory), 2);
    state.layers.push_back({{}, {}, kv[0], kv[1]});
  }
  return state;
}

at::Tensor Transformer::step(DecoderState& state, const at::Tensor& tokens) const {
  const Parts& parts = *parts_;
  parts.check_length(state.length + 1);
  const auto count = static_cast<std::int64_t>(state.sentences.size());
  check(tokens.size(0) == count, "each row of the state has a token");
  add_places(state, count, tokens.options());
  const StepRows rows(state, tokens);
  const Dropout none;
  at::Tensor x =
      parts.embed(parts.decoder, tokens, rows.queries.positions, {parts.options, nullptr});
  for (std::size_t i = 0; i < state.layers.size(); ++i) {
    const Layer& layer = parts.decoder.layers[i];
    x = parts.add(x, layer.self_norm, none, 0, [&](const at::Tensor& y) {
      return parts.cached_self_attention(state, i, y, rows);
    });
    x = parts.add(x, layer.cross_norm, none, 0, [&](const at::Tensor& y) {
      Attention call = parts.attention(rows.together, rows.source);
      call.q = parts.split(layer.cross_q(y), 1)[0];
      call.k = state.layers[i].cross_keys;
      call.v = state.layers[i].cross_values;
      return parts.attended(call, layer.cross_out);
    });
    x = parts.add(x, layer.norm, none, 0,
                  [&](const at::Tensor& y) { return layer.outer(layer.inner(y).relu_()); });
  }
  ++state.length;
  state.used += count;
  return parts.options.pre_norm ? parts.decoder.norm(x) : x;
}

void Transformer::select(DecoderState& state, const std::vector<std::int64_t>& rows) const {
  std::vector<std::int64_t> sentences;
  for (const std::int64_t row : rows) {
    sentences.push_back(state.sentences.at(static_cast<std::size_t>(row)));
  }
  state.sentences = std::move(sentences);
  if (state.places.defined()) {
    state.places =
        state.places.index_select(0, at::tensor(rows, at::kLong).to(state.places.device()));
  }
}

at::Tensor Transformer::logits(const at::Tensor& hidden) const {
  return at::matmul(hidden, parts_->embedding.t());
}

}  // namespace polysweep
