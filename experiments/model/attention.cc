#include "experiments/model/attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>

#include "experiments/model/attention_kernel.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

// w [N, H, S], the weights: what the value terms of the bias add to the output.
at::Tensor value_terms(const at::Tensor& w, const Attention& attention) {
  const PairBias& bias = attention.bias;
  const at::Tensor positions = attention.queries->positions - attention.first_query;
  const std::int64_t rows = w.size(0);
  const std::int64_t heads = w.size(1);
  const at::Tensor choice =
      bias.choice.index_select(0, positions).unsqueeze(1).expand({rows, heads, w.size(2)});
  const at::Tensor by_choice =
      at::zeros({rows, heads, bias.values.size(0)}, w.options()).scatter_add(2, choice, w);
  return at::matmul(by_choice, bias.values);
}

// Row of each (sentence, position < longest) in the packed tensor, and whether
// it exists. Both [B, longest].
struct Grid {
  at::Tensor row;
  at::Tensor exists;

  // `places`: which row of the packed tensor each row is; undefined: the same.
  Grid(const PackedRows& rows, at::Device device, const at::Tensor& places = {}) {
    const at::Tensor starts = at::tensor(rows.starts, at::kLong).to(device).unsqueeze(1);
    const at::Tensor lengths = at::tensor(rows.lengths, at::kLong).to(device).unsqueeze(1);
    const at::Tensor position = at::arange(rows.longest, starts.options()).unsqueeze(0);
    exists = position < lengths;
    row = (starts + position).where(exists, starts);
    if (places.defined()) row = places.index_select(0, row.flatten()).view_as(row);
  }

  // [N, H, D] -> [B, H, longest, D]
  at::Tensor spread(const at::Tensor& x) const {
    return x.index_select(0, row.flatten())
        .view({row.size(0), row.size(1), x.size(1), x.size(2)})
        .transpose(1, 2);
  }

  // [B, H, longest, X] -> [N, H, X]; rows in the order of sentences.
  at::Tensor pack(const at::Tensor& x) const {
    const at::Tensor places = exists.flatten().nonzero().squeeze(1);
    return x.transpose(1, 2).flatten(0, 1).index_select(0, places);
  }
};

void check_shapes(const Attention& a) {
  check(a.queries != nullptr && a.keys != nullptr, "attention knows the rows of both sides");
  check(a.queries->sentences() == a.keys->sentences(), "each query sentence has its keys");
  check(a.q.size(0) == a.queries->count, "each query row has a q");
  check(a.key_places.defined() || a.k.size(0) >= a.keys->count, "each key row has a k");
  check(a.k.size(0) == a.v.size(0), "keys and values come in pairs");
  check(a.q.size(1) == a.k.size(1) && a.q.size(1) == a.v.size(1), "all have the same heads");
  check(a.q.size(2) == a.k.size(2), "q and k are equally wide");
}

AttentionShape shape_of(const Attention& attention) {
  const PackedRows& queries = *attention.queries;
  const PackedRows& keys = *attention.keys;
  AttentionShape shape;
  shape.segments = queries.sentences();
  shape.query_starts = queries.starts.data();
  shape.query_lengths = queries.lengths.data();
  shape.key_starts = keys.starts.data();
  shape.key_lengths = keys.lengths.data();
  if (attention.key_places.defined()) {
    shape.key_places = attention.key_places.data_ptr<std::int64_t>();
  }
  shape.longest_query = queries.longest;
  shape.longest_key = keys.longest;
  shape.heads = attention.q.size(1);
  shape.width = attention.q.size(2);
  shape.value_width = attention.v.size(2);
  shape.causal = attention.causal;
  shape.first_query = attention.first_query;
  shape.scale = static_cast<float>(attention.scale);
  return shape;
}

template <typename Number>
HeadRows<Number> head_rows(const at::Tensor& x) {
  check(x.stride(2) == 1, "the elements of a head are contiguous");
  return {x.data_ptr<float>(), x.stride(0), x.stride(1)};
}

