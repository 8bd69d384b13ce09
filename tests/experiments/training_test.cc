#include "experiments/training/training.h"

#include <cmath>
#include <set>
#include <stdexcept>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "tests/experiments/reversal.h"
#include "tests/support/recording_recorder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

// Dies as a process would: without a last word.
struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

class KillingRecorder : public RecordingRecorder {
 public:
  explicit KillingRecorder(std::int64_t update) : update_(update) {}
  void progress(double done, double total) override {
    RecordingRecorder::progress(done, total);
    if (static_cast<std::int64_t>(done) == update_) throw Killed();
  }

 private:
  std::int64_t update_;
};

TrainingOptions small_training() {
  TrainingOptions options;
  options.updates = 12;
  options.batch_tokens = 64;
  options.learning_rate = {0.01, 4, 1e-7};
  options.evaluate_every = 4;
  options.average = 2;
  options.seed = 7;
  return options;
}

struct Result {
  RunEnd end = RunEnd::kDone;
  RecordingRecorder record;
  std::string weights;
  std::string mean_weights;
};

TrialId some_trial() { return TrialId::from_hex("00112233445566778899aabbccddeeff"); }

// Trains (or resumes) in `folder` with `recorder`.
template <typename R>
Result train(const std::filesystem::path& folder, const TrainingOptions& options, R recorder,
             const CheckpointInterval& interval = {}) {
  const EncodedText texts = reversal_text("train", 60, 1);
  const EncodedText valid = reversal_text("valid", 15, 2);
  Transformer model(reversal_model(), options.seed);
  Training training(model, texts, valid, options);
  CheckpointFolder checkpoints(system_files(), folder, some_trial());
  Result result;
  result.end = training.run(recorder, checkpoints, interval);
  result.record = recorder;
  result.weights = training.weights_sha256();
  training.average();
  result.mean_weights = training.weights_sha256();
  return result;
}

using Metrics = std::map<std::string, std::map<std::int64_t, double>>;

// All but times.
Metrics values_of(const RecordingRecorder& record) {
  Metrics all = record.metrics;
  all.erase("train_seconds");
  return all;
}

}  // namespace

TEST_CASE("the same training twice gives the same bits", "[training]") {
  TemporaryFolder first_folder, second_folder, other_folder;
  const Result first = train(first_folder.path(), small_training(), RecordingRecorder());
  const Result second = train(second_folder.path(), small_training(), RecordingRecorder());
  CHECK(first.end == RunEnd::kDone);
  CHECK(first.weights == second.weights);
  CHECK(first.mean_weights == second.mean_weights);
  CHECK(first.mean_weights != first.weights);
  CHECK(values_of(first.record) == values_of(second.record));

  TrainingOptions other = small_training();
  other.seed = 8;
  CHECK(train(other_folder.path(), other, RecordingRecorder()).weights != first.weights);
}

TEST_CASE("every evaluation reports the series", "[training]") {
  TemporaryFolder folder;
  const Result result = train(folder.path(), small_training(), RecordingRecorder());
  for (const char* name : {"training_loss", "validation_loss", "validation_nll",
                           "validation_accuracy", "tokens", "train_seconds", "learning_rate"}) {
    INFO(name);
    std::set<std::int64_t> steps;
    for (const auto& [step, value] : result.record.metrics.at(name)) {
      steps.insert(step);
      CHECK(std::isfinite(value));
    }
    CHECK(steps == std::set<std::int64_t>{4, 8, 12});
  }
  CHECK(result.record.progress_calls == 12);
  CHECK(result.record.progress_total == 12);
  CHECK(result.record.last("learning_rate") == Approx(0.01 * std::sqrt(4.0 / 11.0)));
}

TEST_CASE("a training stopped after any update ends with the bits of an undisturbed one",
          "[training]") {
  TemporaryFolder undisturbed_folder;
  const Result whole = train(undisturbed_folder.path(), small_training(), RecordingRecorder());
  for (std::int64_t update = 1; update <= 12; ++update) {
    INFO("stopped after update " << update);
    TemporaryFolder folder;
    RecordingRecorder stopping;
    stopping.stop_at_progress = static_cast<double>(update);
    const Result first = train(folder.path(), small_training(), stopping);
    REQUIRE(first.end == RunEnd::kStopped);
    const Result second = train(folder.path(), small_training(), RecordingRecorder());
    CHECK(second.end == RunEnd::kDone);
    CHECK(second.record.progress_calls == 12 - update);
    CHECK(second.weights == whole.weights);
    CHECK(second.mean_weights == whole.mean_weights);
    CHECK(values_of(second.record) == values_of(whole.record));
  }
}

