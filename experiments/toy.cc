// A closed-form objective with known answers, and every way to fail on demand.
//
//   objective = (x - shift)^2 + (y + 1)^2 + noise * n(0)
//   loss(k)   = objective + 1 / k + noise * n(k),  k = 1 ... steps
//   loss_sum  = loss(1) + ... + loss(steps), added in that order
// n(k) is standard normal, a function of seed and k alone. The sum is carried
// from step to step and kept in the checkpoint, so that it shows whether a resumed
// trial continued with the same bits.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "experiments/experiments.h"
#include "experiments/training/checkpoint.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/random_stream.h"

namespace polysweep {

namespace {

void sleep_ms(double ms) {
  if (ms > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms));
}

struct State {
  std::int64_t step = 0;
  double loss_sum = 0;
};

std::optional<State> load(CheckpointFolder& checkpoints) {
  std::vector<std::string> notices;
  const std::optional<Checkpoint> checkpoint = checkpoints.load(notices);
  for (const std::string& notice : notices) std::printf("toy: %s\n", notice.c_str());
  if (!checkpoint) return std::nullopt;
  return State{checkpoint->step, checkpoint->real("loss_sum")};
}

void save(CheckpointFolder& checkpoints, const TrialContext& context, const State& state) {
  system_files().create_folders(context.trial_folder);
  Checkpoint checkpoint;
  checkpoint.step = state.step;
  checkpoint.reals["loss_sum"] = state.loss_sum;
  checkpoints.save(std::move(checkpoint));
}

// Sleeps forever with a heartbeat but without progress.
[[noreturn]] void hang() {
  for (;;) sleep_ms(1000);
}

// Allocates memory and uses it until the system refuses.
[[noreturn]] void eat_memory() {
  constexpr std::size_t kPiece = 16 * 1024 * 1024;
  constexpr std::size_t kMostPieces = 128;
  std::vector<std::vector<char>> eaten;
  while (eaten.size() < kMostPieces) eaten.emplace_back(kPiece, 'x');
  fail("toy allocated as much memory as it may without a limit; set --memory-limit");
}

// Returns true where the fault is a divergence; does not return for the others.
bool break_down(const std::string& fault) {
  if (fault == "nan") return true;
  std::printf("toy: about to fail by %s\n", fault.c_str());
  std::fflush(stdout);
  if (fault == "throw") fail("toy was asked to throw");
  if (fault == "device_memory") fail("CUDA out of memory. Tried to allocate 2.00 GiB");
  if (fault == "memory") eat_memory();
  if (fault == "bad_alloc") throw std::bad_alloc();
  if (fault == "segfault") {
    signal(SIGSEGV, SIG_DFL);  // also where somebody (a sanitizer) would make an exit of it
    raise(SIGSEGV);
  }
  if (fault == "abort") std::abort();
  if (fault == "kill") raise(SIGKILL);
  if (fault == "exit") _exit(7);
  if (fault == "freeze") raise(SIGSTOP);
  hang();
}

class Toy : public Experiment {
 public:
  RunEnd run(const TrialContext& context, Recorder& recorder) override;
};

RunEnd Toy::run(const TrialContext& context, Recorder& recorder) {
  const Parameters& p = context.trial.parameters;
  const auto seed = static_cast<std::uint64_t>(p.integer("seed"));
  const double noise = p.real("noise");
  const auto draw = [&](std::int64_t step) {
    if (noise == 0) return 0.0;
    return noise * RandomStream(seed, "toy", static_cast<std::uint64_t>(step)).normal();
  };
  const std::string& fault = p.text("fault");
  const bool fails = fault != "none" && context.attempt <= p.integer("fault_attempts");
  const std::int64_t fault_step = fails ? p.integer("fault_step") : -1;
  const std::int64_t steps = p.integer("steps");
  const std::int64_t checkpoint_every = p.integer("checkpoint_every");
  const double objective =
      std::pow(p.real("x") - p.real("shift"), 2) + std::pow(p.real("y") + 1, 2) + draw(0);
  const auto loss_at = [&](std::int64_t step) {
    return objective + 1.0 / static_cast<double>(step) + draw(step);
  };

  CheckpointFolder checkpoints(system_files(), context.trial_folder, context.trial.id);
  State state;
  if (checkpoint_every > 0) {
    if (const std::optional<State> saved = load(checkpoints)) {
      state = *saved;
      // Points that the previous attempt reported just before it died may be lost: all
      // are reported again, from the first step on.
      recorder.resumed(0);
      for (std::int64_t step = 1; step <= state.step; ++step) {
        recorder.metric("loss", step, loss_at(step));
      }
    }
  }
  const auto diverges_at = [&](std::int64_t step) {
    if (step != fault_step || !break_down(fault)) return false;
    recorder.metric("loss", step + 1, std::numeric_limits<double>::quiet_NaN());
    return true;
  };
  if (diverges_at(state.step)) return RunEnd::kDiverged;
  while (state.step < steps) {
    if (recorder.stop_requested()) {
      if (checkpoint_every > 0) save(checkpoints, context, state);
      return RunEnd::kStopped;
    }
    sleep_ms(p.real("sleep_ms"));
    const std::int64_t step = ++state.step;
    const double loss = loss_at(step);
    state.loss_sum += loss;
    recorder.metric("loss", step, loss);
    recorder.progress(static_cast<double>(step), static_cast<double>(steps));
    if (checkpoint_every > 0 && step % checkpoint_every == 0) save(checkpoints, context, state);
    if (diverges_at(step)) return RunEnd::kDiverged;
  }
  if (steps > 0) recorder.metric("loss_sum", steps, state.loss_sum);
  recorder.metric("objective", steps, objective);
  return RunEnd::kDone;
}

ParameterSpec parameter(std::string name, Value default_value, std::string doc) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = default_value.type();
  spec.default_value = std::move(default_value);
  spec.doc = std::move(doc);
  return spec;
}

