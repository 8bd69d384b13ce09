#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/commands/command_table.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/store.h"
#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "results/read/code_versions.h"
#include "results/read/ledger.h"
#include "results/read/query.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostTrials = 200;
constexpr double kTimeLimit_s = 1;  // of a query

// The command line before the word that is completed.
struct Typed {
  std::vector<std::string> words;              // positional
  std::map<std::string, std::string> options;  // name without dashes -> value
  std::string open_option;                     // the option whose value is completed
};

Typed read_typed(const CommandOptions& options, const std::vector<std::string>& before) {
  Typed typed;
  for (const std::string& word : before) {
    if (!typed.open_option.empty()) {
      typed.options[typed.open_option] = word;
      typed.open_option.clear();
    } else if (!word.starts_with("--")) {
      typed.words.push_back(word);
    } else if (const std::size_t equals = word.find('='); equals != std::string::npos) {
      typed.options[word.substr(2, equals - 2)] = word.substr(equals + 1);
    } else if (const auto* option = options.shown.find_nothrow(word.substr(2), false);
               option != nullptr && option->semantic()->max_tokens() > 0) {
      typed.open_option = word.substr(2);
    }
  }
  return typed;
}

Database store_of(const Typed& typed) {
  const auto named = typed.options.find("store");
  return Database(database_path(named == typed.options.end() ? "runs" : named->second),
                  Access::kRead);
}

// The first column of an answer.
std::vector<std::string> names_in(const Database& database, const std::string& sql) {
  std::vector<std::string> names;
  QueryReceiver receiver;
  receiver.columns = [](const std::vector<std::string>&) {};
  receiver.row = [&](std::span<const QueryValue> row) {
    names.push_back(std::get<std::string>(row[0]));
  };
  run_query(database, sql, receiver, {kTimeLimit_s, kMostTrials});
  return names;
}

std::vector<std::string> sweep_names(const Typed& typed) {
  const Database database = store_of(typed);
  std::vector<std::string> names;
  for (const SweepSummary& sweep : Ledger(database).sweeps()) names.push_back(sweep.name);
  return names;
}

std::vector<std::string> trial_names(const Typed& typed, const std::string& begin) {
  if (begin.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  std::vector<std::string> names =
      names_in(store_of(typed), fmt::format("SELECT trial FROM trials WHERE trial >= '{0}' AND "
                                            "trial < '{0}g' ORDER BY trial LIMIT {1}",
                                            begin, kMostTrials));
  for (std::string& name : names) name.resize(std::max<std::size_t>(12, begin.size()));
  return names;
}

std::vector<std::string> metric_names(const Typed& typed) {
  return names_in(store_of(typed), "SELECT DISTINCT metric FROM final_metrics");
}

// The columns of list. Of a comma-separated list the last one is completed, of
// "-COLUMN" what follows the dash.
std::vector<std::string> column_names(const Typed& typed, const std::string& begin) {
  std::vector<std::string> names = {"trial", "experiment", "state", "attempts"};
  const std::vector<std::string> parameters =
      names_in(store_of(typed),
               fmt::format("SELECT DISTINCT j.key FROM (SELECT parameters FROM trials LIMIT {}) t, "
                           "json_each(t.parameters) j",
                           kMostTrials));
  names.insert(names.end(), parameters.begin(), parameters.end());
  const std::vector<std::string> metrics = metric_names(typed);
  names.insert(names.end(), metrics.begin(), metrics.end());
  std::string kept = begin.substr(0, begin.find_last_of(',') + 1);
  if (begin.substr(kept.size()).starts_with("-")) kept += "-";
  for (std::string& name : names) name = kept + name;
  return names;
}

// factor=level of the cells of the sweep; of a comma-separated list the last one is
// completed.
std::vector<std::string> cell_levels(const Typed& typed, const std::string& begin) {
  const Database database = store_of(typed);
  const std::string kept = begin.substr(0, begin.find_last_of(',') + 1);
  std::vector<std::string> found;
  const std::string sweep = chosen_sweep(database, typed.words.empty() ? "" : typed.words[0]);
  for (const FactorInfo& factor : load_description(database, sweep).factors) {
    for (const Value& level : factor.levels) {
      found.push_back(kept + factor.name + "=" + level.display());
    }
  }
  return found;
}

po::variables_map planning_options(const Typed& typed) {
  po::variables_map given;
  for (const char* name : {"worker", "data"}) {
    const auto named = typed.options.find(name);
    if (named != typed.options.end()) {
      given.emplace(name, po::variable_value(boost::any(named->second), false));
    }
  }
  return given;
}

// NAME= for every parameter; after NAME= the levels of the file, or the values that
// the parameter accepts.
std::vector<std::string> overrides(const Typed& typed, const std::string& begin) {
  if (typed.words.empty()) return {};
  const Worker worker = sweep_worker(planning_options(typed), typed.words[0]);
  const Sweep sweep = load_sweep(typed.words[0], {}, worker.catalogue);
  const std::size_t equals = begin.find('=');
  std::vector<std::string> found;
  if (equals == std::string::npos) {
    for (const ParameterSpec& spec : sweep.experiment.schema.specs()) {
      found.push_back(spec.name + "=");
    }
    return found;
  }
  const std::string name = begin.substr(0, equals);
  // Of a comma-separated list the last one is completed.
  const std::string kept = begin.substr(0, begin.find_last_of(",=") + 1);
  if (const Factor* factor = sweep.find_factor(name); factor != nullptr) {
    for (const Value& level : factor->levels) found.push_back(kept + level.display());
  }
  if (const ParameterSpec* spec = sweep.experiment.schema.find(name); spec != nullptr) {
    for (const std::string& word : spec->words) found.push_back(kept + word);
    if (spec->type == ValueType::kBoolean) {
      found.push_back(kept + "true");
      found.push_back(kept + "false");
    }
  }
  return found;
}

std::vector<std::string> experiment_names(const Typed& typed) {
  std::vector<std::string> names;
  for (const ExperimentSpec& spec : find_worker(planning_options(typed)).catalogue.experiments) {
    names.push_back(spec.name);
  }
  return names;
}

std::vector<std::string> option_names(const CommandOptions& options) {
  std::vector<std::string> names;
  for (const auto& option : options.shown.options()) names.push_back("--" + option->long_name());
  return names;
}

// The values of an option; none where the shell completes files.
std::vector<std::string> option_values(const Typed& typed, const std::string& begin) {
  const std::string& option = typed.open_option;
  if (option == "sweep") return sweep_names(typed);
  if (option == "metric" || option == "except") return metric_names(typed);
  if (option == "sort" || option == "columns") return column_names(typed, begin);
  if (option == "reference" || option == "family") return cell_levels(typed, begin);
  if (option == "trial") return trial_names(typed, begin);
  if (option == "to") return {"csv", "jsonl", "tensorboard", "mlflow"};
  if (option == "test") return comparison_test_names();
  if (option == "device") return {"cpu", "cuda"};
  return {};
}

std::vector<std::string> listed_commands() {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.listed) names.emplace_back(command.name);
  }
  return names;
}

