// How SQLite answers the questions that people and our own commands ask: none of
// them may read all points.
#include <sqlite3.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "framework/core/error.h"
#include "results/read/cell_search.h"
#include "results/read/curves_on_demand.h"
#include "results/read/ledger.h"
#include "results/read/query.h"
#include "results/read/sweep_results.h"
#include "results/read/sweep_results_reader.h"
#include "results/read/trial_lookup.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"
#include "results/schema/connection.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

void write_store(StoreSample& store) {
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 2));
  store.write("alpha", ProvenanceSeen{R"({"build.commit":"abc","machine.cpu":"x86"})"});
  store.write("alpha", complete_attempt(sample_trial("rope", 0).id, std::vector<double>(200, 2)));
  store.write("alpha", started(sample_trial("none", 0).id));
  store.write("alpha", points(sample_trial("none", 0).id, 1, "loss", 1, {3, 2}));
  store.sync();
  ingest(store.path());
}

// The texts of all questions that `work` asks of the database, each once.
template <typename Work>
std::vector<std::string> questions_of(const Database& database, Work work) {
  std::vector<std::string> out;
  const auto keep = [](unsigned, void* texts, void*, void* sql) {
    std::string text = static_cast<const char*>(sql);
    auto& all = *static_cast<std::vector<std::string>*>(texts);
    const bool is_question = text.starts_with("SELECT") || text.starts_with("WITH");
    if (is_question && std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
    return 0;
  };
  sqlite3* handle = database.connection().handle();
  sqlite3_trace_v2(handle, SQLITE_TRACE_STMT, keep, &out);
  work();
  sqlite3_trace_v2(handle, 0, nullptr, nullptr);
  return out;
}

std::string plan_of(const Database& database, const std::string& question) {
  std::string out = question + "\n";
  for (const std::string& step : ask(database, "EXPLAIN QUERY PLAN " + question)) {
    const std::string words = step.substr(step.rfind('|') + 1);
    INFO(question << "\n" << words);
    const bool reads_all = std::regex_search(words, std::regex("SCAN (p|point)( |$)"));
    CHECK_FALSE(reads_all);
    out += "  " + words + "\n";
  }
  return out;
}

// Other versions of SQLite plan, and word their plans, a little differently.
void check_golden(const std::string& name, const std::string& plans) {
  const std::string file = std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/golden/" + name;
  if (std::getenv("POLYSWEEP_WRITE_GOLDEN") != nullptr) std::ofstream(file) << plans;
  std::ifstream in(file);
  std::ostringstream golden;
  golden << in.rdbuf();
  if (!std::string(sqlite3_libversion()).starts_with("3.40.")) {
    POLYSWEEP_SKIP("plans are compared for SQLite 3.40 alone");
  }
  CHECK(plans == golden.str());
}

}  // namespace

TEST_CASE("no standard query reads all points", "[plan]") {
  StoreSample store;
  write_store(store);
  const Database database(database_path(store.path()), Access::kRead);
  const std::vector<std::string> queries{
      "SELECT * FROM metrics WHERE trial = 'x' AND metric = 'loss' ORDER BY step",
      "SELECT * FROM metrics WHERE trial = 'x'",
      "SELECT * FROM final_metrics WHERE metric = 'loss'",
      "SELECT * FROM final_metrics",
      "SELECT * FROM summaries WHERE trial = 'x'",
      "SELECT * FROM attempts WHERE trial = 'x' AND counted",
      "SELECT * FROM trials WHERE trial >= 'a' AND trial < 'ag'",
      "SELECT * FROM sweep_trials WHERE sweep = 'x' ORDER BY position",
      "SELECT * FROM cells WHERE sweep = 'x'",
      "SELECT * FROM texts WHERE trial = 'x'"};
  std::string plans;
  for (const std::string& query : queries) plans += plan_of(database, query);
  check_golden("query_plans.txt", plans);
}

TEST_CASE("no command reads all points", "[plan]") {
  StoreSample store;
  write_store(store);
  const Database database(database_path(store.path()), Access::kRead);
  const TrialId settled = sample_trial("rope", 0).id;
  std::set<std::string> questions;
  const auto ask_all = [&](auto work) {
    for (std::string& each : questions_of(database, work)) questions.insert(std::move(each));
  };
  ask_all([&] { load_trial_table(database, {"one", {}}); });
  ask_all([&] { load_trial_table(database, {"", {"loss"}}); });
  ask_all([&] { Ledger(database).sweeps(); });
  ask_all([&] { Ledger(database).cells("one"); });
  ask_all([&] { load_plan(database, "one", {1}); });
  ask_all([&] { find_cell_numbers(database, "one", load_plan(database, "one").cells[1].levels); });
  ask_all([&] { Ledger(database).standing(settled); });
  const TrialId open = sample_trial("none", 0).id;
  ask_all([&] { Ledger(database).standing(open); });
  ask_all([&] { load_trial(database, find_trial(database, settled.brief())); });
  for (const std::size_t at_most : {0U, 10U}) {
    ask_all([&] { load_curve(database, settled, "loss", at_most); });
  }
  ask_all([&] {
    const SweepResults results = load_sweep_results(database, "one", {100, 0});
    results.curves_on_demand->bounded_curves({1}, "loss");
  });
  CHECK(questions.size() > 15);
  std::string plans;
  for (const std::string& question : questions) plans += plan_of(database, question);
  check_golden("command_plans.txt", plans);
}

}  // namespace polysweep
