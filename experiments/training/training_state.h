// What every training keeps in its checkpoints in the same way: the points it has
// reported, and its weights as floats.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/training/checkpoint.h"
#include "experiments/training/optimizer.h"
#include "framework/sweep/experiment.h"

namespace polysweep {

// All points of a training so far. What an attempt reported may have been on its
// way when it died; told again by the next one, it is that attempt's.
class PointLog {
 public:
  // Records a point and keeps it.
  void report(Recorder& recorder, std::string_view series, std::int64_t step, double value);

  void save(Checkpoint& checkpoint) const;
  // Takes the points of `checkpoint`, and reports them all again; where it has none
  // the recorder is told the step after which the training goes on.
  void resume(Recorder& recorder, const Checkpoint& checkpoint);

 private:
  std::map<std::string, double> points_;  // by their checkpoint's name
};

// A flat tensor's numbers, and back into one of the same size.
std::vector<float> to_floats(const at::Tensor& tensor);
void from_floats(const std::vector<float>& values, at::Tensor into);

// "values" and both moments. `values`: the weights that training goes on with.
void save_weights(Checkpoint& checkpoint, const at::Tensor& values, const Adam& adam);
// Puts them back, with the number of updates. Throws Error for other sizes.
void restore_weights(const Checkpoint& checkpoint, FlatParameters& parameters, Adam& adam);

// SHA-256 (hex) over the flat buffer as little-endian floats.
std::string weights_sha256(const FlatParameters& parameters);

// The folder's checkpoint, if there is one: its points are reported again through
// `points`; what the folder noticed is recorded as text "notice", and printed, as is
// the update after which the training goes on.
std::optional<Checkpoint> resume_training(CheckpointFolder& folder, Recorder& recorder,
                                          PointLog& points);

}  // namespace polysweep
