#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands/command_table.h"
#include "cli/shared/json_output.h"
#include "cli/shared/output_format.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "results/export/csv.h"
#include "results/read/documented_views.h"
#include "results/read/query.h"
#include "results/schema/wide_view.h"

namespace polysweep {
namespace {

void declare_query(CommandOptions& options) {
  declare_store(options);
  declare_json_and_csv(options);
  options.shown.add_options()("schema", po::bool_switch(),
                              "list the documented views and their columns")(
      "time-limit", po::value<double>()->default_value(10)->value_name("SECONDS"),
      "stop the query after this time")(
      "rows", po::value<std::uint64_t>()->default_value(1'000'000)->value_name("N"),
      "print at most this many rows");
  options.argument("sql");
}

std::string hex_text(const QueryBlob& blob) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(blob.bytes.data()), blob.bytes.size()});
}

struct AsCell {
  TableCell operator()(std::monostate) const { return {"-", Tone::kMuted}; }
  TableCell operator()(std::int64_t value) const {
    return {fmt::format("{}", value), static_cast<double>(value)};
  }
  TableCell operator()(double value) const { return {fmt::format("{}", value), value}; }
  TableCell operator()(const std::string& value) const { return value; }
  TableCell operator()(const QueryBlob& value) const { return hex_text(value); }
};

struct AsJson {
  nlohmann::json operator()(std::monostate) const { return nullptr; }
  nlohmann::json operator()(std::int64_t value) const { return value; }
  nlohmann::json operator()(double value) const {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(fmt::format("{}", value));
  }
  nlohmann::json operator()(const std::string& value) const { return value; }
  nlohmann::json operator()(const QueryBlob& value) const { return hex_text(value); }
};

// Rows are printed one by one: an answer may be larger than memory.
QueryReceiver json_receiver(std::vector<std::string>& names, bool& any) {
  return {[&names](const std::vector<std::string>& columns) {
            names = columns;
            std::cout << "[";
          },
          [&names, &any](std::span<const QueryValue> row) {
            nlohmann::ordered_json object = nlohmann::json::object();
            for (std::size_t i = 0; i < row.size(); ++i) {
              object[names[i]] = std::visit(AsJson(), row[i]);
            }
            std::cout << (any ? ",\n " : "\n ")
                      << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            any = true;
          }};
}

QueryReceiver csv_receiver() {
  return {[](const std::vector<std::string>& columns) { std::cout << csv_header(columns); },
          [](std::span<const QueryValue> row) { std::cout << csv_line(row); }};
}

// Columns that hold only numbers are aligned to the right.
void align_numbers(Table& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool numbers =
        std::any_of(table.rows.begin(), table.rows.end(),
                    [i](const TableRow& row) { return row[i].number.has_value(); }) &&
        std::all_of(table.rows.begin(), table.rows.end(), [i](const TableRow& row) {
          return row[i].number.has_value() || row[i].tone == Tone::kMuted;
        });
    if (numbers) table.columns[i].align = Align::kRight;
  }
}

QueryOutcome print_answer(const Database& database, const std::string& sql, QueryLimits limits) {
  Table table;
  const QueryOutcome outcome = run_query(database, sql,
                                         {[&table](const std::vector<std::string>& names) {
                                            for (const std::string& name : names)
                                              table.columns.push_back({name});
                                          },
                                          [&table](std::span<const QueryValue> row) {
                                            TableRow& out = table.rows.emplace_back();
                                            for (const QueryValue& value : row)
                                              out.push_back(std::visit(AsCell(), value));
                                          }},
                                         limits);
  align_numbers(table);
  print_table(table);
  return outcome;
}

int print_schema(const Database& database, bool json) {
  nlohmann::ordered_json out = nlohmann::json::object();
  for (const ViewInfo& view : documented_views(database)) {
    out[view.name] = view.columns;
    if (!json) fmt::print("{}({})\n", view.name, fmt::join(view.columns, ", "));
  }
  if (json) print_json(out);
  return kExitComplete;
}

// Columns that the view wide lacks are not missed in silence.
void note_left_out(const Database& database, const std::string& sql) {
  if (sql.find(kWideView) == std::string::npos) return;
  const std::size_t count = left_out_of_wide_view(database.connection());
  if (count == 0) return;
  fmt::print(stderr,
             "polysweep: the view wide has no room for {} of the store's parameters and metrics; "
             "final_metrics has all\n",
             count);
}

int run_query(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  if (given["schema"].as<bool>()) return print_schema(database, given["json"].as<bool>());
  const std::string sql = required_argument(given, "sql", "one SELECT statement in quotes");
  const QueryLimits limits{given["time-limit"].as<double>(), given["rows"].as<std::uint64_t>()};
  QueryOutcome outcome;
  const OutputFormat format = output_format(given);
  if (format == OutputFormat::kJson) {
    std::vector<std::string> names;
    bool any = false;
    outcome = run_query(database, sql, json_receiver(names, any), limits);
    std::cout << (any ? "\n]\n" : "]\n");
  } else if (format == OutputFormat::kCsv) {
    outcome = run_query(database, sql, csv_receiver(), limits);
  } else {
    outcome = print_answer(database, sql, limits);
  }
  std::cout.flush();
  note_left_out(database, sql);
  if (outcome.truncated) {
    fmt::print(stderr, "polysweep: only the first {} printed; --rows N prints more\n",
               limits.rows == 1 ? "row was" : fmt::format("{} rows were", limits.rows));
    return kExitMissing;
  }
  return kExitComplete;
}

}  // namespace

const Command kQueryCommand = {
    "query",
    "Runs a read-only SQL query on the documented views",
    "'SELECT ...' [--json | --csv] | --schema",
    "  polysweep query --schema\n"
    "  polysweep query 'SELECT sweep, lr, avg(accuracy) FROM wide GROUP BY sweep, lr' "
    "--csv",
    declare_query,
    run_query,
};

}  // namespace polysweep
