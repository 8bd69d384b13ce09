#include "runners/sharing/recorded_sweep.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/planned_trial.h"

namespace polysweep {

namespace {

struct Planning {
  SweepPlanned event;
  std::int64_t order_us = 0;
  std::uint32_t host = 0;
  Sequence sequence = 0;

  bool comes_before(const Planning& other) const {
    return std::tie(order_us, host, sequence) <
           std::tie(other.order_us, other.host, other.sequence);
  }
};

struct Attempt {
  std::uint32_t number = 0;
  std::uint32_t host = 0;  // by name: a greater number is a later name
  std::optional<Outcome> outcome;
  bool final = false;
  bool resumed = false;
  double elapsed_s = 0;
};

struct LostNote {
  std::uint32_t attempt = 0;
  bool final = false;
};

struct Attempts {
  std::vector<Attempt> rows;
  std::vector<LostNote> lost;
};

// The rows of one revision, by position.
struct Rows {
  std::vector<TrialsPlanned::Row> trials;
  std::vector<std::string> cells;
};

class Reader {
 public:
  Reader(FileSystem& files, const std::filesystem::path& store, const std::string& sweep)
      : files_(files), store_(store), sweep_(sweep) {}

  RecordedSweep read();

 private:
  void read_journal(std::uint32_t host, const std::string& name);
  void apply(const SweepPlanned& event, Sequence sequence);
  void apply(const TrialsPlanned& event);
  void apply(const CellsPlanned& event);
  void apply(const AttemptFinished& event);
  Attempt& attempt(const TrialId& trial, std::uint32_t number);
  void add_trial(const TrialsPlanned::Row& row);

