#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/commands/command_table.h"
#include "cli/shared/planned_sweep.h"
#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "results/read/ledger.h"
#include "results/read/query.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostTrials = 200;

// What stands before the word that is completed.
struct Typed {
  std::vector<std::string> words;              // positional
  std::map<std::string, std::string> options;  // name without dashes -> value
  std::string open_option;                     // its value is what is completed
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

std::vector<std::string> sweep_names(const Typed& typed) {
  const Database database = store_of(typed);
  std::vector<std::string> names;
  for (const SweepSummary& sweep : Ledger(database).sweeps()) names.push_back(sweep.name);
  return names;
}

std::vector<std::string> trial_names(const Typed& typed, const std::string& begin) {
  if (begin.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  const Database database = store_of(typed);
  std::vector<std::string> names;
  QueryReceiver receiver;
  receiver.columns = [](const std::vector<std::string>&) {};
  receiver.row = [&](std::span<const QueryValue> row) {
    names.push_back(
        std::get<std::string>(row[0]).substr(0, std::max<std::size_t>(12, begin.size())));
  };
  run_query(database,
            fmt::format("SELECT trial FROM trials WHERE trial >= '{0}' AND trial < '{0}g' "
                        "ORDER BY trial LIMIT {1}",
                        begin, kMostTrials),
            receiver, {1, kMostTrials});
  return names;
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

// NAME= for every parameter; after NAME= the levels of the file, or the words
// that the parameter takes.
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
  // Of a list, the last one is completed.
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

std::vector<std::string> candidates(const std::vector<std::string>& before,
                                    const std::string& begin) {
  std::vector<std::string> found;
  if (before.empty()) {
    for (const Command& command : commands()) {
      if (command.listed) found.emplace_back(command.name);
    }
    return found;
  }
  const auto command = std::find_if(commands().begin(), commands().end(),
                                    [&](const Command& c) { return c.name == before[0]; });
  if (command == commands().end()) return {};
  const CommandOptions options(*command);
  const Typed typed = read_typed(options, {before.begin() + 1, before.end()});
  if (!typed.open_option.empty()) {
    return typed.open_option == "sweep" ? sweep_names(typed) : std::vector<std::string>{};
  }
  if (begin.starts_with("-")) return option_names(options);
  if (typed.words.size() >= options.order.max_total_count()) return {};
  const std::string word =
      options.order.name_for_position(static_cast<unsigned>(typed.words.size()));
  if (word == "sweep") return sweep_names(typed);
  if (word == "trial" || word == "trials") return trial_names(typed, begin);
  if (word == "overrides") return overrides(typed, begin);
  if (word == "name") return experiment_names(typed);
  return {};
}

void declare(CommandOptions& options) { options.argument("typed", true); }

// A store that is not there, a sweep file that is wrong: nothing to offer.
int run(const po::variables_map& given) {
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
    "complete",    "Prints what the last of the words may be completed to, one a line",
    "-- WORD ...", "  polysweep complete -- status de",
    declare,       run,
    false,
};

}  // namespace polysweep
