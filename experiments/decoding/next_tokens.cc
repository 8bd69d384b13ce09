#include "experiments/decoding/next_tokens.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "experiments/tensors/simd.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

// Rows whose logits live at once: a decoding step of usual size is one product, for
// which the embedding is packed once.
constexpr std::int64_t kChunk = 512;
// Logits whose largest is known before any of them is looked at.
constexpr std::int64_t kGroup = 4 * kLanes;

struct Choice {
  float logit;
  std::int64_t token;
};

// What choosing from one row needs besides the row.
struct Workspace {
  std::vector<float> group_best;
  std::vector<float> sorted;
  std::vector<Choice> choices;
};

POLYSWEEP_CLONES void find_group_best(const float* x, std::int64_t size, float* best) {
  const std::int64_t whole = size / kGroup * kGroup;
  for (std::int64_t i = 0; i < whole; i += kGroup) {
    Floats lanes = load(x + i);
    for (std::int64_t k = kLanes; k < kGroup; k += kLanes) lanes = larger(lanes, load(x + i + k));
    *best++ = largest(lanes);
  }
  if (whole < size) *best = *std::max_element(x + whole, x + size);
}

// The logarithm of the sum of e^x; `most` is the largest.
POLYSWEEP_CLONES double log_sum(const float* x, std::int64_t size, float most) {
  const std::int64_t whole = size / kLanes * kLanes;
  Floats powers = {};
  for (std::int64_t i = 0; i < whole; i += kLanes) powers += exponential(load(x + i) - most);
  double sum = total(powers);
  for (std::int64_t i = whole; i < size; ++i)
    sum += static_cast<double>(exponential(Floats{} + (x[i] - most))[0]);
  return static_cast<double>(most) + std::log(sum);
}

// As many groups have a logit that is not below this as choices are wanted, so no
// choice is below it. NaN has no order: a row with one has no such bound.
float floor_of(Workspace& work, std::size_t count) {
  const bool ordered = std::none_of(work.group_best.begin(), work.group_best.end(),
                                    [](float best) { return std::isnan(best); });
  if (!ordered || work.group_best.size() < count) return -std::numeric_limits<float>::infinity();
  work.sorted = work.group_best;
  const auto last = work.sorted.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::nth_element(work.sorted.begin(), last, work.sorted.end(), std::greater<>());
  return *last;
}

void choose(const float* x, std::int64_t size, std::int64_t count, Workspace& work) {
  const float floor = floor_of(work, static_cast<std::size_t>(count));
  work.choices.clear();
  for (std::size_t group = 0; group < work.group_best.size(); ++group) {
    if (work.group_best[group] < floor) continue;
    const std::int64_t first = static_cast<std::int64_t>(group) * kGroup;
    const std::int64_t end = std::min(first + kGroup, size);
    for (std::int64_t i = first; i < end; ++i)
      if (!(x[i] < floor)) work.choices.push_back({x[i], i});
  }
  check(static_cast<std::int64_t>(work.choices.size()) >= count,
        "a row has as many choices as are wanted");
  std::partial_sort(work.choices.begin(), work.choices.begin() + count, work.choices.end(),
                    [](const Choice& a, const Choice& b) {
                      if (std::isnan(a.logit) != std::isnan(b.logit)) return std::isnan(a.logit);
                      if (a.logit > b.logit || a.logit < b.logit) return a.logit > b.logit;
                      return a.token < b.token;
                    });
}

void add_row(const float* x, std::int64_t size, NextTokens& found, Workspace& work) {
  find_group_best(x, size, work.group_best.data());
  choose(x, size, found.width, work);
  const double most = static_cast<double>(work.choices[0].logit);
  const double sum = found.width == 1 ? 0 : log_sum(x, size, static_cast<float>(most));
  for (std::int64_t i = 0; i < found.width; ++i) {
    const Choice& choice = work.choices[static_cast<std::size_t>(i)];
    found.tokens.push_back(choice.token);
    found.scores.push_back(static_cast<float>(static_cast<double>(choice.logit) - sum));
  }
}

template <typename T>
void append(std::vector<T>& to, const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kCPU).contiguous();
  const T* data = flat.data_ptr<T>();
  to.insert(to.end(), data, data + flat.numel());
}

// The same in tensor operations: any device and type.
void add_rows(const at::Tensor& logits, NextTokens& found) {
  const auto [scores, tokens] = logits.topk(found.width, 1);
  append(found.tokens, tokens);
  append(found.scores, found.width == 1
                           ? scores.to(at::kFloat)
                           : (scores - logits.logsumexp(1, /*keepdim=*/true)).to(at::kFloat));
}

}  // namespace

NextTokens best_next_tokens(const at::Tensor& hidden, const at::Tensor& embedding,
                            std::int64_t count) {
  const std::int64_t rows = hidden.size(0);
  const std::int64_t size = embedding.size(0);
  check(count >= 1, "a row is asked for at least one token");
  check(hidden.size(1) == embedding.size(1), "hidden rows are as wide as the embedding");
  const bool fast = hidden.device().is_cpu() && hidden.scalar_type() == at::kFloat;
  NextTokens found;
  found.width = std::min(count, size);
  Workspace work;
  work.group_best.resize(static_cast<std::size_t>((size + kGroup - 1) / kGroup));
  at::Tensor buffer = at::empty({std::min(rows, kChunk), size}, hidden.options());
  for (std::int64_t first = 0; first < rows; first += kChunk) {
    const std::int64_t chunk = std::min(kChunk, rows - first);
    at::Tensor logits = buffer.narrow(0, 0, chunk);
    at::mm_out(logits, hidden.narrow(0, first, chunk), embedding.t());
    if (!fast) {
      add_rows(logits, found);
      continue;
    }
    const float* x = logits.data_ptr<float>();
    for (std::int64_t r = 0; r < chunk; ++r) add_row(x + r * size, size, found, work);
  }
  return found;
}

}  // namespace polysweep
