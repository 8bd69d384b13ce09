// The parameters of a model: tensors with names, in a fixed order.
//
// Values are drawn on the CPU in double from RandomStream(seed, "weights NAME"),
// one stream a parameter, then rounded: they depend on the seed, the name and
// the sizes alone.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

// Every parameter is in the list once, however often the model uses it.
// Whoever replaces its storage (an optimiser's flat buffer) uses set_data, which
// all holders of the tensor see.
class Weights {
 public:
  explicit Weights(std::uint64_t seed, at::ScalarType type = at::kFloat,
                   at::Device device = at::kCPU);

  // Each returns a leaf that requires a gradient. `name` must be new.
  at::Tensor normal(std::string_view name, at::IntArrayRef sizes, double deviation);
  // Uniform on [-limit, limit).
  at::Tensor uniform(std::string_view name, at::IntArrayRef sizes, double limit);
  // Glorot & Bengio 2010: uniform with limit sqrt(6 / (inputs + outputs)).
  at::Tensor xavier(std::string_view name, std::int64_t outputs, std::int64_t inputs);
  at::Tensor constant(std::string_view name, at::IntArrayRef sizes, double value);

  const std::vector<NamedTensor>& list() const { return list_; }
  std::uint64_t seed() const { return seed_; }
  // Type and device for tensors that accompany the parameters (fixed tables).
  at::TensorOptions options() const;

 private:
  at::Tensor add(std::string_view name, at::Tensor values);

  std::uint64_t seed_;
  at::ScalarType type_;
  at::Device device_;
  std::vector<NamedTensor> list_;
};

}  // namespace polysweep
