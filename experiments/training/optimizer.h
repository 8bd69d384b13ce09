// Adam on one flat buffer, with gradient clipping and a learning-rate schedule.
//
// All parameters of a model are stored consecutively in one buffer, their
// gradients in a second, the moments in two more: an update is a few vector
// operations and a checkpoint is four copies.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "experiments/tensors/weights.h"

namespace polysweep {

// The parameters of a model, moved into one buffer with set_data. The model keeps
// using them and must not move them afterwards.
//
// Each parameter starts at a multiple of 64 bytes, so that alignment, on which
// the last bit of a product may depend, is the same in every run; the gaps are
// and stay zero.
class FlatParameters {
 public:
  // Float leaves of one device. Throws Error where there are none.
  explicit FlatParameters(const std::vector<NamedTensor>& parameters);

  // [size] float; writing to them changes the model.
  at::Tensor values() const { return values_; }
  // [size] float; backward() adds to them.
  at::Tensor gradients() const { return gradients_; }
  void zero_gradients();

  // Elements of the buffer, gaps included.
  std::int64_t size() const { return values_.numel(); }
  // Trainable numbers, gaps not counted.
  std::int64_t count() const { return count_; }

 private:
  at::Tensor values_;
  at::Tensor gradients_;
  std::int64_t count_ = 0;
};

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.98;
  double epsilon = 1e-8;
  double clip = 0;  // largest norm of the complete gradient; 0: no clipping
};

// Adam (Kingma & Ba 2015, algorithm 1) with bias correction.
class Adam {
 public:
  Adam(FlatParameters& parameters, AdamOptions options);

  // One update with the gradients in the buffer, divided by `divisor` first
  // (the number of tokens the loss was summed over). Returns the norm of the
  // divided gradient, before clipping. If it is NaN or infinite nothing is
  // changed: the training has diverged.
  double step(double learning_rate, double divisor = 1);

  // For checkpoints: updates made so far, and [size] moments.
  std::int64_t updates() const { return updates_; }
  void set_updates(std::int64_t updates) { updates_ = updates; }
  at::Tensor first_moment() const { return first_; }
  at::Tensor second_moment() const { return second_; }

 private:
  FlatParameters& parameters_;
  AdamOptions options_;
  std::int64_t updates_ = 0;
  at::Tensor first_;
  at::Tensor second_;
  at::Tensor scratch_;
};

// The inverse-square-root schedule (Vaswani 2017, with fairseq's linear warm-up
// from a small rate): `before` updates were made, the rate of the next one is
//   start + before * (peak - start) / warmup   while before < warmup,
//   peak * sqrt(warmup / before)               from then on.
struct LearningRate {
  double peak = 0.005;
  std::int64_t warmup = 2000;  // >= 1
  double start = 1e-7;

  double after(std::int64_t before) const;
};

}  // namespace polysweep
