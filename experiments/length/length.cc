// The experiment `length`: a decoder is trained on short sequences and tested on longer
// ones.

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiments/encodings/encoding.h"
#include "experiments/experiments.h"
#include "experiments/length/length_task.h"
#include "experiments/model/model_parameters.h"
#include "experiments/parameter_declarations.h"
#include "experiments/training/checkpoint.h"
#include "experiments/training/loss.h"
#include "experiments/training/optimizer.h"
#include "experiments/training/training_state.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::int64_t kTestStep = 4;  // lengths 4, 8, 12, ... are tested
constexpr std::int64_t kTestSequences = 32;
constexpr double kProgressOfTest = 0.1;

struct Answers {
  Loss loss;
  std::int64_t count = 0;
  // [count] bool: which are correct, in the order of the queries. Evaluations only.
  at::Tensor correct;
};

Answers answer(const Transformer& model, const LengthExamples& examples, const DropoutKey* key) {
  const at::Device device = model.options().device;
  const std::vector<std::vector<std::int32_t>> sources(examples.inputs.size(),
                                                       {LengthTask::kAnswer});
  const TokenRows source = token_rows(sources, device);
  const at::Tensor hidden = model.forward(source, token_rows(examples.inputs, device), key);
  const at::Tensor asked = at::tensor(examples.asked, at::kLong).to(device);
  const at::Tensor answers = at::tensor(examples.answers, at::kLong).to(device);
  const at::Tensor rows = hidden.index_select(0, asked);
  Answers result{label_smoothed_loss(rows, model.embedding(), answers, 0), asked.size(0), {}};
  if (!at::GradMode::is_enabled()) result.correct = model.logits(rows).argmax(1).eq(answers).cpu();
  return result;
}

LengthTask task_of(const Parameters& parameters) {
  LengthTaskOptions options;
  options.task = parameters.text("task");
  options.symbols = parameters.integer("symbols");
  if (const Value* distance = parameters.find("distance")) options.distance = distance->integer();
  return LengthTask(options);
}

// Lengths that are trained on and tested, as a trial's parameters give them.
struct Lengths {
  std::int64_t trained = 0;
  std::vector<std::int64_t> tested;  // ascending
};

// Throws Error unless there are lengths to train on and longer ones to test.
Lengths lengths_of(const Parameters& parameters, const LengthTask& task) {
  Lengths lengths{parameters.integer("longest_trained"), {}};
  const std::int64_t longest = parameters.integer("longest_tested");
  const std::int64_t symbols = parameters.integer("symbols");
  if (longest > symbols) {
    fail(
        "longest_tested {} is above symbols, which is {}: a sequence needs as many different "
        "symbols as it is long",
        longest, symbols);
  }
  for (std::int64_t length = kTestStep; length <= longest; length += kTestStep)
    if (length >= task.shortest()) lengths.tested.push_back(length);
  const bool both = !lengths.tested.empty() && lengths.tested.front() <= lengths.trained &&
                    lengths.tested.back() > lengths.trained;
  if (!both) {
    fail(
        "longest_trained {} and longest_tested {} do not fit: expected a tested length (a "
        "multiple of {}, at least {}) up to longest_trained and one above it",
        lengths.trained, longest, kTestStep, task.shortest());
  }
  return lengths;
}

class Mean {
 public:
  void add(double value) {
    sum_ += value;
    ++count_;
  }
  double value() const { return sum_ / count_; }

 private:
  double sum_ = 0;
  int count_ = 0;
};

// Sequences without a wrong answer.
double faultless_share(const at::Tensor& correct, const LengthExamples& examples) {
  Mean faultless;
  std::int64_t first = 0;
  for (const std::int64_t count : examples.asked_of_input) {
    faultless.add(correct.narrow(0, first, count).all().item<bool>() ? 1 : 0);
    first += count;
  }
  return faultless.value();
}

// One trial's training and test.
class LengthTrial {
 public:
  LengthTrial(const TrialContext& context, Recorder& recorder)
      : parameters_(context.trial.parameters),
        recorder_(recorder),
        checkpoints_(system_files(), context.trial_folder, context.trial.id),
        task_(task_of(parameters_)),
        lengths_(lengths_of(parameters_, task_)),
        seed_(static_cast<std::uint64_t>(parameters_.integer("seed"))),
        updates_(parameters_.integer("updates")),
        model_(transformer_options(parameters_,
                                   {task_.vocabulary(), task_.input_tokens(lengths_.tested.back())},
                                   context.device),
               seed_),
        flat_(model_.parameters()),
        adam_(flat_, {}) {}

  RunEnd run() {
    RunEnd end = train();
    if (end == RunEnd::kDone) end = test();
    if (end != RunEnd::kStopped) checkpoints_.clear();
    return end;
  }

