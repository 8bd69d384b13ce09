#include "experiments/training/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::int64_t kAlignment = 16;  // floats: 64 bytes

std::int64_t aligned(std::int64_t count) {
  return (count + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

FlatParameters::FlatParameters(const std::vector<NamedTensor>& parameters) {
  if (parameters.empty()) fail("the model has no parameters to train");
  at::NoGradGuard no_grad;
  std::int64_t size = 0;
  for (const NamedTensor& parameter : parameters) size += aligned(parameter.tensor.numel());
  const at::Tensor& first = parameters.front().tensor;
  check(first.scalar_type() == at::kFloat, "parameters are float");
  values_ = at::zeros({size}, first.options().requires_grad(false));
  gradients_ = at::zeros_like(values_);
  std::int64_t at = 0;
  for (const NamedTensor& parameter : parameters) {
    at::Tensor tensor = parameter.tensor;
    const std::int64_t count = tensor.numel();
    const at::Tensor place = values_.narrow(0, at, count).view(tensor.sizes());
    place.copy_(tensor);
    tensor.set_data(place);
    tensor.mutable_grad() = gradients_.narrow(0, at, count).view(tensor.sizes());
    at += aligned(count);
    count_ += count;
  }
}

void FlatParameters::zero_gradients() { gradients_.zero_(); }

Adam::Adam(FlatParameters& parameters, AdamOptions options)
    : parameters_(parameters),
      options_(options),
      first_(at::zeros_like(parameters.values())),
      second_(at::zeros_like(parameters.values())),
      scratch_(at::zeros_like(parameters.values())) {}

double Adam::step(double learning_rate, double divisor) {
  check(divisor > 0, "a loss is summed over at least one token");
  at::NoGradGuard no_grad;
  at::Tensor gradient = parameters_.gradients();
  const double norm = gradient.norm().item<double>() / divisor;
  if (!std::isfinite(norm)) return norm;
  const bool clipped = options_.clip > 0 && norm > options_.clip;
  gradient.mul_((clipped ? options_.clip / norm : 1.0) / divisor);

  ++updates_;
  const double updates = static_cast<double>(updates_);
  const double correction1 = 1 - std::pow(options_.beta1, updates);
  const double correction2 = 1 - std::pow(options_.beta2, updates);
  first_.mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
  second_.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
  at::sqrt_out(scratch_, second_);
  scratch_.div_(std::sqrt(correction2)).add_(options_.epsilon);
  parameters_.values().addcdiv_(first_, scratch_, -learning_rate / correction1);
  return norm;
}

double LearningRate::after(std::int64_t before) const {
  const double updates = static_cast<double>(before);
  const double limit = static_cast<double>(warmup);
  if (before < warmup) return start + updates * (peak - start) / limit;
  return peak * std::sqrt(limit / updates);
}

}  // namespace polysweep
