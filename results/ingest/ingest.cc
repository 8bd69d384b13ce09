#include "results/ingest/ingest.h"

#include <map>

#include "framework/core/error.h"
#include "framework/journal/journal_reader.h"
#include "results/ingest/event_rows.h"
#include "results/schema/connection.h"
#include "results/schema/stored_text.h"

namespace polysweep {
namespace {

// One journal being read.
struct Tail {
  std::unique_ptr<JournalReader> reader;
  JournalPosition position;
  std::size_t damage_stored = 0;  // of reader->damage()

  bool has_new_damage() const { return reader->damage().size() > damage_stored; }
};

}  // namespace

struct Ingest::State {
  State(FileSystem& files_in, const std::filesystem::path& store_in,
        const std::filesystem::path& file, IngestOptions options_in)
      : files(files_in),
        journals_folder(journals_path(store_in)),
        options(options_in),
        database(file, Access::kWrite),
        rows(database.connection()) {}

  void forget();
  void begin();
  void commit(IngestReport& report);
  void open_tail(Tail& tail, const std::string& host, const JournalPosition& position);
  void read_journal(const std::string& host, IngestReport& report);
  void apply(const std::string& host, const JournalRecord& record, IngestReport& report);
  void store_damage(const std::string& host, Tail& tail, IngestReport& report);

  FileSystem& files;
  std::filesystem::path journals_folder;
  IngestOptions options;
  Database database;
  EventRows rows;
  std::map<std::string, Tail> tails;
  std::unique_ptr<Transaction> transaction;
  std::int64_t data_version = -1;
  bool interrupted = false;  // the last catch_up() did not come to its end
};

namespace {

// A store is there already; a folder of databases elsewhere may not be.
std::filesystem::path in_its_folder(FileSystem& files, const std::filesystem::path& store) {
  std::filesystem::path file = database_path(store);
  if (file.parent_path() != store) files.create_folders(file.parent_path());
  return file;
}

}  // namespace

Ingest::Ingest(FileSystem& files, const std::filesystem::path& store, IngestOptions options)
    : Ingest(files, store, in_its_folder(files, store), options) {}

Ingest::Ingest(FileSystem& files, const std::filesystem::path& store,
               const std::filesystem::path& database_file, IngestOptions options)
    : state_(std::make_unique<State>(files, store, database_file, options)) {}

Ingest::~Ingest() = default;

IngestReport Ingest::catch_up() {
  IngestReport report;
  if (state_->interrupted) state_->forget();
  state_->interrupted = true;
  for (const std::string& host : state_->files.list(state_->journals_folder)) {
    if (!std::filesystem::is_directory(state_->journals_folder / host)) continue;
    state_->read_journal(host, report);
  }
  if (state_->transaction) state_->commit(report);
  state_->interrupted = false;
  return report;
}

void Ingest::State::forget() {
  transaction.reset();
  tails.clear();
  rows.forget();
}

void Ingest::State::begin() {
  transaction = std::make_unique<Transaction>(database.connection(), Transaction::Kind::kWrite);
  rows.journals().load();
  rows.begin_count();
  const std::int64_t version = database.connection().integer("PRAGMA data_version");
  if (version != data_version) rows.forget();  // another process wrote
  data_version = version;
}

void Ingest::State::commit(IngestReport& report) {
  rows.flush();
  transaction->commit();
  transaction.reset();
  report.points += rows.points();
  ++report.transactions;
  rows.trim();
}

void Ingest::State::open_tail(Tail& tail, const std::string& host,
                              const JournalPosition& position) {
  tail.reader = std::make_unique<JournalReader>(files, journals_folder / host, position);
  tail.position = position;
  tail.damage_stored = 0;
}

void Ingest::State::read_journal(const std::string& host, IngestReport& report) {
  Tail& tail = tails[host];
  if (!tail.reader) open_tail(tail, host, {});
  for (;;) {
    const std::optional<JournalRecord> record = tail.reader->next();
    if (!record && !tail.has_new_damage()) return;
    if (!transaction) begin();
    const JournalPosition stored = rows.journals().of_host(stored_text(host)).position;
    if (stored != tail.position) {
      open_tail(tail, host, stored);  // it was read before, by an earlier or another process
      continue;
    }
    store_damage(host, tail, report);
    if (record) apply(host, *record, report);
    tail.position = tail.reader->position();
    JournalRow& row = rows.journals().of_host(stored_text(host));
    row.changed = row.changed || row.position != tail.position;
    row.position = tail.position;
    if (rows.rows() >= options.rows_per_transaction) commit(report);
  }
}

void Ingest::State::apply(const std::string& host, const JournalRecord& record,
                          IngestReport& report) {
  JournalRow& row = rows.journals().of_host(stored_text(host));
  ++report.records;
  try {
    rows.apply(row, record);
  } catch (const DatabaseError&) {
    throw;
  } catch (const Error& error) {
    // Undamaged bytes that make no sense: reported like damage.
    const JournalPosition& place = row.position;
    StoreDamage damage{host, place.segment, place.offset, false,
                       fmt::format("record {} cannot be used: {}", record.sequence, error.what())};
    if (rows.journals().add_damage(row, damage)) report.damage.push_back(std::move(damage));
  }
}

void Ingest::State::store_damage(const std::string& host, Tail& tail, IngestReport& report) {
  const auto& all = tail.reader->damage();
  for (; tail.damage_stored < all.size(); ++tail.damage_stored) {
    const JournalDamage& each = all[tail.damage_stored];
    StoreDamage damage{host, each.segment, each.offset, each.torn_tail, each.what};
    JournalRow& row = rows.journals().of_host(stored_text(host));
    if (rows.journals().add_damage(row, damage)) report.damage.push_back(std::move(damage));
  }
}

}  // namespace polysweep
