#include "experiments/training/loss.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "experiments/tensors/simd.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

// Rows whose logits live at once: enough for the matrix product to run at full
// speed, few enough (10 MB at V = 10,000) to stay in a shared cache.
constexpr std::int64_t kChunk = 256;

struct Sums {
  double loss = 0;
  double nll = 0;
  std::int64_t correct = 0;
};

struct Smoothing {
  std::int64_t vocabulary;
  double amount;
};

// One row of logits: adds to `sums`; where `gradient` turns the row into the
// gradient of its loss.
POLYSWEEP_CLONES void finish_row(float* x, std::int64_t target, const Smoothing& smoothing,
                                 bool gradient, Sums& sums) {
  const std::int64_t size = smoothing.vocabulary;
  const std::int64_t whole = size / kLanes * kLanes;
  Floats best = Floats{} + x[0];
  Floats plain = {};
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    const Floats value = load(x + i);
    best = larger(best, value);
    plain += value;
  }
  float most = largest(best);
  double logit_sum = total(plain);
  for (std::int64_t i = whole; i < size; ++i) {
    most = std::max(most, x[i]);
    logit_sum += static_cast<double>(x[i]);
  }
  const float logit = x[target];
  Floats powers = {};
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    const Floats power = exponential(load(x + i) - most);
    powers += power;
    store(x + i, power);
  }
  double power_sum = total(powers);
  for (std::int64_t i = whole; i < size; ++i) {
    x[i] = exponential(Floats{} + (x[i] - most))[0];
    power_sum += static_cast<double>(x[i]);
  }
  const double log_sum = static_cast<double>(most) + std::log(power_sum);
  const double nll = log_sum - static_cast<double>(logit);
  const double share = smoothing.amount / static_cast<double>(size);
  sums.nll += nll;
  sums.loss +=
      (1 - smoothing.amount) * nll + share * (static_cast<double>(size) * log_sum - logit_sum);
  sums.correct += logit >= most;
  if (!gradient) return;
  const float scale = static_cast<float>(1 / power_sum);
  const float shift = static_cast<float>(share);
  for (std::int64_t i = 0; i < whole; i += kLanes) store(x + i, load(x + i) * scale - shift);
  for (std::int64_t i = whole; i < size; ++i) x[i] = x[i] * scale - shift;
  x[target] -= static_cast<float>(1 - smoothing.amount);
}

// The same for all rows of a chunk, in tensor operations: any device and type.
at::Tensor finish_rows(const at::Tensor& logits, const at::Tensor& targets, double amount,
                       at::Tensor& sums) {
  const at::Tensor column = targets.unsqueeze(1);
  const at::Tensor logit = logits.gather(1, column);
  const at::Tensor log_p = at::log_softmax(logits, 1);
  const at::Tensor nll = -log_p.gather(1, column).sum();
  const double share = amount / static_cast<double>(logits.size(1));
  const at::Tensor loss = (1 - amount) * nll - share * log_p.sum();
  const at::Tensor correct = logit.ge(logits.amax(1, true)).sum();
  sums += at::stack({loss, nll, correct.to(loss.scalar_type())}).to(sums.scalar_type());
  return log_p.exp() - share - (1 - amount) * at::zeros_like(logits).scatter_(1, column, 1.0);
}

struct Gradients {
  at::Tensor hidden;
  at::Tensor embedding;
};

// -> [3] double: loss, nll, correct. Fills `gradients` where it is not null.
at::Tensor all_chunks(const at::Tensor& hidden, const at::Tensor& embedding,
                      const at::Tensor& targets, double amount, Gradients* gradients) {
  const std::int64_t rows = hidden.size(0);
  const Smoothing smoothing{embedding.size(0), amount};
  const bool fast = hidden.device().is_cpu() && hidden.scalar_type() == at::kFloat;
  at::Tensor buffer = at::empty({std::min(rows, kChunk), smoothing.vocabulary}, hidden.options());
  at::Tensor sums = at::zeros({3}, hidden.options().dtype(at::kDouble));
  Sums fast_sums;
  for (std::int64_t first = 0; first < rows; first += kChunk) {
    const std::int64_t count = std::min(kChunk, rows - first);
    const at::Tensor part = hidden.narrow(0, first, count);
    const at::Tensor goals = targets.narrow(0, first, count);
    at::Tensor logits = buffer.narrow(0, 0, count);
    at::mm_out(logits, part, embedding.t());
    if (fast) {
      float* row = logits.data_ptr<float>();
      const std::int64_t* target = goals.data_ptr<std::int64_t>();
      for (std::int64_t i = 0; i < count; ++i, row += smoothing.vocabulary) {
        finish_row(row, target[i], smoothing, gradients != nullptr, fast_sums);
      }
    } else {
      logits = finish_rows(logits, goals, amount, sums);
    }
    if (gradients == nullptr) continue;
    at::Tensor place = gradients->hidden.narrow(0, first, count);
    at::mm_out(place, logits, embedding);
    gradients->embedding.addmm_(logits.t(), part, first == 0 ? 0 : 1);
  }
  if (!fast) return sums;
  return at::tensor({fast_sums.loss, fast_sums.nll, static_cast<double>(fast_sums.correct)},
                    at::kDouble);
}

struct SmoothedLoss : torch::autograd::Function<SmoothedLoss> {
  using Context = torch::autograd::AutogradContext;
  using Tensors = torch::autograd::variable_list;

  static at::Tensor forward(Context* context, const at::Tensor& hidden, const at::Tensor& embedding,
                            const at::Tensor& targets, double amount) {
    Gradients gradients{at::empty_like(hidden), at::zeros_like(embedding)};
    const at::Tensor sums = all_chunks(hidden, embedding, targets, amount, &gradients);
    context->save_for_backward({gradients.hidden, gradients.embedding});
    return sums;
  }

  static Tensors backward(Context* context, const Tensors& outer) {
    const Tensors saved = context->get_saved_variables();
    const at::Tensor scale = outer[0][0];
    if (scale.device().is_cpu() && scale.item<double>() == 1) {
      return {saved[0], saved[1], at::Tensor(), at::Tensor()};
    }
    const at::Tensor factor = scale.to(saved[0].scalar_type());
    return {saved[0] * factor, saved[1] * factor, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

Loss label_smoothed_loss(const at::Tensor& hidden, const at::Tensor& embedding,
                         const at::Tensor& targets, double smoothing) {
  check(hidden.size(0) == targets.size(0), "each row has a target");
  check(hidden.size(1) == embedding.size(1), "hidden rows are as wide as the embedding");
  check(smoothing >= 0 && smoothing < 1, "smoothing is a share");
  const at::Tensor rows = hidden.contiguous();
  const at::Tensor goals = targets.contiguous();
  const at::Tensor sums = at::GradMode::is_enabled()
                              ? SmoothedLoss::apply(rows, embedding, goals, smoothing)
                              : all_chunks(rows, embedding, goals, smoothing, nullptr);
  return {sums[0], sums.detach()[1], sums.detach()[2].to(at::kLong)};
}

}  // namespace polysweep
