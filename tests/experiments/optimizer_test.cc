#include "experiments/training/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "framework/core/error.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

at::Tensor leaf(std::vector<float> values, std::vector<std::int64_t> sizes) {
  return at::tensor(values, at::kFloat).view(sizes).clone().set_requires_grad(true);
}

std::vector<NamedTensor> two_parameters() {
  return {{"a", leaf({1, -2, 0.5f}, {3})}, {"b", leaf({0.25f, 3, -1, 2}, {2, 2})}};
}

// sum(a^2) + sum(b^3) / 3, whose gradient is 2a and b^2.
void add_gradients(const std::vector<NamedTensor>& parameters) {
  const at::Tensor& a = parameters[0].tensor;
  const at::Tensor& b = parameters[1].tensor;
  (a.square().sum() + b.pow(3).sum() / 3).backward();
}

float element(const at::Tensor& tensor, std::int64_t index) {
  return tensor.reshape({-1})[index].item<float>();
}

}  // namespace

TEST_CASE("parameters lie in one buffer and their gradients in another", "[optimizer]") {
  const std::vector<NamedTensor> parameters = two_parameters();
  FlatParameters flat(parameters);
  CHECK(flat.count() == 7);
  CHECK(flat.size() == 32);  // each begins at a multiple of 16 floats
  CHECK(element(flat.values(), 2) == 0.5f);
  CHECK(element(flat.values(), 3) == 0);
  CHECK(element(flat.values(), 17) == 3);

  flat.values()[1].fill_(7);
  CHECK(element(parameters[0].tensor, 1) == 7);

  add_gradients(parameters);
  CHECK(element(flat.gradients(), 1) == 14);
  CHECK(element(flat.gradients(), 17) == 9);
  CHECK(element(flat.gradients(), 20) == 0);
  add_gradients(parameters);
  CHECK(element(flat.gradients(), 1) == 28);
  flat.zero_gradients();
  add_gradients(parameters);
  CHECK(element(flat.gradients(), 1) == 14);
}

TEST_CASE("a model without parameters cannot be trained", "[optimizer]") {
  CHECK_THROWS_WITH(FlatParameters({}), "the model has no parameters to train");
}

// Expected values: the algorithm of the paper, written out in Python (doubles).
TEST_CASE("Adam makes the updates of its paper", "[optimizer]") {
  const std::vector<NamedTensor> parameters = two_parameters();
  FlatParameters flat(parameters);
  AdamOptions options;
  options.clip = 5;
  Adam adam(flat, options);
  double norm = 0;
  for (int update = 0; update < 3; ++update) {
    flat.zero_gradients();
    add_gradients(parameters);
    norm = adam.step(0.01);
  }
  CHECK(adam.updates() == 3);
  CHECK(norm == Approx(10.759234135398).epsilon(1e-6));
  CHECK(element(parameters[0].tensor, 0) == Approx(0.970002526399).epsilon(1e-6));
  CHECK(element(parameters[0].tensor, 1) == Approx(-1.969998549288).epsilon(1e-6));
  CHECK(element(parameters[1].tensor, 0) == Approx(0.220085370442).epsilon(1e-6));
  CHECK(element(parameters[1].tensor, 3) == Approx(1.970002490401).epsilon(1e-6));
}

TEST_CASE("a gradient is divided before it is clipped", "[optimizer]") {
  const std::vector<NamedTensor> parameters = two_parameters();
  FlatParameters flat(parameters);
  AdamOptions options;
  options.clip = 1;
  Adam adam(flat, options);
  flat.gradients()[0].fill_(30);
  flat.gradients()[1].fill_(40);
  CHECK(adam.step(0.01, 10) == Approx(5));
  CHECK(element(adam.first_moment(), 0) == Approx(0.1 * 0.6));
  flat.zero_gradients();
  flat.gradients()[0].fill_(5);
  CHECK(adam.step(0.01, 10) == Approx(0.5));
  CHECK(element(adam.first_moment(), 0) == Approx(0.9 * 0.06 + 0.1 * 0.5));
}

TEST_CASE("a gradient that is not finite changes nothing", "[optimizer]") {
  const std::vector<NamedTensor> parameters = two_parameters();
  FlatParameters flat(parameters);
  Adam adam(flat, {});
  const at::Tensor before = flat.values().clone();
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    flat.zero_gradients();
    flat.gradients()[18].fill_(bad);
    CHECK_FALSE(std::isfinite(adam.step(0.01)));
  }
  CHECK(flat.values().equal(before));
  CHECK(adam.first_moment().count_nonzero().item<std::int64_t>() == 0);
  CHECK(adam.updates() == 0);
}

TEST_CASE("the learning rate rises to its peak and falls with the inverse square root",
          "[optimizer]") {
  const LearningRate rate{0.005, 2000, 1e-7};
  CHECK(rate.after(0) == 1e-7);
  CHECK(rate.after(1000) == Approx(0.00250005));
  CHECK(rate.after(2000) == Approx(0.005));
  CHECK(rate.after(8000) == Approx(0.0025));
  const LearningRate steep{0.01, 1, 1e-7};
  CHECK(steep.after(0) == 1e-7);
  CHECK(steep.after(1) == Approx(0.01));
  CHECK(steep.after(4) == Approx(0.005));
}

}  // namespace polysweep
