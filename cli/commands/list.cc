#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>
#include <sstream>

#include "cli/commands/command_table.h"
#include "cli/shared/code_words.h"
#include "cli/shared/json_output.h"
#include "cli/shared/output_format.h"
#include "cli/shared/report_problems.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "results/export/csv.h"
#include "results/read/ledger.h"
#include "results/read/trial_filter.h"
#include "results/read/trial_table.h"

namespace polysweep {
namespace {

void declare_list(CommandOptions& options) {
  declare_store(options);
  declare_json_and_csv(options);
  options.shown.add_options()("where", po::value<std::string>()->value_name("CONDITION"),
                              "only trials that match, for example 'lr=0.1 and loss<2'")(
      "sort", po::value<std::string>()->value_name("COLUMN,..."),
      "sort by these columns; -COLUMN: descending")(
      "columns", po::value<std::string>()->value_name("COLUMN,..."),
      "columns to show: trial, experiment, state, attempts, parameters, final metrics")(
      "metric", po::value<std::vector<std::string>>()->value_name("NAME"),
      "show the final value of this metric (may be repeated; default: all)");
  options.argument("sweep");
}

nlohmann::ordered_json as_json(const TrialRow& row) {
  nlohmann::ordered_json metrics = nlohmann::json::object();
  for (const auto& [name, value] : row.final_metrics) {
    metrics[name] = number_or_text(value);
  }
  return {{"id", row.id.hex()},
          {"experiment", row.experiment},
          {"state", state_name(row.state)},
          {"attempts", row.attempts},
          {"parameters", nlohmann::json::parse(row.parameters.canonical())},
          {"metrics", metrics}};
}

// The parameters that differ between rows.
std::vector<std::string> varying_parameters(const std::vector<TrialRow>& rows) {
  std::map<std::string, std::set<std::string>> seen;
  std::map<std::string, std::size_t> present;
  for (const TrialRow& row : rows) {
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

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  std::istringstream in(list);
  for (std::string name; std::getline(in, name, ',');) out.push_back(name);
  return out;
}

bool has_several_codes(const std::vector<TrialRow>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const TrialRow& row) { return row.code != rows[0].code; });
}

// The parameters that differ, the code where it does, and the metrics.
std::vector<std::string> usual_columns(const std::vector<TrialRow>& rows) {
  std::vector<std::string> out = {"trial", "state"};
  if (has_several_codes(rows)) out.emplace_back("code");
  for (const std::string& name : varying_parameters(rows)) out.push_back(name);
  std::set<std::string> metrics;
  for (const TrialRow& row : rows) {
    for (const auto& [name, value] : row.final_metrics) metrics.insert(name);
  }
  for (const std::string& name : metrics) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

bool is_metric(const TrialRow& row, const std::string& column) {
  return row.parameters.find(column) == nullptr && row.final_metrics.contains(column);
}

TableCell cell_of(const TrialRow& row, const std::string& column) {
  const TrialField field = trial_field(row, column);
  if (column == "trial") return row.id.brief();
  if (column == "state") {
    const bool done = row.state == TrialState::kDone;
    return {std::string(state_name(row.state)), done ? Tone::kPlain : Tone::kMissing};
  }
  if (is_metric(row, column)) {
    const double value = row.final_metrics.at(column);
    return {fmt::format("{:.6g}", value), value};
  }
  if (const Value* value = row.parameters.find(column)) return value->display();
  if (const double* real = std::get_if<double>(&field)) return fmt::format("{}", *real);
  if (const std::string* text = std::get_if<std::string>(&field)) return *text;
  return {"-", Tone::kMuted};
}

void print_rows(const std::vector<TrialRow>& rows, const std::vector<std::string>& columns) {
  Table table;
  for (const std::string& name : columns) {
    const bool number = std::any_of(rows.begin(), rows.end(), [&](const TrialRow& row) {
      return std::holds_alternative<double>(trial_field(row, name));
    });
    table.columns.push_back({name, number ? Align::kRight : Align::kLeft, ""});
  }
  for (const TrialRow& row : rows) {
    TableRow& out = table.rows.emplace_back();
    for (const std::string& name : columns) out.push_back(cell_of(row, name));
  }
  print_table(table);
}

// Complete ids and exact numbers, for programs.
void print_csv(const std::vector<TrialRow>& rows, const std::vector<std::string>& columns) {
  std::cout << csv_header(columns);
  for (const TrialRow& row : rows) {
    std::vector<QueryValue> out;
    for (const std::string& name : columns) {
      const Value* value = row.parameters.find(name);
      const bool integer = value != nullptr && value->type() == ValueType::kInteger;
      const TrialField field = trial_field(row, name);
      if (integer) {
        out.emplace_back(value->integer());
      } else if (is_metric(row, name)) {
        out.emplace_back(row.final_metrics.at(name));  // NaN too
      } else if (const double* real = std::get_if<double>(&field)) {
        out.emplace_back(*real);
      } else if (const std::string* text = std::get_if<std::string>(&field)) {
        out.emplace_back(*text);
      } else {
        out.emplace_back();
      }
    }
    std::cout << csv_line(out);
  }
}

int run_list(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::vector<std::string> sweeps = texts_of(given, "sweep");
  std::vector<TrialRow> rows =
      load_trial_table(database, {sweeps.empty() ? "" : sweeps[0], texts_of(given, "metric")});
  const std::vector<std::string> known = trial_columns(rows);
  if (given.count("where") > 0) {
    const TrialFilter keeps = parse_trial_filter(text_or(given, "where", ""), known, rows);
    std::erase_if(rows, [&](const TrialRow& row) { return !keeps(row); });
  }
  sort_trials(rows, text_or(given, "sort", ""), known);
  std::vector<std::string> columns = split(text_or(given, "columns", ""));
  for (const std::string& name : columns) expect_column(name, known);
  if (columns.empty()) columns = usual_columns(rows);
  const OutputFormat format = output_format(given);
  if (format == OutputFormat::kJson) {
    nlohmann::ordered_json out = nlohmann::json::array();
    for (const TrialRow& row : rows) out.push_back(as_json(row));
    print_json(out);
  } else if (format == OutputFormat::kCsv) {
    print_csv(rows, columns);
  } else {
    print_rows(rows, columns);
  }
  if (!sweeps.empty()) print_other_versions(database, sweeps[0]);
  if (!sweeps.empty()) print_problems(sweeps[0], Ledger(database).report_problems(sweeps[0]));
  return kExitComplete;
}

}  // namespace

const Command kListCommand = {
    "list",
    "Lists trials with their parameters and final metrics",
    "[SWEEP] [--where CONDITION] [--sort COLUMN,...] [--columns COLUMN,...] [--json | --csv]",
    "  polysweep list my_sweep --where 'lr=0.1 and loss<2' --sort -loss\n"
    "  polysweep list my_sweep --columns trial,lr,seed,loss --csv",
    declare_list,
    run_list,
};

}  // namespace polysweep