 private:
  // A function of the update alone: a resumed training needs no state of a random
  // stream.
  LengthExamples drawn(std::int64_t update) const {
    RandomStream random(seed_, "length examples", static_cast<std::uint64_t>(update));
    const auto lengths = static_cast<std::uint64_t>(lengths_.trained - task_.shortest() + 1);
    const std::int64_t budget = parameters_.integer("batch_tokens");
    LengthExamples examples;
    while (examples.rows < budget)
      task_.append(task_.shortest() + static_cast<std::int64_t>(random.below(lengths)), random,
                   examples);
    return examples;
  }

  // False where loss or gradient is not finite.
  bool update(double rate) {
    const LengthExamples examples = drawn(adam_.updates());
    const DropoutKey key{seed_, static_cast<std::uint64_t>(adam_.updates())};
    flat_.zero_gradients();
    const Answers result = answer(model_, examples, &key);
    const double loss = result.loss.sum.item<double>();
    if (!std::isfinite(loss)) return false;
    result.loss.sum.backward();
    loss_sum_ += loss;
    asked_ += result.count;
    tokens_ += examples.rows;
    return std::isfinite(adam_.step(rate, static_cast<double>(result.count)));
  }

  RunEnd train() {
    if (const auto checkpoint = resume_training(checkpoints_, recorder_, points_))
      restore(*checkpoint);
    const LearningRate rate{parameters_.real("learning_rate"), parameters_.integer("warmup")};
    const std::int64_t every = parameters_.integer("evaluate_every");
    const CheckpointInterval interval = checkpoint_interval();
    double saved_at_s = system_clock().monotonic_s();
    while (adam_.updates() < updates_) {
      const double began_s = system_clock().monotonic_s();
      const bool finite = update(rate.after(adam_.updates()));
      train_seconds_ += system_clock().monotonic_s() - began_s;
      if (!finite) {
        recorder_.metric("training_loss", adam_.updates() + 1,
                         std::numeric_limits<double>::quiet_NaN());
        return RunEnd::kDiverged;
      }
      const std::int64_t step = adam_.updates();
      if (step % every == 0 || step == updates_) report(step);
      progress(0);
      const bool stop = recorder_.stop_requested();
      if (stop || interval.due(step, system_clock().monotonic_s() - saved_at_s)) {
        save();
        saved_at_s = system_clock().monotonic_s();
      }
      if (stop) return RunEnd::kStopped;
    }
    recorder_.metric("tokens", updates_, static_cast<double>(tokens_));
    recorder_.metric("train_seconds", updates_, train_seconds_);
    recorder_.metric("parameters", updates_, static_cast<double>(flat_.count()));
    if (const auto rank = model_.position_rank()) {
      recorder_.metric(kPositionRank, updates_, static_cast<double>(*rank));
    }
    recorder_.text("weights_sha256", updates_, weights_sha256(flat_));
    return RunEnd::kDone;
  }

  void report(std::int64_t step) {
    points_.report(recorder_, "training_loss", step, loss_sum_ / static_cast<double>(asked_));
    loss_sum_ = 0;
    asked_ = 0;
  }

  // `tested`: the share of the test that is done.
  void progress(double tested) {
    const auto updates = static_cast<double>(updates_);
    recorder_.progress(static_cast<double>(adam_.updates()) + updates * kProgressOfTest * tested,
                       updates * (1 + kProgressOfTest));
  }

  void save() {
    Checkpoint checkpoint;
    checkpoint.integers = {{"asked", asked_}, {"tokens", tokens_}};
    checkpoint.reals = {{"train seconds", train_seconds_}, {"loss sum", loss_sum_}};
    points_.save(checkpoint);
    save_weights(checkpoint, flat_.values(), adam_);
    checkpoints_.save(std::move(checkpoint));
  }

  void restore(const Checkpoint& checkpoint) {
    restore_weights(checkpoint, flat_, adam_);
    asked_ = checkpoint.integer("asked");
    tokens_ = checkpoint.integer("tokens");
    train_seconds_ = checkpoint.real("train seconds");
    loss_sum_ = checkpoint.real("loss sum");
  }