c10::optional<at::Tensor> if_defined(const at::Tensor& x) {
  return x.defined() ? c10::optional<at::Tensor>(x) : c10::nullopt;
}

at::Tensor heads_together(const at::Tensor& x) { return x.stride(2) == 1 ? x : x.contiguous(); }

// What backward needs in addition to tensors.
struct Call : torch::CustomClassHolder {
  PackedRows queries, keys;
  AttentionShape shape;
  float inverse_keep = 1;
  bool has_values = false;

  explicit Call(const Attention& attention)
      : queries(*attention.queries),
        keys(*attention.keys),
        shape(shape_of(attention)),
        inverse_keep(static_cast<float>(1 / attention.dropout.keep())),
        has_values(attention.bias.values.defined()) {
    shape.query_starts = queries.starts.data();
    shape.query_lengths = queries.lengths.data();
    shape.key_starts = keys.starts.data();
    shape.key_lengths = keys.lengths.data();
  }
};

struct Inputs {
  at::Tensor q, k, v, by_position, by_row, mask;
};

template <typename Number>
Number* pointer(const at::Tensor& x) {
  return x.defined() ? x.data_ptr<std::remove_const_t<Number>>() : nullptr;
}

AttentionData data_of(const Inputs& inputs, float inverse_keep) {
  return {head_rows<const float>(inputs.q),
          head_rows<const float>(inputs.k),
          head_rows<const float>(inputs.v),
          pointer<const float>(inputs.by_position),
          pointer<const float>(inputs.by_row),
          pointer<const std::uint8_t>(inputs.mask),
          inverse_keep};
}

// The kernel as an autograd operation -> out, and the weights if requested.
struct Kernel : torch::autograd::Function<Kernel> {
  using Context = torch::autograd::AutogradContext;
  using Tensors = torch::autograd::variable_list;

  static Tensors run(const Call& call, const Inputs& inputs, at::Tensor* softmax) {
    const AttentionShape& shape = call.shape;
    const std::int64_t rows = inputs.q.size(0);
    const at::TensorOptions options = inputs.q.options();
    const at::Tensor out = at::empty({rows, shape.heads, shape.value_width}, options);
    at::Tensor weights;
    if (call.has_values) weights = at::empty({rows, shape.heads, shape.longest_key}, options);
    if (softmax != nullptr) *softmax = at::empty({rows, shape.heads, shape.longest_key}, options);
    polysweep::attend(shape, data_of(inputs, call.inverse_keep), head_rows<float>(out),
                      softmax != nullptr ? pointer<float>(*softmax) : nullptr,
                      pointer<float>(weights));
    return call.has_values ? Tensors{out, weights} : Tensors{out};
  }

  // Autograd takes an undefined tensor only as an empty optional.
  static Tensors forward(Context* context, const at::Tensor& q, const at::Tensor& k,
                         const at::Tensor& v, const c10::optional<at::Tensor>& by_position,
                         const c10::optional<at::Tensor>& by_row,
                         const c10::optional<at::Tensor>& mask, c10::intrusive_ptr<Call> call) {
    const at::Tensor none;
    const Inputs inputs{
        q, k, v, by_position.value_or(none), by_row.value_or(none), mask.value_or(none)};
    at::Tensor softmax;
    const Tensors result = run(*call, inputs, &softmax);
    context->saved_data["call"] = c10::IValue::make_capsule(std::move(call));
    context->save_for_backward({q, k, v, inputs.by_position, inputs.by_row, inputs.mask, softmax});
    return result;
  }

