// What every training stores in its checkpoints: the points it has reported, and its
// weights as floats.
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

// All points of a training so far. Points that an attempt reported just before it died
// may be lost; the next attempt reports them again as its own.
class PointLog {
 public:
  // Records a point and keeps it.
  void report(Recorder& recorder, std::string_view series, std::int64_t step, double value);

  void save(Checkpoint& checkpoint) const;
  // Takes the points of `checkpoint`, and reports them all again; where it has none
  // the recorder gets the step after which the training resumes.
  void resume(Recorder& recorder, const Checkpoint& checkpoint);

 private:
  std::map<std::string, double> points_;  // by their checkpoint's name
};

// A flat tensor's numbers, and back into one of the same size.
std::vector<float> to_floats(const at::Tensor& tensor);
void from_floats(const std::vector<float>& values, at::Tensor into);

// "values" and both moments. `values`: the weights that training resumes with.
void save_weights(Checkpoint& checkpoint, const at::Tensor& values, const Adam& adam);
// Puts them back, with the number of updates. Throws Error for other sizes.
void restore_weights(const Checkpoint& checkpoint, FlatParameters& parameters, Adam& adam);

// SHA-256 (hex) over the flat buffer as little-endian floats.
std::string weights_sha256(const FlatParameters& parameters);

// The folder's checkpoint, if there is one: its points are reported again through
// `points`; what was found wrong in the folder is recorded as text "notice" and printed;
// so is the update after which the training resumes.
std::optional<Checkpoint> resume_training(CheckpointFolder& folder, Recorder& recorder,
                                          PointLog& points);

}  // namespace polysweep
