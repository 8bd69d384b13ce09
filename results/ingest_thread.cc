#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "results/ingest.h"

namespace polysweep {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

void add(IngestReport& sum, IngestReport&& part) {
  sum.records += part.records;
  sum.points += part.points;
  sum.transactions += part.transactions;
  for (IngestDamage& each : part.damage) sum.damage.push_back(std::move(each));
}

}  // namespace

struct IngestThread::State {
  State(FileSystem& files, const std::filesystem::path& store) : ingest(files, store) {}

  void run();
  void stop();

  Ingest ingest;  // the thread's until it has ended
  IngestReport report;
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;     // guarded by mutex
  std::exception_ptr error;  // guarded by mutex
  std::thread thread;
};

void IngestThread::State::run() {
  try {
    std::unique_lock lock(mutex);
    while (!stopping) {
      lock.unlock();
      add(report, ingest.catch_up());
      lock.lock();
      wake.wait_for(lock, kPause, [this] { return stopping; });
    }
  } catch (...) {  // carried over to the thread that asks
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

IngestThread::IngestThread(FileSystem& files, std::filesystem::path store)
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
  add(state_->report, state_->ingest.catch_up());
  return std::move(state_->report);
}

}  // namespace polysweep
