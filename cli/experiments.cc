#include <nlohmann/json.hpp>

#include <iostream>

#include "cli/command.h"
#include "cli/planning.h"
#include "cli/terminal.h"
#include "framework/error.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  options.shown.add_options()("worker", po::value<std::string>()->value_name("PROGRAM"),
                              "the worker program (default: polysweep-worker beside polysweep)");
  declare_json(options);
  options.word("name");
}

std::string range_of(const ParameterSpec& spec) {
  std::string out;
  for (const std::string& word : spec.words) out += (out.empty() ? "" : " | ") + word;
  if (spec.type == ValueType::kBoolean) return "true | false";
  if (!spec.minimum && !spec.maximum) return out;
  const std::string low = spec.minimum ? fmt::format("{}", *spec.minimum) : "";
  const std::string high = spec.maximum ? fmt::format("{}", *spec.maximum) : "";
  return low + ".." + high + (out.empty() ? "" : " | " + out);
}

std::string condition_of(const ParameterSpec& spec) {
  std::string out;
  for (const Condition& condition : spec.when) {
    std::string levels;
    for (const Value& value : condition.any_of) {
      levels += (levels.empty() ? "" : "|") + value.display();
    }
    out += (out.empty() ? "" : ", ") + condition.parameter + "=" + levels;
  }
  return out;
}

void print_experiment(const ExperimentSpec& spec) {
  fmt::print("{} (version {}): {}\n\n", spec.name, spec.version, spec.doc);
  Table parameters;
  parameters.columns = {{"parameter"}, {"type"},    {"default"},   {"range"},
                        {"unit"},      {"applies"}, {"what it is"}};
  for (const ParameterSpec& parameter : spec.schema.specs()) {
    parameters.rows.push_back({parameter.name, std::string(type_name(parameter.type)),
                               parameter.default_value.display(), range_of(parameter),
                               parameter.unit, condition_of(parameter), parameter.doc});
  }
  print_table(parameters);
  fmt::print("\n");
  Table metrics;
  metrics.columns = {{"metric"}, {"goal"}, {"unit"}, {"what it is"}};
  for (const MetricSpec& metric : spec.metrics) {
    metrics.rows.push_back({metric.name, metric.goal == Goal::kMaximize ? "maximize" : "minimize",
                            metric.unit, metric.doc});
  }
  print_table(metrics);
  for (const DataSpec& data : spec.data) {
    fmt::print("\ndata ({}):\n", data.source);
    for (const DataFile& file : data.files) fmt::print("  {}\n", file.path);
  }
}

int run(const po::variables_map& given) {
  const Worker worker = find_worker(given);
  const std::vector<std::string> names = texts_of(given, "name");
  if (given["json"].as<bool>()) {
    nlohmann::json catalogue = nlohmann::json::parse(worker.catalogue.to_json());
    if (names.empty()) {
      std::cout << catalogue.dump(1) << "\n";
      return kExitComplete;
    }
    worker.catalogue.at(names[0]);
    for (const nlohmann::json& experiment : catalogue["experiments"]) {
      if (experiment["name"] == names[0]) std::cout << experiment.dump(1) << "\n";
    }
    return kExitComplete;
  }
  if (!names.empty()) {
    print_experiment(worker.catalogue.at(names[0]));
    return kExitComplete;
  }
  Table table;
  table.columns = {{"experiment"}, {"version"}, {"parameters"}, {"what it is"}};
  for (const ExperimentSpec& spec : worker.catalogue.experiments) {
    table.rows.push_back({spec.name, fmt::format("{}", spec.version),
                          fmt::format("{}", spec.schema.specs().size()), spec.doc});
  }
  print_table(table);
  return kExitComplete;
}

}  // namespace

const Command kExperimentsCommand = {
    "experiments",
    "Lists what can be run, with its parameters, metrics and data",
    "[NAME] [--json]",
    "  polysweep experiments\n"
    "  polysweep experiments translation",
    declare,
    run,
};

}  // namespace polysweep