  // The same sequences for every trial of a task.
  RunEnd test() {
    at::NoGradGuard no_gradients;
    Mean within;
    Mean beyond;
    for (const std::int64_t length : lengths_.tested) {
      RandomStream random(0, "length test", static_cast<std::uint64_t>(length));
      LengthExamples examples;
      for (std::int64_t i = 0; i < kTestSequences; ++i) task_.append(length, random, examples);
      const Answers result = answer(model_, examples, nullptr);
      const double accuracy = result.correct.to(at::kDouble).mean().item<double>();
      recorder_.metric("length_accuracy", length, accuracy);
      recorder_.metric("length_whole", length, faultless_share(result.correct, examples));
      (length <= lengths_.trained ? within : beyond).add(accuracy);
      progress(static_cast<double>(length) / static_cast<double>(lengths_.tested.back()));
      if (recorder_.stop_requested()) {
        save();
        return RunEnd::kStopped;
      }
    }
    recorder_.metric("accuracy_trained", updates_, within.value());
    recorder_.metric("accuracy_longer", updates_, beyond.value());
    return RunEnd::kDone;
  }

  const Parameters& parameters_;
  Recorder& recorder_;
  CheckpointFolder checkpoints_;
  LengthTask task_;
  Lengths lengths_;
  std::uint64_t seed_;
  std::int64_t updates_;
  Transformer model_;
  FlatParameters flat_;
  Adam adam_;
  PointLog points_;
  double train_seconds_ = 0;
  double loss_sum_ = 0;  // since the previous point, and the number of answers summed
  std::int64_t asked_ = 0;
  std::int64_t tokens_ = 0;
};

class Length : public Experiment {
 public:
  RunEnd run(const TrialContext& context, Recorder& recorder) override {
    return LengthTrial(context, recorder).run();
  }
};

std::vector<ParameterSpec> length_parameters() {
  std::vector<ParameterSpec> specs = {
      text_parameter("task", length_tasks(), "what the model has to answer"),
      parameter_when(
          integer_parameter("distance", 3, {1, 64}, "positions back to the recalled symbol"),
          "task", {Value("recall")}),
      integer_parameter("symbols", 160, {2, 65536}, "number of different symbols"),
      integer_parameter("longest_trained", 32, {1, 4096}, "longest sequence trained on", "symbols"),
      integer_parameter("longest_tested", 128, {kTestStep, 4096},
                        "longest sequence tested; lengths are multiples of 4", "symbols"),
  };
  const std::vector<ParameterSpec> model = model_parameters();
  specs.insert(specs.end(), model.begin(), model.end());
  const std::vector<ParameterSpec> training = {
      integer_parameter("updates", 1000, {1, 1e9}, "number of weight updates"),
      integer_parameter("batch_tokens", 2048, {16, 1e7}, "tokens of an update, at least", "tokens"),
      real_parameter("learning_rate", 0.002, {0, 10}, "peak of the inverse-square-root schedule"),
      integer_parameter("warmup", 200, {1, 1e9}, "updates until the learning rate peaks"),
      integer_parameter("evaluate_every", 100, {1, 1e9}, "updates between reports of the loss"),
      integer_parameter("seed", 0, {0, 9e15}, "seed of initial weights, examples and dropout"),
  };
  specs.insert(specs.end(), training.begin(), training.end());
  return specs;
}

}  // namespace

ExperimentSpec length_spec() {
  ExperimentSpec spec;
  spec.name = "length";
  spec.version = 1;
  spec.doc = "a decoder is trained on short sequences and tested on longer ones";
  spec.clock = "updates";
  spec.schema = Schema(with_roles(length_parameters(), {{"updates", Role::kBudget},
                                                        {"batch_tokens", Role::kBudget},
                                                        {"task", Role::kData},
                                                        {"distance", Role::kData},
                                                        {"symbols", Role::kData},
                                                        {"longest_trained", Role::kData},
                                                        {"dimension", Role::kSize},
                                                        {"ffn_factor", Role::kSize},
                                                        {"heads", Role::kSize},
                                                        {"layers", Role::kSize}}));
  spec.metrics = {
      {"accuracy_longer", Goal::kMaximize, "",
       "share of correct answers, mean over tested lengths above longest_trained"},
      {"accuracy_trained", Goal::kMaximize, "",
       "share of correct answers, mean over tested lengths up to longest_trained"},
      {"training_loss", Goal::kMinimize, "nats/token",
       "mean since the previous report, with dropout", "updates", Role::kProgress},
      {"length_accuracy", Goal::kMaximize, "", "share of correct answers at a tested length",
       "length"},
      {"length_whole", Goal::kMaximize, "",
       "share of sequences of a tested length answered without a mistake", "length"},
      {"tokens", Goal::kMaximize, "tokens", "tokens read in training", "updates", Role::kBudget},
      {"train_seconds", Goal::kMinimize, "s", "time spent in updates", "updates", Role::kCost},
      {"parameters", Goal::kMinimize, "", "number of trainable parameters", "updates", Role::kSize},
      position_rank_metric(),
  };
  return spec;
}

std::unique_ptr<Experiment> make_length() { return std::make_unique<Length>(); }

}  // namespace polysweep
