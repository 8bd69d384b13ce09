#include <nlohmann/json.hpp>

#include <iostream>

#include "cli/commands/command_table.h"
#include "cli/shared/json_output.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/role.h"

namespace polysweep {
namespace {

void declare_experiments(CommandOptions& options) {
  declare_worker(options);
  declare_json(options);
  options.argument("name");
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

std::string words_of(const CommandWords& group) {
  std::vector<std::string> words;
  for (const WordTemplate& word : group.words) words.push_back(word.text());
  const std::string text = shell_words(words);
  return words.size() > 1 || !group.when.empty() ? "[" + text + "]" : text;
}

void print_command(const CommandSpec& command) {
  std::string words;
  for (const CommandWords& group : command.words) {
    words += (words.empty() ? "" : " ") + words_of(group);
  }
  fmt::print("command: {}\n", words);
  for (const CommandVariable& variable : command.environment) {
    fmt::print("environment: {}={}\n", variable.name, variable.value.text());
  }
  for (const InputFile& file : command.files) fmt::print("input file: {}\n", file.path);
}

void print_experiment(const ExperimentSpec& spec) {
  fmt::print("{} (version {}){}{}\n", spec.name, spec.version, spec.doc.empty() ? "" : ": ",
             spec.doc);
  if (spec.command) print_command(*spec.command);
  fmt::print("\n");
  Table parameters;
  parameters.columns = {{"parameter"}, {"type"}, {"default"},    {"range"},
                        {"unit"},      {"role"}, {"applies if"}, {"description"}};
  for (const ParameterSpec& parameter : spec.schema.specs()) {
    parameters.rows.push_back(
        {parameter.name, std::string(type_name(parameter.type)), parameter.default_value.display(),
         range_of(parameter), parameter.unit, std::string(role_name(parameter.role)),
         condition_of(parameter),
         parameter.doc + (parameter.axis.empty() ? "" : " (axis: " + parameter.axis + ")")});
  }
  print_table(parameters);
  fmt::print("\n");
  Table metrics;
  metrics.columns = {{"metric"}, {"goal"}, {"unit"}, {"step"}, {"role"}, {"description"}};
  for (const MetricSpec& metric : spec.metrics) {
    metrics.rows.push_back({metric.name, metric.goal == Goal::kMaximize ? "maximize" : "minimize",
                            metric.unit, metric.step, std::string(role_name(metric.role)),
                            metric.doc});
  }
  print_table(metrics);
  for (const DataSpec& data : spec.data) {
    fmt::print("\ndata ({}):\n", data.source);
    for (const DataFile& file : data.files) fmt::print("  {}\n", file.path);
  }
}

bool names_a_file(const std::string& name) {
  return name.ends_with(".toml") || name.find('/') != std::string::npos;
}

// The experiments of the worker; where a sweep file is named, the one it declares.
Catalogue catalogue_of(const po::variables_map& given, std::vector<std::string>& names) {
  if (names.empty() || !names_a_file(names[0])) return find_worker(given).catalogue;
  const std::string file = names[0];
  if (const std::optional<ExperimentSpec> declared = declared_experiment(file)) {
    names = {declared->name};
    return Catalogue{build_digest(), {*declared}};
  }
  Catalogue catalogue = sweep_worker(given, file).catalogue;
  names = {load_sweep(file, {}, catalogue).experiment.name};
  return catalogue;
}

int run_experiments(const po::variables_map& given) {
  std::vector<std::string> names = texts_of(given, "name");
  const Catalogue found = catalogue_of(given, names);
  if (given["json"].as<bool>()) {
    nlohmann::json catalogue = nlohmann::json::parse(found.to_json());
    if (names.empty()) {
      print_json(catalogue);
      return kExitComplete;
    }
    found.at(names[0]);
    for (const nlohmann::json& experiment : catalogue["experiments"]) {
      if (experiment["name"] == names[0]) print_json(experiment);
    }
    return kExitComplete;
  }
  if (!names.empty()) {
    print_experiment(found.at(names[0]));
    return kExitComplete;
  }
  Table table;
  table.columns = {{"experiment"}, {"version"}, {"parameters"}, {"description"}};
  for (const ExperimentSpec& spec : found.experiments) {
    table.rows.push_back({spec.name, fmt::format("{}", spec.version),
                          fmt::format("{}", spec.schema.specs().size()), spec.doc});
  }
  print_table(table);
  return kExitComplete;
}

}  // namespace

const Command kExperimentsCommand = {
    "experiments",
    "Lists the experiments of the worker; of one experiment, its parameters, metrics and data",
    "[NAME | FILE] [--json]",
    "  polysweep experiments\n"
    "  polysweep experiments toy\n"
    "  polysweep experiments my_sweep.toml      # the experiment that a sweep file declares",
    declare_experiments,
    run_experiments,
};

}  // namespace polysweep
