#include <nlohmann/json.hpp>

#include <iostream>
#include <set>

#include "cli/command.h"
#include "cli/store.h"
#include "cli/terminal.h"
#include "framework/error.h"
#include "results/listing.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("metric", po::value<std::vector<std::string>>()->value_name("NAME"),
                              "show this metric's final value (may be repeated; default: all)");
  options.word("sweep");
}

nlohmann::ordered_json as_json(const ListingRow& row) {
  nlohmann::ordered_json metrics = nlohmann::json::object();
  // JSON has no NaN and no infinities: they are texts there.
  for (const auto& [name, value] : row.final_metrics) {
    metrics[name] = std::isfinite(value) ? nlohmann::ordered_json(value)
                                         : nlohmann::ordered_json(fmt::format("{}", value));
  }
  return {{"id", row.id.hex()},
          {"experiment", row.experiment},
          {"state", state_name(row.state)},
          {"attempts", row.attempts},
          {"parameters", nlohmann::json::parse(row.parameters.canonical())},
          {"metrics", metrics}};
}

// The parameters that are not the same in all rows: what tells trials apart.
std::vector<std::string> varying_parameters(const std::vector<ListingRow>& rows) {
  std::map<std::string, std::set<std::string>> seen;
  std::map<std::string, std::size_t> present;
  for (const ListingRow& row : rows) {
    for (const auto& [name, value] : row.parameters) {
      seen[name].insert(value.canonical());
      ++present[name];
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, values] : seen) {
    if (values.size() > 1 || present[name] < rows.size()) names.push_back(name);
  }
  return names;
}

void print_rows(const std::vector<ListingRow>& rows) {
  const std::vector<std::string> names = varying_parameters(rows);
  std::set<std::string> metrics;
  for (const ListingRow& row : rows) {
    for (const auto& [name, value] : row.final_metrics) metrics.insert(name);
  }
  Table table;
  table.columns = {{"trial"}, {"state"}};
  for (const std::string& name : names) table.columns.push_back({name});
  for (const std::string& name : metrics) table.columns.push_back({name, Align::kRight, ""});
  for (const ListingRow& row : rows) {
    const bool hole = row.state != TrialState::kDone;
    TableRow out = {row.id.brief(), TableCell(std::string(state_name(row.state)),
                                              hole ? Tone::kHole : Tone::kPlain)};
    for (const std::string& name : names) {
      const Value* value = row.parameters.find(name);
      out.emplace_back(value == nullptr ? std::string() : value->display());
    }
    for (const std::string& name : metrics) {
      const auto found = row.final_metrics.find(name);
      out.emplace_back(found == row.final_metrics.end() ? std::string("-")
                                                        : fmt::format("{:.6g}", found->second));
    }
    table.rows.push_back(std::move(out));
  }
  print_table(table);
}

int run(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::vector<std::string> sweeps = texts_of(given, "sweep");
  const std::vector<ListingRow> rows =
      list_trials(database, {sweeps.empty() ? "" : sweeps[0], texts_of(given, "metric")});
  if (given["json"].as<bool>()) {
    nlohmann::ordered_json out = nlohmann::json::array();
    for (const ListingRow& row : rows) out.push_back(as_json(row));
    std::cout << out.dump(1) << "\n";
  } else {
    print_rows(rows);
  }
  return kExitComplete;
}

}  // namespace

const Command kListCommand = {
    "list",
    "Lists trials with their parameters and final metrics",
    "[SWEEP] [--metric NAME ...] [--json]",
    "  polysweep list demo --store runs/demo --metric test_bleu",
    declare,
    run,
};

}  // namespace polysweep
