// How much slower journals go into a database while 50 browsers follow the sweep
// through `polysweep serve`: the same ingest with the clients paused and with them
// polling as the page does (every 2 s), in turn, on one store that grows; and how
// long the clients wait for their answers.
//   serve_bench POLYSWEEP [REPEATS [POINTS [FOLDER]]]      (points: of each half of a repeat)
#include <fmt/format.h>
#include <httplib.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/benchmark.h"
#include "bench/sample_store.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "results/ingest/ingest.h"
#include "runners/process/child_process.h"

namespace polysweep {

namespace {

constexpr int kClients = 50;
constexpr auto kPollEvery = std::chrono::milliseconds(2000);

double processor_s() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// `polysweep serve` on a store while it lives.
class Server {
 public:
  Server(const std::string& polysweep, const std::filesystem::path& store)
      : process_(options(polysweep, store)) {
    const double deadline_s = system_clock().monotonic_s() + 60;
    std::string printed;
    while (printed.find("token=") == std::string::npos) {
      if (system_clock().monotonic_s() > deadline_s) fail("serve gave no address: {}", printed);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      process_.read_output();
      printed = process_.output_tail();
    }
    const std::size_t host = printed.find("127.0.0.1:");
    port_ = std::stoi(printed.substr(host + 10));
    token_ = printed.substr(printed.find("token=") + 6, 32);
  }

  int port() const { return port_; }
  const std::string& token() const { return token_; }

 private:
  static ProcessOptions options(const std::string& polysweep, const std::filesystem::path& store) {
    ProcessOptions out;
    out.argv = {polysweep, "serve", "--store", store.string()};
    out.channel = false;
    return out;
  }

  ChildProcess process_;
  int port_ = 0;
  std::string token_;
};

// Threads that ask what the page asks, as often as it does.
class Clients {
 public:
  explicit Clients(const Server& server) {
    for (int i = 0; i < kClients; ++i) {
      threads_.emplace_back([this, &server, i] { follow(server, i); });
    }
  }
  ~Clients() {
    ended_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  void poll(bool on) { polling_ = on; }
  std::vector<double> waits_ms() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return waits_ms_;
  }
  int refused() const { return refused_; }

 private:
  void follow(const Server& server, int number) {
    httplib::Client client("127.0.0.1", server.port());
    client.set_keep_alive(true);
    client.set_read_timeout(60);
    const httplib::Headers headers = {{"Cookie", "polysweep_token=" + server.token()}};
    std::this_thread::sleep_for(kPollEvery * number / kClients);
    while (!ended_) {
      if (polling_) {
        const double before_s = system_clock().monotonic_s();
        const auto sweeps = client.Get("/api/sweeps", headers);
        const std::string path = fmt::format("/api/live?sweep={}", SampleStore::kSweep);
        const auto live = client.Get(path.c_str(), headers);
        if (!sweeps || !live || live->status != 200) ++refused_;
        const std::lock_guard<std::mutex> guard(mutex_);
        waits_ms_.push_back(1e3 * (system_clock().monotonic_s() - before_s));
      }
      for (int i = 0; i < 20 && !ended_; ++i) std::this_thread::sleep_for(kPollEvery / 20);
    }
  }

  std::atomic<bool> polling_ = false;
  std::atomic<bool> ended_ = false;
  std::atomic<int> refused_ = 0;
  std::mutex mutex_;
  std::vector<double> waits_ms_;
  std::vector<std::thread> threads_;
};

struct Speed {
  double wall = 0;       // points a second
  double processor = 0;  // points a second of processor
};

Speed ingest_more(SampleStore& store, Ingest& ingest, std::uint64_t points) {
  store.write(points);
  const double wall_s = system_clock().monotonic_s();
  const double used_s = processor_s();
  const auto read = static_cast<double>(ingest.catch_up().points);
  return {read / (system_clock().monotonic_s() - wall_s), read / (processor_s() - used_s)};
}

void report(const std::vector<Speed>& alone, const std::vector<Speed>& beside,
            const std::vector<double>& waits_ms) {
  const auto of = [](const std::vector<Speed>& all, double Speed::*which, double scale) {
    std::vector<double> out;
    for (const Speed& each : all) out.push_back(each.*which * scale);
    return out;
  };
  std::vector<double> wall, processor;
  for (std::size_t i = 0; i < alone.size(); ++i) {
    wall.push_back(beside[i].wall / alone[i].wall);
    processor.push_back(beside[i].processor / alone[i].processor);
  }
  print_spread("ingest alone", of(alone, &Speed::wall, 1e-6), "M points/s");
  print_spread("ingest beside 50 clients", of(beside, &Speed::wall, 1e-6), "M points/s");
  print_spread("ratio of wall times (goal >= 0.9)", wall, "");
  print_spread("ratio of processor times", processor, "");
  print_spread("a client's wait for both answers", waits_ms, "ms");
}

int bench_main(int argc, char** argv) {
  if (argc < 2) fail("usage: serve_bench POLYSWEEP [REPEATS [POINTS [FOLDER]]]");
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 7;
  const std::uint64_t points = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1'500'000;
  SampleSize size;  // 10^5 points a cell
  size.cells = static_cast<int>((2 * static_cast<std::uint64_t>(repeats) + 1) * points / 100'000);
  size.cells = (size.cells / 10 + 1) * 10;
  SampleStore store(argc > 4 ? argv[4] : "/tmp", size);
  Ingest ingest(system_files(), store.path());
  ingest_more(store, ingest, points);
  const Server server(argv[1], store.path());
  Clients clients(server);
  std::vector<Speed> alone, beside;
  for (int i = 0; i < repeats; ++i) {
    for (const bool on : {i % 2 == 0, i % 2 != 0}) {
      clients.poll(on);
      std::this_thread::sleep_for(kPollEvery);  // all have started or ended
      (on ? beside : alone).push_back(ingest_more(store, ingest, points));
    }
  }
  if (clients.refused() > 0) fail("{} polls got no answer", clients.refused());
  report(alone, beside, clients.waits_ms());
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("serve_bench", polysweep::bench_main, argc, argv);
}
