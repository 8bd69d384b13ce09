// The training of a Transformer: updates, evaluations, checkpoints, metrics.
//
// A training is a pure function of model seed, texts and options: it may be
// stopped after any update and resumed from its checkpoint, in another
// process, and reports the same values (times excepted) and ends with the same
// weights, bit for bit, within one class of build and machine.
//
// Metrics, at every evaluation, step = updates made: training_loss (label-smoothed,
// per token, with dropout, over the updates since the evaluation before),
// validation_loss (label-smoothed), validation_nll, validation_accuracy, learning_rate, tokens
// (target tokens trained on so far, ends counted), train_seconds (time so far,
// evaluations and checkpoints excluded).
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "experiments/model/transformer.h"
#include "experiments/text/batch.h"
#include "experiments/training/checkpoint.h"
#include "experiments/training/optimizer.h"
#include "experiments/training/training_state.h"
#include "framework/core/clock.h"
#include "framework/sweep/experiment.h"

namespace polysweep {

struct TrainingOptions {
  std::int64_t updates = 1000;
  std::int64_t batch_tokens = 4096;  // as Batcher counts them
  LearningRate learning_rate;
  AdamOptions adam;
  double label_smoothing = 0.1;
  std::int64_t evaluate_every = 0;  // updates; 0: after every epoch
  // Evaluations in a row without a new lowest validation_loss that end the training;
  // 0: never.
  std::int64_t patience = 0;
  // Evaluations whose weights average() takes the mean of (of evaluations after
  // every epoch those of complete epochs); 0 or 1: the last weights.
  std::int64_t average = 0;
  std::uint64_t seed = 0;  // of data order and dropout
};

class Training {
 public:
  // Model, texts and clock outlive the training. Throws Error for texts that
  // do not fit the options (batch.h).
  Training(Transformer& model, const EncodedText& train, const EncodedText& valid,
           const TrainingOptions& options, const Clock& clock = system_clock());

  // Resumes from the folder's checkpoint if there is one (all points up to there
  // are reported again, since those of the previous attempt may not have arrived;
  // what was found wrong in the folder is recorded as text "notice"), trains to the end and
  // evaluates. kDiverged: a loss or a gradient was NaN or infinite;
  // training_loss is then recorded as NaN. kStopped: a stop was requested; a
  // checkpoint of the last update was written.
  RunEnd run(Recorder& recorder, CheckpointFolder& checkpoints, const CheckpointInterval& interval);

  // Writes a checkpoint of the current state.
  void save(CheckpointFolder& checkpoints);

  // Puts the mean weights of the last `average` evaluations into the model. Call it
  // last: run() must not be called afterwards; save() still saves the weights
  // before averaging.
  void average();

  // SHA-256 (hex) over the model's weights as they are now: the flat buffer as
  // little-endian floats.
  std::string weights_sha256() const;

  std::int64_t updates() const { return adam_.updates(); }
  std::int64_t tokens() const { return tokens_; }
  double train_seconds() const { return train_seconds_; }
  // Trainable numbers.
  std::int64_t parameter_count() const { return parameters_.count(); }
  // Share of padding a padded batch would have had, of the current epoch. The
  // model works on packed rows: no padding is ever computed.
  double padding_fraction() const { return batcher_.padding().fraction(); }

 private:
  struct Evaluation {
    double loss = 0;
    double nll = 0;
    double accuracy = 0;
  };

  void resume(Recorder& recorder, CheckpointFolder& checkpoints);
  void restore(const Checkpoint& checkpoint);
  // One update. False where loss or gradient is not finite.
  bool update();
  bool evaluation_is_due() const;
  Evaluation validate() const;
  void evaluate(Recorder& recorder);

  Transformer& model_;
  const EncodedText& valid_;
  TrainingOptions options_;
  const Clock& clock_;
  FlatParameters parameters_;
  Adam adam_;
  Batcher batcher_;

  std::int64_t tokens_ = 0;
  double train_seconds_ = 0;
  double loss_sum_ = 0;  // since the evaluation before, and its tokens
  std::int64_t loss_tokens_ = 0;
  bool epoch_ended_ = false;
  PointLog reported_;
  std::int64_t evaluations_ = 0;
  std::int64_t evaluations_without_gain_ = 0;
  double best_valid_loss_ = 0;
  std::deque<at::Tensor> snapshots_;  // weights of the last evaluations
  bool averaged_ = false;
  at::Tensor last_values_;  // once averaged_: the weights before averaging
};

}  // namespace polysweep
