#include "experiments/tensors/weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"

namespace polysweep {
namespace {

template <typename Draw>
at::Tensor drawn(std::uint64_t seed, std::string_view name, at::IntArrayRef sizes, Draw draw) {
  at::Tensor values = at::empty(sizes, at::kDouble);
  RandomStream stream(seed, fmt::format("weights {}", name));
  double* value = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) value[i] = draw(stream);
  return values;
}

}  // namespace

Weights::Weights(std::uint64_t seed, at::ScalarType type, at::Device device)
    : seed_(seed), type_(type), device_(device) {}

at::Tensor Weights::normal(std::string_view name, at::IntArrayRef sizes, double deviation) {
  return add(name, drawn(seed_, name, sizes, [deviation](RandomStream& stream) {
               return stream.normal() * deviation;
             }));
}

at::Tensor Weights::uniform(std::string_view name, at::IntArrayRef sizes, double limit) {
  return add(name, drawn(seed_, name, sizes, [limit](RandomStream& stream) {
               return (2 * stream.uniform() - 1) * limit;
             }));
}

at::Tensor Weights::xavier(std::string_view name, std::int64_t outputs, std::int64_t inputs) {
  const double limit = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
  return uniform(name, {outputs, inputs}, limit);
}

at::Tensor Weights::constant(std::string_view name, at::IntArrayRef sizes, double value) {
  return add(name, at::full(sizes, value, at::kDouble));
}

at::TensorOptions Weights::options() const { return at::TensorOptions(type_).device(device_); }

at::Tensor Weights::add(std::string_view name, at::Tensor values) {
  const bool is_new = std::none_of(list_.begin(), list_.end(),
                                   [&](const NamedTensor& known) { return known.name == name; });
  check(is_new, "a parameter's name is new");
  list_.push_back({std::string(name), values.to(options()).set_requires_grad(true)});
  return list_.back().tensor;
}

}  // namespace polysweep