ParameterSpec at_least(double minimum, ParameterSpec spec, std::string unit = "") {
  spec.minimum = minimum;
  spec.unit = std::move(unit);
  return spec;
}

Schema toy_schema() {
  ParameterSpec fault = parameter("fault", Value("none"), "how the trial fails, for tests");
  fault.words = {"none",     "nan",   "throw", "device_memory", "bad_alloc", "memory",
                 "segfault", "abort", "kill",  "exit",          "freeze",    "hang"};
  std::vector<Value> faults;
  for (const std::string& word : fault.words) {
    if (word != "none") faults.emplace_back(word);
  }
  const std::vector<Condition> when_it_fails = {{"fault", faults}};
  ParameterSpec attempts = at_least(0, parameter("fault_attempts", Value(1), "attempts that fail"));
  ParameterSpec step = at_least(0, parameter("fault_step", Value(0), "step after which it fails"));
  attempts.when = when_it_fails;
  step.when = when_it_fails;
  ParameterSpec steps = at_least(0, parameter("steps", Value(1), "points of the loss curve"));
  steps.role = Role::kBudget;
  return Schema({
      parameter("x", Value(0.0), "first coordinate; the optimum is `shift`"),
      parameter("y", Value(0.0), "second coordinate; the optimum is -1"),
      parameter("shift", Value(0.0), "optimum of x"),
      at_least(0, parameter("noise", Value(0.0), "standard deviation of the noise added")),
      at_least(0, parameter("seed", Value(0), "seed of the noise")),
      steps,
      at_least(0, parameter("sleep_ms", Value(0.0), "duration of a step"), "ms"),
      at_least(0, parameter("checkpoint_every", Value(0), "steps between checkpoints; 0: none")),
      fault,
      attempts,
      step,
  });
}

}  // namespace

ExperimentSpec toy_spec() {
  ExperimentSpec spec;
  spec.name = "toy";
  spec.version = 1;
  spec.doc = "a closed-form objective with known answers: (x - shift)^2 + (y + 1)^2 and noise";
  spec.clock = "steps";
  spec.schema = toy_schema();
  spec.metrics = {
      {"objective", Goal::kMinimize, "", "value of the closed form, with noise", "steps"},
      {"loss", Goal::kMinimize, "", "objective + 1 / step, with noise for each step", "steps",
       Role::kProgress},
      {"loss_sum", Goal::kMinimize, "", "sum of the losses of all steps", "steps"}};
  return spec;
}

std::unique_ptr<Experiment> make_toy() { return std::make_unique<Toy>(); }

}  // namespace polysweep
