#include "results/ingest/host_journals.h"

#include "results/schema/stored_text.h"

namespace polysweep {
namespace {

template <typename T>
std::optional<T> optional_integer(Statement& row, int column) {
  if (row.is_null(column)) return {};
  return static_cast<T>(row.integer(column));
}

}  // namespace

HostJournals::HostJournals(Connection& connection)
    : connection_(connection),
      read_(connection.prepare("SELECT journal_id, host, segment, offset, last_sequence, epoch, "
                               "live, pid, started_us, stopped_us, stop_reason FROM journal")),
      add_(connection.prepare("INSERT INTO journal (host, segment, offset, last_sequence, epoch, "
                              "live) VALUES (?, ?, ?, ?, 0, 0)")),
      write_(connection.prepare(
          "UPDATE journal SET segment = ?, offset = ?, last_sequence = ?, epoch = ?, live = ?, "
          "pid = ?, started_us = ?, stopped_us = ?, stop_reason = ? WHERE journal_id = ?")),
      add_damage_(connection.prepare("INSERT INTO journal_damage (journal_id, segment, offset, "
                                     "torn_tail, what) VALUES (?, ?, ?, ?, ?) "
                                     "ON CONFLICT DO NOTHING")) {}

void HostJournals::load() {
  rows_.clear();
  ids_.clear();
  read_.reset();
  while (read_.step()) {
    JournalRow row;
    row.journal_id = read_.integer(0);
    row.host = read_.string(1);
    row.position.segment = static_cast<std::uint64_t>(read_.integer(2));
    row.position.offset = static_cast<std::uint64_t>(read_.integer(3));
    row.position.last_sequence = static_cast<Sequence>(read_.integer(4));
    row.epoch = static_cast<WriterEpoch>(read_.integer(5));
    row.live = read_.integer(6) != 0;
    row.pid = optional_integer<std::int64_t>(read_, 7);
    row.started_us = optional_integer<std::int64_t>(read_, 8);
    row.stopped_us = optional_integer<std::int64_t>(read_, 9);
    if (!read_.is_null(10)) row.stop_reason = read_.string(10);
    ids_.emplace(row.host, row.journal_id);
    rows_.emplace(row.journal_id, std::move(row));
  }
}

JournalRow& HostJournals::of_host(const std::string& host) {
  const auto known = ids_.find(host);
  if (known != ids_.end()) return rows_.at(known->second);
  JournalRow row;
  row.host = host;
  add_.with(host, row.position.segment, row.position.offset, row.position.last_sequence).run();
  row.journal_id = sqlite3_last_insert_rowid(connection_.handle());
  ids_.emplace(host, row.journal_id);
  return rows_.emplace(row.journal_id, row).first->second;
}

void HostJournals::flush() {
  for (auto& [id, row] : rows_) {
    if (!row.changed) continue;
    write_
        .with(row.position.segment, row.position.offset, row.position.last_sequence, row.epoch,
              row.live, row.pid, row.started_us, row.stopped_us, row.stop_reason, id)
        .run();
    row.changed = false;
  }
}

bool HostJournals::add_damage(const JournalRow& journal, const StoreDamage& damage) {
  return add_damage_
             .with(journal.journal_id, damage.segment, damage.offset, damage.torn_tail,
                   stored_text(damage.what))
             .run() > 0;
}

}  // namespace polysweep
