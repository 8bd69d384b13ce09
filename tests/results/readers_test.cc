// What is exported, read by the programs that it is exported for. They are set up
// by tests/results/readers; where they are not, these tests are skipped.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>

#include "framework/core/error.h"
#include "results/export/sweep_export.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"
#include "tests/support/command_line.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(POLYSWEEP_SOURCE_FOLDER) / "tests" / "results";
const fs::path kPython = kFolder / ".venv" / "bin" / "python";

#define NEEDS_READERS()                                                                        \
  if (!fs::exists(kPython)) {                                                                  \
    POLYSWEEP_SKIP("pandas, TensorBoard and MLflow are not there: run tests/results/readers"); \
  }

const Environment kQuiet{{"MLFLOW_DISABLE_TELEMETRY", "true"}, {"GIT_PYTHON_REFRESH", "quiet"}};

CommandEnd read_back(std::vector<std::string> words) {
  words.insert(words.begin(), {kPython.string(), (kFolder / "read_back.py").string()});
  return run_command(words, kQuiet);
}

#define CHECK_READ_BACK(...)                       \
  do {                                             \
    const CommandEnd end = read_back(__VA_ARGS__); \
    INFO(end.output << end.error);                 \
    CHECK(end.status == 0);                        \
  } while (false)

// Trials of every state, values of every kind, names and texts that are hostile.
void write_store(StoreSample& store) {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const TrialId done = sample_trial("none", 0).id;
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 3));
  store.write("alpha", ProvenanceSeen{R"({"build.commit":"abc","machine.cpu":"x86"})"});
  store.write("alpha", started(done, 1, ""));
  store.write("alpha", points(done, 1, "loss", 1, {3, 0.1, nan, inf, -inf, 1e-300, -2.5}));
  store.write("alpha", points(done, 1, "=cmd|' /C calc'!A0", 1, {1, 2}));
  store.write("alpha", points(done, 1, "a,\"b\"\n<script>", 1, {4}));
  store.write("alpha", text(done, 1, "sample", 2, "=1+1, \"ü\"\nline two"));
  store.write("alpha", finished(done, 1, Outcome::kDone, true));
  store.write("alpha",
              complete_attempt(sample_trial("none", 1).id, std::vector<double>(1500, 0.7)));
  const TrialId diverged = sample_trial("rope", 0).id;
  store.write("alpha", {started(diverged), points(diverged, 1, "loss", 1, {1, nan}),
                        finished(diverged, 1, Outcome::kDiverged, true, "NaN")});
  store.write("alpha", {started(sample_trial("rope", 1).id),
                        finished(sample_trial("rope", 1).id, 1, Outcome::kError, true, "no file")});
  store.write("alpha", started(sample_trial("rope", 2).id));
  store.sync();
  ingest(store.path());
}

std::string place_in(const StoreSample& store, const char* name) {
  return (store.path() / name).string();
}

std::string exported(const StoreSample& store, const std::string& format) {
  const std::string place = place_in(store, format.c_str());
  export_sweep(Database(database_path(store.path()), Access::kRead), "one", {format, place});
  return place;
}

int free_port() {
  const int number = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(number, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(getsockname(number, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(number);
  return ntohs(address.sin_port);
}

// A real server of MLflow's with a database of its own.
class MlflowServer {
 public:
  explicit MlflowServer(const fs::path& folder) : port_(free_port()) {
    pid_ = start_command({(kFolder / ".venv" / "bin" / "mlflow").string(), "server", "--host",
                          "127.0.0.1", "--port", std::to_string(port_), "--workers", "1",
                          "--backend-store-uri", "sqlite:///" + (folder / "mlflow.db").string(),
                          "--artifacts-destination", (folder / "artifacts").string()},
                         kQuiet);
  }
  ~MlflowServer() { stop(); }
  MlflowServer(const MlflowServer&) = delete;
  MlflowServer& operator=(const MlflowServer&) = delete;

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  // Its process group: it starts workers.
  void stop() {
    if (pid_ == 0) return;
    kill(-pid_, SIGKILL);
    wait_command(pid_);
    pid_ = 0;
  }
  bool answers() const {
    for (int i = 0; i < 600; ++i) {
      const CommandEnd end = run_command(
          {kPython.string(), "-c",
           fmt::format("import urllib.request; urllib.request.urlopen('{}/health', timeout=5)",
                       url())});
      if (end.status == 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    return false;
  }

 private:
  int port_;
  int pid_ = 0;
};

}  // namespace

TEST_CASE("pandas reads CSV and JSON lines to the numbers of the database", "[readers]") {
  NEEDS_READERS();
  StoreSample store;
  write_store(store);
  CHECK_READ_BACK({"tables", exported(store, "csv"), exported(store, "jsonl"),
                   database_path(store.path()).string(), "one"});
}

TEST_CASE("pandas and sqlite-utils read every view", "[readers]") {
  NEEDS_READERS();
  StoreSample store;
  write_store(store);
  CHECK_READ_BACK({"views", database_path(store.path()).string()});
}

TEST_CASE("TensorBoard reads event files: scalars, texts, parameters", "[readers]") {
  NEEDS_READERS();
  StoreSample store;
  write_store(store);
  CHECK_READ_BACK(
      {"tensorboard", exported(store, "tensorboard"), database_path(store.path()).string(), "one"});
}

TEST_CASE("an MLflow server takes a sweep, once", "[readers][slow]") {
  NEEDS_READERS();
  StoreSample store;
  write_store(store);
  MlflowServer server(store.path());
  REQUIRE(server.answers());
  const Database database(database_path(store.path()), Access::kRead);
  const ExportReport report = export_sweep(database, "one", {"mlflow", server.url() + "/"});
  CHECK(report.trials == 6);
  CHECK_READ_BACK({"mlflow", server.url(), database_path(store.path()).string(), "one"});
  CHECK_THROWS_WITH(export_sweep(database, "one", {"mlflow", server.url()}),
                    Contains("has an experiment 'one'"));
  // A server that goes away in the middle: nothing stands under the sweep's name.
  store.write("alpha", sample_sweep("two", {"none", "rope"}, 3, 2000));
  store.sync();
  ingest(store.path());
  const auto stop_it = [&](std::size_t done, std::size_t) {
    if (done == 2) server.stop();
  };
  CHECK_THROWS_WITH(export_sweep(database, "two", {"mlflow", server.url()}, stop_it),
                    Contains("does not answer"));
}

TEST_CASE("an export that fails is deleted on the server", "[readers][slow]") {
  NEEDS_READERS();
  StoreSample store;
  write_store(store);
  MlflowServer server(store.path());
  REQUIRE(server.answers());
  const Database database(database_path(store.path()), Access::kRead);
  const auto refuse = [](std::size_t done, std::size_t) {
    if (done == 2) fail("enough");
  };
  CHECK_THROWS_WITH(export_sweep(database, "one", {"mlflow", server.url()}, refuse), "enough");
  const ExportReport report = export_sweep(database, "one", {"mlflow", server.url()});
  CHECK(report.trials == 6);
}

}  // namespace polysweep