TEST_CASE("a training killed at any update resumes from its checkpoint to the same bits",
          "[training]") {
  TemporaryFolder undisturbed_folder;
  const Result whole = train(undisturbed_folder.path(), small_training(), RecordingRecorder());
  CheckpointInterval interval;
  interval.updates = 3;
  for (std::int64_t update = 1; update <= 12; ++update) {
    INFO("killed after update " << update);
    TemporaryFolder folder;
    CHECK_THROWS_AS(train(folder.path(), small_training(), KillingRecorder(update), interval),
                    Killed);
    const Result second = train(folder.path(), small_training(), RecordingRecorder(), interval);
    const std::int64_t saved = (update - 1) / 3 * 3;
    CHECK(second.record.progress_calls == 12 - saved);
    CHECK(second.weights == whole.weights);
    CHECK(second.mean_weights == whole.mean_weights);
    CHECK(values_of(second.record) == values_of(whole.record));
  }
}

TEST_CASE("a damaged checkpoint costs updates, not bits, and is reported", "[training]") {
  TemporaryFolder undisturbed_folder, folder;
  const Result whole = train(undisturbed_folder.path(), small_training(), RecordingRecorder());
  CheckpointInterval interval;
  interval.updates = 3;
  CHECK_THROWS_AS(train(folder.path(), small_training(), KillingRecorder(8), interval), Killed);
  // Generation 2, of update 6, lies in checkpoint-0.psc.
  std::filesystem::resize_file(folder.path() / "checkpoint-0.psc", 1000);
  const Result second = train(folder.path(), small_training(), RecordingRecorder(), interval);
  CHECK(second.record.progress_calls == 12 - 3);
  CHECK_THAT(second.record.texts.at("notice").at(3), Contains("wrong checksum"));
  CHECK(second.weights == whole.weights);
}

TEST_CASE("checkpoints by time are made while training", "[training]") {
  TemporaryFolder folder;
  CheckpointInterval interval;
  interval.seconds = 1e-9;
  train(folder.path(), small_training(), RecordingRecorder(), interval);
  std::vector<std::string> notices;
  CheckpointFolder checkpoints(system_files(), folder.path(), some_trial());
  CHECK(checkpoints.load(notices).value().step == 12);
}

TEST_CASE("a loss that is not finite ends the training as diverged", "[training]") {
  TemporaryFolder folder;
  TrainingOptions options = small_training();
  options.learning_rate = {1e30, 1, 1e30};
  const Result result = train(folder.path(), options, RecordingRecorder());
  CHECK(result.end == RunEnd::kDiverged);
  const auto& losses = result.record.metrics.at("training_loss");
  CHECK(std::isnan(losses.rbegin()->second));
  CHECK(losses.rbegin()->first <= 3);
}

TEST_CASE("a training ends when its validation loss stays up", "[training]") {
  TemporaryFolder folder;
  TrainingOptions options = small_training();
  options.updates = 40;
  options.evaluate_every = 1;
  options.patience = 2;
  options.average = 0;
  options.learning_rate = {0.5, 1, 0.5};  // wild: the loss does not stay down
  const Result result = train(folder.path(), options, RecordingRecorder());
  CHECK(result.end == RunEnd::kDone);
  CHECK(result.record.last_progress < 40);
  const auto& losses = result.record.metrics.at("validation_loss");
  std::int64_t best = 1;
  for (const auto& [step, loss] : losses)
    if (loss < losses.at(best)) best = step;
  CHECK(losses.rbegin()->first == best + 2);
}

TEST_CASE("evaluations come after every epoch where no interval is given", "[training]") {
  TemporaryFolder folder;
  TrainingOptions options = small_training();
  options.evaluate_every = 0;
  const EncodedText texts = reversal_text("train", 60, 1);
  Batcher batcher(texts, options.batch_tokens, options.seed);
  batcher.next();
  const std::int64_t batches = batcher.batches_in_epoch();
  REQUIRE(batches > 1);
  options.updates = 2 * batches + 1;
  const Result result = train(folder.path(), options, RecordingRecorder());
  std::vector<std::int64_t> steps;
  for (const auto& [step, value] : result.record.metrics.at("validation_loss"))
    steps.push_back(step);
  CHECK(steps == std::vector<std::int64_t>{batches, 2 * batches, 2 * batches + 1});

  // The epoch that was cut short is not averaged.
  TemporaryFolder other;
  options.updates = 2 * batches;
  const Result whole = train(other.path(), options, RecordingRecorder());
  CHECK(result.weights != whole.weights);
  CHECK(result.mean_weights == whole.mean_weights);
}

}  // namespace polysweep
