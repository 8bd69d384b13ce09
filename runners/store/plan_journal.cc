#include "runners/store/plan_journal.h"

#include <unistd.h>

#include "framework/core/clock.h"
#include "framework/core/digest.h"
#include "runners/store/host_name.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

// Appends rows as events of at most kPlannedRows rows.
template <typename Chunk>
class ChunkWriter {
 public:
  ChunkWriter(JournalWriter& journal, const std::string& sweep, const std::string& revision)
      : journal_(journal) {
    chunk_.sweep = sweep;
    chunk_.revision = revision;
  }

  void add(typename Chunk::Row row, std::size_t bytes) {
    if (chunk_.rows.size() == kPlannedRows || bytes_ >= kPlannedBytes) write();
    bytes_ += bytes;
    chunk_.rows.push_back(std::move(row));
  }

  void write() {
    if (chunk_.rows.empty()) return;
    journal_.append(chunk_);
    journal_.flush();  // a plan may be large; only all of it is acknowledged
    chunk_.first += chunk_.rows.size();
    chunk_.rows.clear();
    bytes_ = 0;
  }

 private:
  JournalWriter& journal_;
  Chunk chunk_;
  std::size_t bytes_ = 0;
};

}  // namespace

void write_plan(JournalWriter& journal, const Plan& plan, const std::string& description) {
  SweepPlanned planned;
  planned.sweep = plan.sweep().name;
  planned.revision = plan.revision();
  planned.description = description;
  planned.trial_count = plan.size();
  planned.time_us = system_clock().wall_us();
  journal.append(planned);
  ChunkWriter<CellsPlanned> cells(journal, planned.sweep, planned.revision);
  for (std::size_t i = 0; i < plan.cell_count(); ++i) {
    const Cell cell = plan.cell(i);
    std::string levels = cell.levels.canonical();
    const std::size_t bytes = levels.size();
    cells.add({std::move(levels), cell.baseline, cell.is_baseline}, bytes);
  }
  cells.write();
  ChunkWriter<TrialsPlanned> trials(journal, planned.sweep, planned.revision);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    std::string identity = plan.identity(i);
    const std::size_t bytes = identity.size();
    trials.add({std::move(identity), plan.cell_of(i)}, bytes);
  }
  trials.write();
  journal.sync();
}

void record_plan(FileSystem& files, const std::filesystem::path& store, const Plan& plan,
                 const std::string& description) {
  const std::string name = free_host_name(files, store, machine_name());
  JournalWriter journal(files, journal_folder(store, name));
  HostStarted started;
  started.host = name;
  started.epoch = journal.epoch();
  started.time_us = system_clock().wall_us();
  started.pid = getpid();
  journal.append(started);
  write_plan(journal, plan, description);
  HostStopped stopped;
  stopped.reason = "finished";
  stopped.time_us = system_clock().wall_us();
  journal.append(stopped);
  journal.sync();
}

void write_trials(JournalWriter& journal, const std::string& label, std::span<const Trial> trials) {
  std::string ids;
  for (const Trial& trial : trials) ids += trial.id.hex();
  ChunkWriter<TrialsPlanned> rows(journal, label, sha256_hex(ids));
  for (const Trial& trial : trials) {
    std::string identity = identity_text(trial);
    const std::size_t bytes = identity.size();
    rows.add({std::move(identity), 0}, bytes);
  }
  rows.write();
  journal.sync();
}

}  // namespace polysweep
