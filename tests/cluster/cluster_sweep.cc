#include "tests/cluster/cluster_sweep.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/catch.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

const std::string kPolysweep = std::string(POLYSWEEP_PROGRAMS) + "/polysweep";
const std::string kWorker = std::string(POLYSWEEP_PROGRAMS) + "/polysweep-plain-worker";

const char* const kValues =
    "SELECT trial, metric, step, value FROM metrics ORDER BY trial, metric, step";
const char* const kStates = "SELECT trial, state FROM trials ORDER BY trial";

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

nlohmann::json rows_of(const fs::path& store, const std::string& sql) {
  const CommandEnd end = run_command(
      {kPolysweep, "query", sql, "--json", "--rows", "10000000", "--store", store.string()});
  if (end.status != 0) throw std::runtime_error(end.error);
  return nlohmann::json::parse(end.output);
}

}  // namespace

ClusterSweep::ClusterSweep(const ClusterSweepOptions& options)
    : options_(options), cluster_(options.slurm) {
  write(cluster_.shared() / "toy.toml",
        fmt::format(R"(
sweep = "toy"
experiment = "toy"
replicate = "seed"
[fixed]
noise = 0.1
steps = {}
sleep_ms = {}
checkpoint_every = {}
[factors]
x = [0.0, 1.0]
seed = {{ range = [0, {}] }}
[baseline]
x = 0.0
[metrics]
primary = {{ name = "objective", goal = "minimize" }}
)",
                    options.steps, options.step_ms, options.checkpoint_every,
                    options.trials / 2 - 1));
  write_cluster_file(options.cluster);
}

void ClusterSweep::write_cluster_file(const std::string& content) const {
  write(cluster_.shared() / "clusters" / "test.toml", content + "\n");
}

std::vector<std::string> ClusterSweep::words(const std::string& command) const {
  return {kPolysweep, command,          (cluster_.shared() / "toy.toml").string(),
          "--store",  store().string(), "--worker",
          kWorker,    "--cluster",      "test"};
}

CommandEnd ClusterSweep::ask(const std::vector<std::string>& words) const {
  std::vector<std::string> all = {kPolysweep};
  all.insert(all.end(), words.begin(), words.end());
  all.insert(all.end(), {"--store", store().string()});
  return run_command(all, cluster_.environment());
}

nlohmann::json ClusterSweep::query(const std::string& sql) const { return rows_of(store(), sql); }

nlohmann::json ClusterSweep::listed_pilots() const {
  const CommandEnd end = ask({"pilots", "toy", "--json"});
  if (end.status != 0) throw std::runtime_error(end.error);
  return nlohmann::json::parse(end.output).at("pilots");
}

int ClusterSweep::settled() const {
  if (!fs::exists(store() / "journal")) return 0;
  return query("SELECT count(*) AS n FROM trials WHERE state IN ('done', 'diverged', 'failed')")
      .at(0)
      .at("n")
      .get<int>();
}

void ClusterSweep::check_same_as_local() const {
  const fs::path local = cluster_.shared() / "local";
  const CommandEnd end =
      run_command({kPolysweep, "run", (cluster_.shared() / "toy.toml").string(), "--store",
                   local.string(), "--worker", kWorker, "--slots", "16"});
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  CHECK(ask({"status", "toy"}).status == 0);
  CHECK(rows_of(store(), kStates) == rows_of(local, kStates));
  CHECK(rows_of(store(), kValues) == rows_of(local, kValues));
  const nlohmann::json finals = query(
      "SELECT count(*) AS n FROM attempts WHERE final GROUP BY trial ORDER BY n DESC LIMIT 1");
  CHECK(finals.at(0).at("n") == 1);
  // The database is the one that the journals give.
  const nlohmann::json values = rows_of(store(), kValues);
  REQUIRE(ask({"rebuild"}).status == 0);
  CHECK(rows_of(store(), kValues) == values);
  CHECK(wait_until(20, [&] { return cluster_.jobs() == 0; }));
  for (const char* node : {"node1", "node2", "node3", "node4"}) {
    if (!fs::exists(cluster_.shared() / "slurm" / "run" / (std::string(node) + ".outer"))) continue;
    const std::string processes =
        cluster_.on(node, {"sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null"}).output;
    CAPTURE(node, processes);
    CHECK(processes.find("polysweep") == std::string::npos);
  }
}

std::set<std::string> ClusterSweep::outcomes() const {
  std::set<std::string> out;
  for (const auto& row : query("SELECT DISTINCT outcome FROM attempts WHERE outcome IS NOT NULL")) {
    out.insert(row.at("outcome").get<std::string>());
  }
  return out;
}

std::string ClusterSweep::logs() const {
  std::string out;
  for (const fs::directory_entry& entry : fs::directory_iterator(pilots())) {
    if (entry.path().extension() == ".log") out += content(entry.path());
  }
  return out;
}

}  // namespace polysweep