  FileSystem& files_;
  const std::filesystem::path& store_;
  const std::string& sweep_;
  std::uint32_t host_ = 0;     // whose journal is being read
  std::int64_t order_us_ = 0;  // of its last planning of the sweep
  bool has_planned_ = false;
  std::optional<Planning> last_;
  std::set<std::string> other_sweeps_;
  std::map<std::string, Rows> revisions_;
  std::unordered_map<TrialId, Attempts> attempts_;
  RecordedSweep out_;
};

void Reader::apply(const SweepPlanned& event, Sequence sequence) {
  if (event.sweep != sweep_) {
    other_sweeps_.insert(event.sweep);
    return;
  }
  order_us_ = has_planned_ ? std::max(event.time_us, order_us_ + 1) : event.time_us;
  has_planned_ = true;
  Planning planning{event, order_us_, host_, sequence};
  if (!last_ || last_->comes_before(planning)) last_ = std::move(planning);
}

void Reader::apply(const TrialsPlanned& event) {
  if (event.sweep != sweep_) return;
  std::vector<TrialsPlanned::Row>& rows = revisions_[event.revision].trials;
  rows.resize(std::max<std::size_t>(rows.size(), event.first + event.rows.size()));
  std::copy(event.rows.begin(), event.rows.end(),
            rows.begin() + static_cast<std::ptrdiff_t>(event.first));
}

void Reader::apply(const CellsPlanned& event) {
  if (event.sweep != sweep_) return;
  std::vector<std::string>& cells = revisions_[event.revision].cells;
  cells.resize(std::max<std::size_t>(cells.size(), event.first + event.rows.size()));
  for (std::size_t i = 0; i < event.rows.size(); ++i) {
    cells[event.first + i] = event.rows[i].levels;
  }
}

Attempt& Reader::attempt(const TrialId& trial, std::uint32_t number) {
  std::vector<Attempt>& rows = attempts_[trial].rows;
  for (std::size_t i = rows.size(); i-- > 0;) {
    if (rows[i].number == number && rows[i].host == host_) return rows[i];
  }
  Attempt row;
  row.number = number;
  row.host = host_;
  rows.push_back(row);
  return rows.back();
}

void Reader::apply(const AttemptFinished& event) {
  Attempts& attempts = attempts_[event.trial];
  const bool is_own = std::any_of(
      attempts.rows.begin(), attempts.rows.end(),
      [&](const Attempt& row) { return row.number == event.attempt && row.host == host_; });
  if (event.outcome == Outcome::kHostLost && !is_own) {
    attempts.lost.push_back({event.attempt, event.final});
    return;
  }
  Attempt& row = attempt(event.trial, event.attempt);
  row.outcome = event.outcome;
  row.final = event.final;
  row.elapsed_s = event.elapsed_s;
}

void Reader::read_journal(std::uint32_t host, const std::string& name) {
  host_ = host;
  has_planned_ = false;
  JournalReader reader(files_, store_ / "journal" / name);
  while (const std::optional<JournalRecord> record = reader.next()) {
    const Event& event = record->event;
    if (const auto* planned = std::get_if<SweepPlanned>(&event)) {
      apply(*planned, record->sequence);
    } else if (const auto* trials = std::get_if<TrialsPlanned>(&event)) {
      apply(*trials);
    } else if (const auto* cells = std::get_if<CellsPlanned>(&event)) {
      apply(*cells);
    } else if (const auto* started = std::get_if<AttemptStarted>(&event)) {
      attempt(started->trial, started->attempt);
    } else if (const auto* resumed = std::get_if<AttemptResumed>(&event)) {
      attempt(resumed->trial, resumed->attempt).resumed = true;
    } else if (const auto* finished = std::get_if<AttemptFinished>(&event)) {
      apply(*finished);
    }
  }
  out_.positions[name] = reader.position();
}

// As results/ingest/attempt_table.cc finds the state of a trial.
void Reader::add_trial(const TrialsPlanned::Row& row) {
  TrialToRun trial;
  trial.id = id_of_identity_text(row.identity);
  const auto found = attempts_.find(trial.id);
  const Attempts none;
  const Attempts& attempts = found == attempts_.end() ? none : found->second;
  const Attempt* top = nullptr;
  std::uint32_t last_final = 0;
  for (const Attempt& each : attempts.rows) {
    if (top == nullptr || std::tie(top->number, top->host) < std::tie(each.number, each.host)) {
      top = &each;
    }
    if (each.outcome && each.final) last_final = std::max(last_final, each.number);
    out_.resumes = out_.resumes || each.resumed;
    const bool has_result = each.outcome == Outcome::kDone || each.outcome == Outcome::kDiverged;
    if (has_result) out_.longest_s = std::max(out_.longest_s, each.elapsed_s);
  }
  LostNote lost;
  for (const LostNote& note : attempts.lost) {
    if (note.attempt > lost.attempt) lost = note;
    if (note.attempt == lost.attempt) lost.final = lost.final || note.final;
  }
  const std::uint32_t number = std::max(lost.attempt, top == nullptr ? 0 : top->number);
  const bool is_top = top != nullptr && top->number == number;
  if (is_top && top->outcome) {
    if (top->final) {
      const bool done = *top->outcome == Outcome::kDone;
      const bool diverged = *top->outcome == Outcome::kDiverged;
      ++(done ? out_.done : diverged ? out_.diverged : out_.failed);
      return;
    }
  } else if (lost.attempt == number && lost.final) {
    ++out_.failed;
    return;
  } else if (is_top && lost.attempt != number) {
    trial.lost_attempt = number;
  }
  trial.index = out_.open.size();
  trial.next_attempt = number + 1;
  for (const Attempt& each : attempts.rows) {
    if (each.outcome && !each.final && each.number > last_final) trial.counts.add(*each.outcome);
  }
  out_.to_run.push_back(trial);
  out_.open.push_back({row.identity, row.cell});
}

RecordedSweep Reader::read() {
  std::uint32_t host = 0;
  for (const std::string& name : files_.list(store_ / "journal")) read_journal(host++, name);
  if (!last_) {
    if (other_sweeps_.empty()) fail("the store {} has no sweep", store_.string());
    fail("the store {} has no sweep {}; it has {}", store_.string(), in_quotes(sweep_),
         fmt::join(other_sweeps_, ", "));
  }
  out_.sweep = sweep_;
  out_.revision = last_->event.revision;
  out_.description = last_->event.description;
  out_.planned = static_cast<std::size_t>(last_->event.trial_count);
  Rows& rows = revisions_[out_.revision];
  const auto is_missing = [](const TrialsPlanned::Row& row) { return row.identity.empty(); };
  if (rows.trials.size() != out_.planned ||
      std::any_of(rows.trials.begin(), rows.trials.end(), is_missing)) {
    fail(
        "the journals in {} do not have all {} trials of sweep {}; `polysweep run` or `polysweep "
        "submit` of its file plans it again",
        store_.string(), out_.planned, sweep_);
  }
  out_.cells = std::move(rows.cells);
  for (const TrialsPlanned::Row& row : rows.trials) add_trial(row);
  if (!rows.trials.empty()) out_.some_identity = rows.trials[0].identity;
  return std::move(out_);
}

}  // namespace

Trial RecordedSweep::trial(std::size_t index) const {
  return trial_of_identity(open.at(index).identity);
}

Parameters RecordedSweep::levels(std::size_t index) const {
  const std::uint32_t cell = open.at(index).cell;
  return cell < cells.size() ? Parameters::from_json(cells[cell]) : Parameters();
}

RecordedSweep read_recorded_sweep(FileSystem& files, const std::filesystem::path& store,
                                  const std::string& sweep) {
  return Reader(files, store, sweep).read();
}

}  // namespace polysweep
