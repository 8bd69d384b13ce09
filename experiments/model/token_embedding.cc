#include "experiments/model/token_embedding.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "framework/core/error.h"

namespace polysweep {
namespace {

void check_tokens(const at::Tensor& tokens, std::int64_t vocabulary) {
  const std::int64_t* token = tokens.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < tokens.numel(); ++i) {
    if (token[i] < 0 || token[i] >= vocabulary) {
      fail("token {} is outside the vocabulary; it has the numbers 0 to {}", token[i],
           vocabulary - 1);
    }
  }
}

struct TokenEmbedding : torch::autograd::Function<TokenEmbedding> {
  using Context = torch::autograd::AutogradContext;
  using Tensors = torch::autograd::variable_list;

  static at::Tensor forward(Context* context, const at::Tensor& embedding, const at::Tensor& tokens,
                            double scale) {
    context->saved_data["tokens"] = tokens;
    context->saved_data["scale"] = scale;
    context->saved_data["vocabulary"] = embedding.size(0);
    return embedding.index_select(0, tokens).mul_(scale);
  }

  static Tensors backward(Context* context, const Tensors& outer) {
    const at::Tensor tokens = context->saved_data["tokens"].toTensor();
    const at::Tensor rows = outer[0].contiguous();
    const std::int64_t width = rows.size(1);
    const at::Tensor inner =
        at::zeros({context->saved_data["vocabulary"].toInt(), width}, rows.options());
    const float scale = static_cast<float>(context->saved_data["scale"].toDouble());
    const std::int64_t* token = tokens.data_ptr<std::int64_t>();
    const float* from = rows.data_ptr<float>();
    for (std::int64_t n = 0; n < rows.size(0); ++n, from += width) {
      float* to = inner.data_ptr<float>() + token[n] * width;
      for (std::int64_t i = 0; i < width; ++i) to[i] += scale * from[i];
    }
    return {inner, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor embed_tokens(const at::Tensor& embedding, const at::Tensor& tokens, double scale) {
  check(tokens.dim() == 1 && embedding.dim() == 2, "tokens are a row, the embedding a matrix");
  if (tokens.device().is_cpu()) check_tokens(tokens, embedding.size(0));
  const bool fast = embedding.device().is_cpu() && embedding.scalar_type() == at::kFloat;
  return fast ? TokenEmbedding::apply(embedding, tokens, scale)
              : at::embedding(embedding, tokens).mul(scale);
}

}  // namespace polysweep
