#include "bench/sample_store.h"

#include <unistd.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/sweep/file/sweep_file.h"
#include "results/schema/database.h"
#include "runners/store/plan_journal.h"

namespace polysweep {
namespace {

constexpr int kStepsPerEvent = 50;

ParameterSpec parameter(std::string name, Value default_value) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = default_value.type();
  spec.default_value = std::move(default_value);
  return spec;
}

// As many parameters as a training has.
Catalogue training(int metrics) {
  std::vector<ParameterSpec> specs = {
      parameter("encoding", Value("rope")), parameter("rate", Value(0.001)),
      parameter("dimension", Value(64)), parameter("seed", Value(0))};
  for (int i = 0; i < 16; ++i) {
    specs.push_back(parameter(fmt::format("option_{:02}", i), Value(i / 10.0)));
  }
  ExperimentSpec spec;
  spec.name = "training";
  spec.schema = Schema(std::move(specs));
  for (int i = 0; i < metrics; ++i) {
    spec.metrics.push_back({SampleStore::metric(i), Goal::kMinimize, "nats", "a loss"});
  }
  return {"", {spec}};
}

Plan plan_of(const SampleSize& size) {
  std::string rates;
  for (int i = 0; i < std::max(1, size.cells / 10); ++i) {
    rates += fmt::format("{}{}e-4", i == 0 ? "" : ", ", i + 1);
  }
  const std::string text = fmt::format(
      "sweep = \"{}\"\nexperiment = \"training\"\nreplicate = \"seed\"\n"
      "[factors]\nencoding = [\"none\", \"rope\", \"alibi\", \"t5\", \"fire\"]\n"
      "dimension = [64, 128]\nrate = [{}]\nseed = {{ range = [1, {}] }}\n"
      "[baseline]\nencoding = \"none\"\n[metrics]\nprimary = {{ name = \"{}\" }}\n",
      SampleStore::kSweep, rates, SampleStore::kSeeds, SampleStore::metric(0));
  DataFolder data("");
  return Plan(parse_sweep(text, "sample.toml", {}, training(size.metrics)), data);
}

// The same for the same point; no two points alike, as measurements are.
double value_at(std::size_t trial, int metric, int step) {
  std::uint64_t bits = trial * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(metric) * 1000003U +
                       static_cast<std::uint64_t>(step);
  bits = (bits ^ (bits >> 31)) * 0xBF58476D1CE4E5B9U;
  bits ^= bits >> 27;
  const double noise = static_cast<double>(bits >> 11) * 0x1p-53;
  return 1 + metric + 4 / (1 + 0.01 * step) + 0.1 * noise;
}

std::filesystem::path new_folder(const std::filesystem::path& where) {
  std::string pattern = (where / "results-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder in {}", where.string());
  return pattern;
}

}  // namespace

SampleStore::SampleStore(const std::filesystem::path& where, SampleSize size)
    : path_(new_folder(where)), size_(size), plan_(plan_of(size)) {
  writer_ = std::make_unique<JournalWriter>(system_files(), journals_path(path_) / "bench");
  writer_->append(HostStarted{"bench", writer_->epoch(), 1, getpid()});
  write_plan(*writer_, plan_, description_json(describe(plan_, {})));
}

SampleStore::~SampleStore() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::uint64_t SampleStore::points() const {
  return plan_.size() * static_cast<std::uint64_t>(size_.metrics) *
         static_cast<std::uint64_t>(size_.steps);
}

std::string SampleStore::metric(int index) {
  return index == 0 ? "validation_loss" : fmt::format("loss_{}", index);
}

bool SampleStore::write(std::uint64_t points, const Seen& seen) {
  const auto per_event = static_cast<std::uint64_t>(size_.metrics) * kStepsPerEvent;
  for (std::uint64_t written = 0; written < points; written += per_event) {
    while (running_.size() < static_cast<std::size_t>(size_.slots) && next_trial_ < plan_.size()) {
      writer_->append(AttemptStarted{plan_.id(next_trial_), 1, 0, -1, "", 2});
      running_.push_back({next_trial_++});
    }
    if (running_.empty()) break;
    continue_trial(running_.front(), seen);
    // The next event is another slot's.
    std::rotate(running_.begin(), running_.begin() + 1, running_.end());
    if (running_.back().step >= size_.steps) running_.pop_back();
  }
  writer_->sync();
  return !running_.empty() || next_trial_ < plan_.size();
}

void SampleStore::continue_trial(Running& running, const Seen& seen) {
  MetricsRecorded event{plan_.id(running.trial), 1, {}, {}};
  for (int i = 0; i < size_.metrics; ++i) event.names.push_back(metric(i));
  const int end = std::min(running.step + kStepsPerEvent, size_.steps);
  for (; running.step < end; ++running.step) {
    for (int i = 0; i < size_.metrics; ++i) {
      const double value = value_at(running.trial, i, running.step);
      event.points.push_back({static_cast<std::uint32_t>(i), running.step, value});
      if (seen) seen(running.trial, i, running.step, value);
    }
  }
  writer_->append(event);
  if (end < size_.steps) return;
  writer_->append(AttemptFinished{event.trial, 1, Outcome::kDone, true, "", "", 60, 1e9, 3});
}

}  // namespace polysweep
