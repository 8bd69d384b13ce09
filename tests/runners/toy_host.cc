#include "tests/runners/toy_host.h"

#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "framework/core/digest.h"
#include "framework/journal/journal_reader.h"
#include "framework/sweep/value_reader.h"
#include "runners/process/program_output.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

const std::string& schema_answer() {
  static const std::string answer =
      run_program({POLYSWEEP_PROGRAMS "/polysweep-plain-worker", "--schema"}).output;
  return answer;
}

// Passes on to the test what a host reports, and to what else it wants done.
class Relay : public ProgressSink {
 public:
  Relay(KeptProgress& kept, const std::function<void(const ProgressCounts&)>& on_update)
      : kept_(kept), on_update_(on_update) {}
  void update(const ProgressCounts& counts) override {
    if (on_update_) on_update_(counts);
  }
  void failure(const AttemptFailure& failure) override { kept_.failure(failure); }
  void notice(const std::string& sentence) override { kept_.notice(sentence); }
  void finished(const ProgressCounts& counts) override { kept_.finished(counts); }

 private:
  KeptProgress& kept_;
  const std::function<void(const ProgressCounts&)>& on_update_;
};

}  // namespace

ToyHost::ToyHost(int slots) : catalogue_(Catalogue::from_json(schema_answer())) {
  options.store = folder_.path();
  options.name = "here";
  options.worker.program = POLYSWEEP_PROGRAMS "/polysweep-plain-worker";
  options.worker.build = catalogue_.build;
  options.worker.catalogue_digest = sha256_hex(catalogue_.to_json());
  options.slots = cpu_slots(slots);
  options.limits.breaker_trials = 0;
}

void ToyHost::add(const std::string& words) {
  Parameters given;
  std::istringstream stream(words);
  for (std::string word; stream >> word;) {
    const std::size_t equals = word.find('=');
    given.set(word.substr(0, equals), value_from_argument(word.substr(equals + 1)));
  }
  const ExperimentSpec& spec = catalogue_.at("toy");
  Trial trial;
  trial.experiment = spec.name;
  trial.experiment_version = spec.version;
  trial.parameters = spec.schema.complete(given);
  trial.id = identity_of(trial);
  trials_.push_back(std::move(trial));
}

void ToyHost::add(int count, const std::string& words) {
  for (int i = 0; i < count; ++i) add(words + " seed=" + std::to_string(i));
}

HostResult ToyHost::run() {
  std::vector<TrialToRun> list(trials_.size());
  for (std::size_t i = 0; i < list.size(); ++i) list[i].index = i;
  return run_list(std::move(list));
}

HostResult ToyHost::run_again() {
  std::vector<TrialToRun> list;
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    TrialToRun item;
    item.index = i;
    bool settled = false;
    for (const AttemptFinished& end : ends(trials_[i].id)) {
      settled = settled || end.final;
      item.counts.add(end.outcome);
      item.next_attempt = std::max(item.next_attempt, end.attempt + 1);
    }
    if (!settled) list.push_back(item);
  }
  return run_list(std::move(list));
}

HostResult ToyHost::run_list(std::vector<TrialToRun> list) {
  stop = std::make_unique<StopFlag>();
  Host host(system_files(), options);
  Relay relay(progress, on_update);
  RunSize size;
  size.planned = trials_.size();
  return host.run(
      std::move(list), [this](std::size_t i) { return trials_[i]; }, size, relay, *stop);
}

std::vector<Event> ToyHost::events() const {
  JournalReader reader(system_files(), folder_.path() / "journal" / options.name);
  std::vector<Event> result;
  while (std::optional<JournalRecord> record = reader.next()) result.push_back(record->event);
  CHECK(reader.damage().empty());
  return result;
}

std::vector<AttemptFinished> ToyHost::ends(const TrialId& id) const {
  std::vector<AttemptFinished> result;
  for (const Event& event : events()) {
    const auto* end = std::get_if<AttemptFinished>(&event);
    if (end != nullptr && end->trial == id) result.push_back(*end);
  }
  return result;
}

AttemptFinished ToyHost::only_end(std::size_t index) const {
  const std::vector<AttemptFinished> all = ends(trials_.at(index).id);
  REQUIRE(all.size() == 1);
  return all[0];
}

double ToyHost::metric(std::size_t index, std::uint32_t attempt, const std::string& name) const {
  double value = std::numeric_limits<double>::quiet_NaN();
  for (const Event& event : events()) {
    const auto* metrics = std::get_if<MetricsRecorded>(&event);
    if (metrics == nullptr || metrics->trial != trials_.at(index).id) continue;
    if (metrics->attempt != attempt) continue;
    for (const MetricPoint& point : metrics->points) {
      if (metrics->names.at(point.name).text == name) value = point.value;
    }
  }
  return value;
}

void ToyHost::check_journal(bool all_settled) const {
  using Attempt = std::pair<TrialId, std::uint32_t>;
  std::set<Attempt> leased;
  std::set<Attempt> ended;
  std::map<TrialId, int> finals;
  std::set<std::string> provenances;
  for (const Event& event : events()) {
    if (const auto* seen = std::get_if<ProvenanceSeen>(&event)) {
      provenances.insert(sha256_hex(seen->json));
    } else if (const auto* started = std::get_if<AttemptStarted>(&event)) {
      CHECK(leased.insert({started->trial, started->attempt}).second);
      CHECK(provenances.count(started->provenance) == 1);
    } else if (const auto* metrics = std::get_if<MetricsRecorded>(&event)) {
      CHECK(leased.count({metrics->trial, metrics->attempt}) == 1);
      CHECK(ended.count({metrics->trial, metrics->attempt}) == 0);
    } else if (const auto* end = std::get_if<AttemptFinished>(&event)) {
      CHECK(leased.count({end->trial, end->attempt}) == 1);
      CHECK(ended.insert({end->trial, end->attempt}).second);
      finals[end->trial] += end->final ? 1 : 0;
    }
  }
  CHECK(leased == ended);
  for (const Trial& trial : trials_) {
    CHECK(finals[trial.id] <= 1);
    if (all_settled) CHECK(finals[trial.id] == 1);
  }
}

std::vector<int> own_children() {
  std::ifstream file("/proc/self/task/" + std::to_string(getpid()) + "/children");
  std::vector<int> result;
  for (int pid = 0; file >> pid;) result.push_back(pid);
  return result;
}

}  // namespace polysweep