// code=DIGEST of each version of the sweep's code.
std::vector<std::string> code_versions(const Typed& typed) {
  std::vector<std::string> out;
  const Database database = store_of(typed);
  for (const CodeVersion& each : load_code_versions(database, typed.words.at(0))) {
    out.push_back("code=" + each.name);
  }
  return out;
}

// The values of the next positional argument.
std::vector<std::string> argument_values(const CommandOptions& options, const Typed& typed,
                                         const std::string& begin) {
  if (typed.words.size() >= options.order.max_total_count()) return {};
  const std::string name =
      options.order.name_for_position(static_cast<unsigned>(typed.words.size()));
  check(options.arguments.find_nothrow(name, false) != nullptr, "an argument is declared");
  if (name == "sweep") {
    std::vector<std::string> found = sweep_names(typed);
    if (options.arguments.find_nothrow("metric", false) == nullptr) return found;
    // [SWEEP] METRIC
    const std::vector<std::string> metrics = metric_names(typed);
    found.insert(found.end(), metrics.begin(), metrics.end());
    return found;
  }
  if (name == "metric") return metric_names(typed);
  if (name == "cells") return cell_levels(typed, begin);
  if (name == "trial" || name == "trials") return trial_names(typed, begin);
  if (name == "overrides") return overrides(typed, begin);
  if (name == "name") return experiment_names(typed);
  if (name == "command") return listed_commands();
  if (name == "shell") return {"bash", "zsh"};
  if (name == "versions") return code_versions(typed);
  if (name == "action") return {"check", "dump"};
  return {};
}

std::vector<std::string> candidates(const std::vector<std::string>& before,
                                    const std::string& begin) {
  if (before.empty()) return listed_commands();
  const auto command = std::find_if(commands().begin(), commands().end(),
                                    [&](const Command& c) { return c.name == before[0]; });
  if (command == commands().end()) return {};
  const CommandOptions options(*command);
  const Typed typed = read_typed(options, {before.begin() + 1, before.end()});
  if (!typed.open_option.empty()) return option_values(typed, begin);
  if (begin.starts_with("-")) return option_names(options);
  return argument_values(options, typed, begin);
}

void declare_complete(CommandOptions& options) { options.argument("typed", true); }

// No store, or a sweep file with errors: nothing is offered.
int run_complete(const po::variables_map& given) {
  std::vector<std::string> before = texts_of(given, "typed");
  if (before.empty()) return kExitComplete;
  const std::string begin = before.back();
  before.pop_back();
  std::vector<std::string> found;
  try {
    found = candidates(before, begin);
  } catch (const Error&) {
    return kExitComplete;
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const std::string& one : found) {
    if (one.starts_with(begin)) fmt::print("{}\n", one);
  }
  return kExitComplete;
}

}  // namespace

const Command kCompleteCommand = {
    "complete",
    "Prints the completions of the last word, one per line",
    "-- WORD ...",
    "  polysweep complete -- status de",
    declare_complete,
    run_complete,
    false,
};

}  // namespace polysweep
