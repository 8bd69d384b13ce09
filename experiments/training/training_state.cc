#include "experiments/training/training_state.h"

#include <ATen/ATen.h>

#include <utility>

#include "framework/core/digest.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

// A point in a checkpoint: names sort as their steps do.
constexpr std::string_view kPoint = "point ";
constexpr std::size_t kStepDigits = 12;

std::string point_name(std::int64_t step, std::string_view series) {
  return fmt::format("{}{:0{}} {}", kPoint, step, kStepDigits, series);
}

}  // namespace

void PointLog::report(Recorder& recorder, std::string_view series, std::int64_t step,
                      double value) {
  recorder.metric(series, step, value);
  points_[point_name(step, series)] = value;
}

void PointLog::save(Checkpoint& checkpoint) const {
  checkpoint.reals.insert(points_.begin(), points_.end());
}

void PointLog::resume(Recorder& recorder, const Checkpoint& checkpoint) {
  for (const auto& [name, value] : checkpoint.reals)
    if (name.starts_with(kPoint)) points_.emplace(name, value);
  if (points_.empty()) recorder.resumed(checkpoint.step);
  for (const auto& [name, value] : points_)
    recorder.metric(name.substr(kPoint.size() + kStepDigits + 1),
                    std::stoll(name.substr(kPoint.size(), kStepDigits)), value);
}

std::vector<float> to_floats(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kCPU).contiguous();
  const float* data = flat.data_ptr<float>();
  return {data, data + flat.numel()};
}

void from_floats(const std::vector<float>& values, at::Tensor into) {
  at::NoGradGuard no_gradients;
  into.copy_(at::from_blob(const_cast<float*>(values.data()),
                           {static_cast<std::int64_t>(values.size())}, at::kFloat));
}

void save_weights(Checkpoint& checkpoint, const at::Tensor& values, const Adam& adam) {
  checkpoint.step = adam.updates();
  checkpoint.tensors["values"] = to_floats(values);
  checkpoint.tensors["first moment"] = to_floats(adam.first_moment());
  checkpoint.tensors["second moment"] = to_floats(adam.second_moment());
}

void restore_weights(const Checkpoint& checkpoint, FlatParameters& parameters, Adam& adam) {
  const auto size = static_cast<std::size_t>(parameters.size());
  from_floats(checkpoint.tensor("values", size), parameters.values());
  from_floats(checkpoint.tensor("first moment", size), adam.first_moment());
  from_floats(checkpoint.tensor("second moment", size), adam.second_moment());
  adam.set_updates(checkpoint.step);
}

std::string weights_sha256(const FlatParameters& parameters) {
  const std::vector<float> values = to_floats(parameters.values());
  return sha256_hex({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

std::optional<Checkpoint> resume_training(CheckpointFolder& folder, Recorder& recorder,
                                          PointLog& points) {
  std::vector<std::string> notices;
  std::optional<Checkpoint> checkpoint = folder.load(notices);
  const std::int64_t step = checkpoint ? checkpoint->step : 0;
  if (checkpoint) {
    fmt::print(stderr, "polysweep-worker: resumes after update {}\n", step);
    points.resume(recorder, *checkpoint);
  }
  for (const std::string& notice : notices) {
    fmt::print(stderr, "polysweep-worker: {}\n", notice);
    recorder.text("notice", step, notice);
  }
  return checkpoint;
}

}  // namespace polysweep
