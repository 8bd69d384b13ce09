#include "experiments/training/training.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "experiments/training/loss.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

struct Forward {
  Loss loss;
  std::int64_t tokens = 0;
};

Forward forward(const Transformer& model, const Batch& batch, double smoothing,
                const DropoutKey* key) {
  const at::Device device = model.options().device;
  const at::Tensor hidden =
      model.forward(token_rows(batch.source, device), token_rows(batch.target_input, device), key);
  const at::Tensor targets = at::tensor(batch.target_output, at::kLong).to(device);
  return {label_smoothed_loss(hidden, model.embedding(), targets, smoothing), batch.target_tokens};
}

std::string snapshot_name(std::size_t index) { return fmt::format("snapshot {}", index); }

}  // namespace

Training::Training(Transformer& model, const EncodedText& train, const EncodedText& valid,
                   const TrainingOptions& options, const Clock& clock)
    : model_(model),
      valid_(valid),
      options_(options),
      clock_(clock),
      parameters_(model.parameters()),
      adam_(parameters_, options.adam),
      batcher_(train, options.batch_tokens, options.seed) {}

RunEnd Training::run(Recorder& recorder, CheckpointFolder& checkpoints,
                     const CheckpointInterval& interval) {
  resume(recorder, checkpoints);
  const auto total = static_cast<double>(options_.updates);
  double saved_at_s = clock_.monotonic_s();
  const auto patient = [&] {
    return options_.patience == 0 || evaluations_without_gain_ < options_.patience;
  };
  while (updates() < options_.updates && patient()) {
    const double began_s = clock_.monotonic_s();
    const bool finite = update();
    train_seconds_ += clock_.monotonic_s() - began_s;
    if (!finite) {
      recorder.metric("training_loss", updates() + 1, std::numeric_limits<double>::quiet_NaN());
      return RunEnd::kDiverged;
    }
    if (evaluation_is_due()) evaluate(recorder);
    recorder.progress(static_cast<double>(updates()), total);
    const bool stop = recorder.stop_requested();
    if (stop || interval.due(updates(), clock_.monotonic_s() - saved_at_s)) {
      save(checkpoints);
      saved_at_s = clock_.monotonic_s();
    }
    if (stop) return RunEnd::kStopped;
  }
  return RunEnd::kDone;
}

bool Training::update() {
  const Batch batch = batcher_.next();
  epoch_ended_ =
      batcher_.cursor().index == 0 || batcher_.cursor().index == batcher_.batches_in_epoch();
  const DropoutKey key{options_.seed, static_cast<std::uint64_t>(updates())};
  parameters_.zero_gradients();
  const Forward result = forward(model_, batch, options_.label_smoothing, &key);
  const double loss = result.loss.sum.item<double>();
  if (!std::isfinite(loss)) return false;
  result.loss.sum.backward();
  const double norm =
      adam_.step(options_.learning_rate.after(updates()), static_cast<double>(result.tokens));
  if (!std::isfinite(norm)) return false;
  loss_sum_ += loss;
  loss_tokens_ += result.tokens;
  tokens_ += result.tokens;
  return true;
}

bool Training::evaluation_is_due() const {
  if (updates() == options_.updates) return true;
  return options_.evaluate_every == 0 ? epoch_ended_ : updates() % options_.evaluate_every == 0;
}

Training::Evaluation Training::validate() const {
  at::NoGradGuard no_gradients;
  Evaluation sums;
  std::int64_t tokens = 0;
  for (const Batch& batch : ordered_batches(valid_, options_.batch_tokens)) {
    const Forward result = forward(model_, batch, options_.label_smoothing, nullptr);
    sums.loss += result.loss.sum.item<double>();
    sums.nll += result.loss.nll.item<double>();
    sums.accuracy += static_cast<double>(result.loss.correct.item<std::int64_t>());
    tokens += result.tokens;
  }
  const auto count = static_cast<double>(tokens);
  return {sums.loss / count, sums.nll / count, sums.accuracy / count};
}

