#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>

#include "cli/command.h"
#include "cli/store.h"
#include "cli/terminal.h"
#include "framework/digest.h"
#include "framework/error.h"
#include "results/query.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("csv", po::bool_switch(), "print CSV")(
      "schema", po::bool_switch(), "list the documented views and their columns")(
      "time-limit", po::value<double>()->default_value(10)->value_name("SECONDS"),
      "give up after so long")("rows", po::value<std::uint64_t>()->default_value(1'000'000),
                               "print at most so many rows");
  options.word("sql");
}

struct Shown {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const QueryBlob& value) const {
    return to_hex({reinterpret_cast<const std::uint8_t*>(value.bytes.data()), value.bytes.size()});
  }
};

struct AsJson {
  nlohmann::json operator()(std::monostate) const { return nullptr; }
  nlohmann::json operator()(std::int64_t value) const { return value; }
  nlohmann::json operator()(double value) const {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(fmt::format("{}", value));
  }
  nlohmann::json operator()(const std::string& value) const { return value; }
  nlohmann::json operator()(const QueryBlob& value) const { return Shown()(value); }
};

// Rows are printed as they come: an answer may be larger than memory.
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

TableCell cell_of(const QueryValue& value) {
  if (const double* real = std::get_if<double>(&value)) return {Shown()(*real), *real};
  if (const std::int64_t* whole = std::get_if<std::int64_t>(&value)) {
    return {Shown()(*whole), static_cast<double>(*whole)};
  }
  return std::visit(Shown(), value);
}

int print_schema(const Database& database) {
  for (const ViewInfo& view : documented_views(database)) {
    fmt::print("{}\n", view.name);
    for (const std::string& column : view.columns) fmt::print("  {}\n", column);
  }
  return kExitComplete;
}

int run(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  if (given["schema"].as<bool>()) return print_schema(database);
  const std::string sql = required_word(given, "sql", "one SELECT in quotes");
  const QueryLimits limits{given["time-limit"].as<double>(), given["rows"].as<std::uint64_t>()};
  QueryOutcome outcome;
  if (given["json"].as<bool>()) {
    std::vector<std::string> names;
    bool any = false;
    outcome = run_query(database, sql, json_receiver(names, any), limits);
    std::cout << (any ? "\n]\n" : "]\n");
  } else {
    Table table;
    outcome = run_query(database, sql,
                        {[&table](const std::vector<std::string>& names) {
                           for (const std::string& name : names) table.columns.push_back({name});
                         },
                         [&table](std::span<const QueryValue> row) {
                           TableRow& out = table.rows.emplace_back();
                           for (const QueryValue& value : row) out.push_back(cell_of(value));
                         }},
                        limits);
    if (given["csv"].as<bool>()) {
      fmt::print("{}", table_csv(table));
    } else {
      print_table(table);
    }
  }
  std::cout.flush();
  if (outcome.truncated) {
    fmt::print(stderr, "polysweep: there are more rows than {}; --rows N prints more\n",
               limits.rows);
    return kExitMissing;
  }
  return kExitComplete;
}

}  // namespace

const Command kQueryCommand = {
    "query",
    "Answers a question in SQL from the documented views; it can read, and nothing else",
    "'SELECT ...' [--json | --csv] | --schema",
    "  polysweep query --schema --store runs/demo\n"
    "  polysweep query 'SELECT trial, metric, value FROM final_metrics LIMIT 5'",
    declare,
    run,
};

}  // namespace polysweep