  static Tensors backward(Context* context, const Tensors& outer) {
    const auto holder = context->saved_data["call"].toCapsule();
    const Call& call = static_cast<const Call&>(*holder);
    const Tensors saved = context->get_saved_variables();
    const Inputs inputs{saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]};
    const auto zeros = [](const at::Tensor& like) {
      return like.defined() ? at::zeros(like.sizes(), like.options()) : at::Tensor();
    };
    const Tensors inner = {zeros(saved[0]), zeros(saved[1]), zeros(saved[2]), zeros(saved[3]),
                           zeros(saved[4])};
    const at::Tensor out = outer[0].contiguous();
    const at::Tensor weights = call.has_values ? outer[1].contiguous() : at::Tensor();
    attend_backward(
        call.shape, data_of(inputs, call.inverse_keep),
        {pointer<const float>(saved[6]), head_rows<const float>(out), pointer<const float>(weights),
         head_rows<float>(inner[0]), head_rows<float>(inner[1]), head_rows<float>(inner[2]),
         pointer<float>(inner[3]), pointer<float>(inner[4])});
    return {inner[0], inner[1], inner[2], inner[3], inner[4], at::Tensor(), at::Tensor()};
  }
};

at::Tensor attend_by_kernel(const Attention& attention) {
  const std::int64_t rows = attention.q.size(0);
  const std::int64_t heads = attention.q.size(1);
  const PairBias& bias = attention.bias;
  const at::Tensor& places = attention.key_places;
  check(!places.defined() || (places.is_contiguous() && !at::GradMode::is_enabled()),
        "keys at listed places are contiguous and have no gradients");
  const auto call = c10::make_intrusive<Call>(attention);
  const auto dense = [](const at::Tensor& x) { return x.defined() ? x.contiguous() : x; };
  Inputs inputs{heads_together(attention.q), heads_together(attention.k),
                heads_together(attention.v), dense(bias.by_position),
                dense(bias.by_row),          at::Tensor()};
  if (attention.dropout.active()) {
    inputs.mask = attention.dropout.mask(rows * heads * attention.keys->longest, attention.site);
  }
  const auto result =
      at::GradMode::is_enabled()
          ? Kernel::apply(inputs.q, inputs.k, inputs.v, if_defined(inputs.by_position),
                          if_defined(inputs.by_row), if_defined(inputs.mask), call)
          : Kernel::run(*call, inputs, nullptr);
  if (!bias.values.defined()) return result[0];
  return result[0] + value_terms(result[1], attention);
}

}  // namespace

at::Tensor attend_composed(const Attention& attention) {
  const at::Device device = attention.q.device();
  const Grid queries(*attention.queries, device);
  const Grid keys(*attention.keys, device, attention.key_places);
  const PairBias& bias = attention.bias;
  at::Tensor scores =
      at::matmul(queries.spread(attention.q), keys.spread(attention.k).transpose(2, 3)) *
      attention.scale;
  if (bias.by_position.defined()) scores = scores + bias.by_position;
  if (bias.by_row.defined()) scores = scores + queries.spread(bias.by_row);
  at::Tensor hidden = keys.exists.logical_not().view({-1, 1, 1, attention.keys->longest});
  if (attention.causal) {
    const at::Tensor query = at::arange(attention.queries->longest, queries.row.options());
    const at::Tensor key = at::arange(attention.keys->longest, queries.row.options());
    hidden = hidden.logical_or(key > (query + attention.first_query).unsqueeze(1));
  }
  scores = scores.masked_fill(hidden, -std::numeric_limits<double>::infinity());
  at::Tensor weights = queries.pack(at::softmax(scores, -1));
  weights = attention.dropout.apply(weights, attention.site);
  const at::Tensor out =
      queries.pack(at::matmul(queries.spread(weights), keys.spread(attention.v)));
  return bias.values.defined() ? out + value_terms(weights, attention) : out;
}

at::Tensor attend(const Attention& attention) {
  check_shapes(attention);
  const bool fast = attention.q.device().is_cpu() && attention.q.scalar_type() == at::kFloat;
  return fast ? attend_by_kernel(attention) : attend_composed(attention);
}

}  // namespace polysweep