void Training::evaluate(Recorder& recorder) {
  check(!averaged_, "weights are averaged after the last evaluation");
  const Evaluation valid = validate();
  const std::int64_t step = updates();
  for (const auto& [series, value] : std::initializer_list<std::pair<const char*, double>>{
           {"training_loss", loss_sum_ / static_cast<double>(loss_tokens_)},
           {"validation_loss", valid.loss},
           {"validation_nll", valid.nll},
           {"validation_accuracy", valid.accuracy},
           {"learning_rate", options_.learning_rate.after(step - 1)},
           {"tokens", static_cast<double>(tokens_)},
           {"train_seconds", train_seconds_}}) {
    reported_.report(recorder, series, step, value);
  }
  loss_sum_ = 0;
  loss_tokens_ = 0;
  const bool gained = evaluations_ == 0 || valid.loss < best_valid_loss_;
  if (gained) best_valid_loss_ = valid.loss;
  evaluations_without_gain_ = gained ? 0 : evaluations_without_gain_ + 1;
  ++evaluations_;
  // With an evaluation after each epoch, an epoch that the last update cuts short is
  // not averaged.
  const bool complete = options_.evaluate_every > 0 || epoch_ended_;
  if (options_.average <= 1 || !complete) return;
  snapshots_.push_back(parameters_.values().clone());
  if (static_cast<std::int64_t>(snapshots_.size()) > options_.average) snapshots_.pop_front();
}

void Training::save(CheckpointFolder& checkpoints) {
  Checkpoint checkpoint;
  checkpoint.integers = {{"epoch", batcher_.cursor().epoch},
                         {"batch", batcher_.cursor().index},
                         {"tokens", tokens_},
                         {"loss tokens", loss_tokens_},
                         {"evaluations", evaluations_},
                         {"evaluations without gain", evaluations_without_gain_},
                         {"snapshots", static_cast<std::int64_t>(snapshots_.size())}};
  checkpoint.reals = {{"train seconds", train_seconds_},
                      {"loss sum", loss_sum_},
                      {"best valid loss", best_valid_loss_}};
  reported_.save(checkpoint);
  save_weights(checkpoint, averaged_ ? last_values_ : parameters_.values(), adam_);
  for (std::size_t i = 0; i < snapshots_.size(); ++i)
    checkpoint.tensors[snapshot_name(i)] = to_floats(snapshots_[i]);
  checkpoints.save(std::move(checkpoint));
}

void Training::resume(Recorder& recorder, CheckpointFolder& checkpoints) {
  if (const auto checkpoint = resume_training(checkpoints, recorder, reported_)) {
    restore(*checkpoint);
  }
}

void Training::restore(const Checkpoint& checkpoint) {
  const auto size = static_cast<std::size_t>(parameters_.size());
  restore_weights(checkpoint, parameters_, adam_);
  snapshots_.clear();
  const auto snapshots = static_cast<std::size_t>(checkpoint.integer("snapshots"));
  for (std::size_t i = 0; i < snapshots; ++i) {
    snapshots_.push_back(at::empty_like(parameters_.values()));
    from_floats(checkpoint.tensor(snapshot_name(i), size), snapshots_.back());
  }
  batcher_.seek({checkpoint.integer("epoch"), checkpoint.integer("batch")});
  tokens_ = checkpoint.integer("tokens");
  loss_tokens_ = checkpoint.integer("loss tokens");
  evaluations_ = checkpoint.integer("evaluations");
  evaluations_without_gain_ = checkpoint.integer("evaluations without gain");
  train_seconds_ = checkpoint.real("train seconds");
  loss_sum_ = checkpoint.real("loss sum");
  best_valid_loss_ = checkpoint.real("best valid loss");
}

void Training::average() {
  if (snapshots_.empty() || averaged_) return;
  averaged_ = true;
  at::NoGradGuard no_gradients;
  last_values_ = parameters_.values().clone();
  at::Tensor sum = at::zeros_like(parameters_.values(), at::kDouble);
  for (const at::Tensor& snapshot : snapshots_) sum.add_(snapshot);
  parameters_.values().copy_(sum.div_(static_cast<double>(snapshots_.size())));
}

std::string Training::weights_sha256() const { return polysweep::weights_sha256(parameters_); }

}  // namespace polysweep
