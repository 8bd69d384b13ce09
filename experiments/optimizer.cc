#include "experiments/optimizer.h"

#include <cmath>
#include <set>

#include "framework/error.h"

namespace polysweep {
namespace {

constexpr std::int64_t kAlignment = 16;  // floats: 64 bytes

std::int64_t aligned(std::int64_t count) {
  return (count + kAlignment - 1) / kAlignment * kAlignment;
}

std::vector<torch::Tensor> trainable(torch::nn::Module& model) {
  std::vector<torch::Tensor> found;
  std::set<const void*> seen;
  for (const auto& item : model.named_parameters()) {
    const torch::Tensor& parameter = item.value();
    if (!parameter.requires_grad()) continue;
    check(parameter.scalar_type() == torch::kFloat32, "parameters are float32");
    if (seen.insert(parameter.unsafeGetTensorImpl()).second) found.push_back(parameter);
  }
  if (found.empty()) fail("the model has no parameters to train");
  return found;
}

}  // namespace

FlatParameters::FlatParameters(torch::nn::Module& model) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parameters = trainable(model);
  std::int64_t size = 0;
  for (const torch::Tensor& parameter : parameters) size += aligned(parameter.numel());
  values_ = torch::zeros({size}, parameters.front().options().requires_grad(false));
  gradients_ = torch::zeros_like(values_);
  std::int64_t at = 0;
  for (torch::Tensor& parameter : parameters) {
    const std::int64_t count = parameter.numel();
    const torch::Tensor place = values_.narrow(0, at, count).view(parameter.sizes());
    place.copy_(parameter);
    parameter.set_data(place);
    parameter.mutable_grad() = gradients_.narrow(0, at, count).view(parameter.sizes());
    at += aligned(count);
    count_ += count;
  }
}

Adam::Adam(FlatParameters& parameters, AdamOptions options)
    : parameters_(parameters),
      options_(options),
      first_(torch::zeros_like(parameters.values())),
      second_(torch::zeros_like(parameters.values())),
      scratch_(torch::zeros_like(parameters.values())) {}

double Adam::step(double learning_rate, double divisor) {
  torch::NoGradGuard no_grad;
  torch::Tensor gradient = parameters_.gradients();
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
  torch::sqrt_out(scratch_, second_);
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
