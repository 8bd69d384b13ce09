#include "results/ingest/ingest_thread.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "results/schema/connection.h"

namespace polysweep {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

void add(IngestReport& sum, IngestReport&& part) {
  sum.records += part.records;
  sum.points += part.points;
  sum.transactions += part.transactions;
  for (StoreDamage& each : part.damage) sum.damage.push_back(std::move(each));
}

}  // namespace

struct IngestThread::State {
  State(FileSystem& files_in, const std::filesystem::path& store)
      : files(files_in),
        lock_file(database_path(store).parent_path() / "ingest.lock"),
        ingest(files_in, store) {}

  void run();
  void stop();
  bool has_turn();
  void catch_up();

  FileSystem& files;
  std::filesystem::path lock_file;
  std::unique_ptr<FileLock> turn;  // ours until the end, once we have it

  Ingest ingest;  // the thread's until it has ended
  IngestReport report;
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;     // guarded by mutex
  std::exception_ptr error;  // guarded by mutex
  std::thread thread;
};

// The holder of the lock does the work for all; another takes over when it ends.
bool IngestThread::State::has_turn() {
  if (!turn) turn = files.try_lock(lock_file, "the ingest of a run");
  return turn != nullptr;
}

// A database that cannot be written is tried again: the journals keep everything.
// Only finish() insists.
void IngestThread::State::catch_up() {
  try {
    add(report, ingest.catch_up());
  } catch (const DatabaseError& wrong) {
    if (wrong.is_damage()) throw;
  }
}

void IngestThread::State::run() {
  try {
    std::unique_lock lock(mutex);
    while (!stopping) {
      lock.unlock();
      if (has_turn()) catch_up();
      lock.lock();
      wake.wait_for(lock, kPause, [this] { return stopping; });
    }
  } catch (...) {  // rethrown by check_alive()
    const std::scoped_lock lock(mutex);
    error = std::current_exception();
  }
}

void IngestThread::State::stop() {
  {
    const std::scoped_lock lock(mutex);
    stopping = true;
  }
  wake.notify_all();
  if (thread.joinable()) thread.join();
}

IngestThread::IngestThread(FileSystem& files, const std::filesystem::path& store)
    : state_(std::make_unique<State>(files, store)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

IngestThread::~IngestThread() { state_->stop(); }

void IngestThread::check_alive() {
  const std::scoped_lock lock(state_->mutex);
  if (state_->error) std::rethrow_exception(state_->error);
}

IngestReport IngestThread::finish() {
  state_->stop();
  check_alive();
  // Without the lock, if another has it: SQLite lets one write after the other.
  add(state_->report, state_->ingest.catch_up());
  return std::move(state_->report);
}

}  // namespace polysweep
