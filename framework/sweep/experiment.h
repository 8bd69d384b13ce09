// What a trial runs (Experiment), and how it reports (Recorder).
//
// An experiment is a class in experiments/ or any command line. It publishes
// its schema once (ExperimentSpec); the sweep is checked against that before
// anything runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/command_spec.h"
#include "framework/sweep/data_files.h"
#include "framework/sweep/metric.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/trial.h"

namespace polysweep {

struct ExperimentSpec {
  std::string name;
  // Grows when the same parameters would give other results.
  int version = 1;
  std::string doc;
  // What Recorder::resumed() counts: the unit of a checkpoint's step.
  std::string clock{kDefaultClock};
  Schema schema;
  std::vector<MetricSpec> metrics;
  std::vector<DataSpec> data;
  // What runs, where the sweep file itself declares the experiment.
  std::optional<CommandSpec> command;
};

// Throws Error that names the nearest of `metrics` if the parameter's axis is none.
void check_axis(const ParameterSpec& parameter, const std::vector<MetricSpec>& metrics);

// The document that `polysweep-worker --schema` prints: all experiments and
// the build that answers.
struct Catalogue {
  std::string build;  // framework/core/provenance.h build_digest()
  std::vector<ExperimentSpec> experiments;

  // Throws Error that names the nearest known experiment.
  const ExperimentSpec& at(std::string_view name) const;
  std::string to_json() const;
  static Catalogue from_json(std::string_view json);
};

// Receives what a trial reports. Metric and text names are UTF-8, at most 200
// bytes, without control characters.
class Recorder {
 public:
  virtual ~Recorder() = default;

  // One point of a series. `step` counts what MetricSpec::step says. Points may
  // come in any order; of two at one step the later counts. NaN and infinities are
  // legal and kept as they are.
  virtual void metric(std::string_view name, std::int64_t step, double value) = 0;
  // A text worth keeping, as a sample of the output. At most 1 MiB.
  virtual void text(std::string_view name, std::int64_t step, std::string_view value) = 0;
  // How far it is, for the status line and for the progress deadline.
  virtual void progress(double done, double total) = 0;
  // The attempt resumes from a checkpoint taken after `step`, counted in
  // ExperimentSpec::clock: of the series with that step unit, points of earlier
  // attempts beyond `step` do not count. To be called before any metric. Points
  // up to `step` may be missing too, if they were not yet delivered when the
  // earlier attempt died. An experiment whose checkpoints hold its points
  // reports them again instead, and does not call this.
  virtual void resumed(std::int64_t step) = 0;
  // True once the host asked for a stop: checkpoint and return kStopped soon.
  virtual bool stop_requested() = 0;
};

struct TrialContext {
  Trial trial;
  int attempt = 1;
  std::filesystem::path data_folder;  // "" where the trial reads no data
  // The trial's own, kept over attempts. It exists if the experiment's row in
  // experiments.cc asks for it; else whoever writes there makes it.
  std::filesystem::path trial_folder;
  int device = -1;  // index of the CUDA device, -1: CPU
};

// How run() ended if it did not throw.
enum class RunEnd : std::uint8_t { kDone, kDiverged, kStopped };

class Experiment {
 public:
  virtual ~Experiment() = default;

  // Runs one trial to its end. Called again and again in one process, with no
  // state kept between trials that could change a result. kDiverged: a loss or
  // gradient was NaN or infinite. An exception is an outcome `error`,
  // std::bad_alloc an outcome `out_of_memory`.
  virtual RunEnd run(const TrialContext& context, Recorder& recorder) = 0;
};

}  // namespace polysweep
