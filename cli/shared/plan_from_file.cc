#include "cli/shared/plan_from_file.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "framework/core/error_place.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/command_reader.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/file/sweep_override.h"
#include "framework/sweep/plan/command_size.h"
#include "reports/text/escaping.h"
#include "runners/code/code_files.h"
#include "runners/code/code_snapshot.h"

namespace polysweep {

namespace fs = std::filesystem;

namespace {

// A file that was meant to run a program may lack its command.
Worker worker_of(const po::variables_map& given, const std::string& text, const std::string& file) {
  const std::optional<NamedWorker> named = named_worker(text, file);
  if (named || given.count("worker") > 0) return find_worker(given, named);
  try {
    return find_worker(given, named);
  } catch (const Error& error) {
    fail(
        "{} has neither command = [\"PROGRAM\", ...], which runs a program, nor worker = "
        "\"PROGRAM\", so that its experiment is a built-in one; {}",
        file, error.what());
  }
}

}  // namespace

void declare_planning(CommandOptions& options) {
  options.shown.add_options()("data", po::value<std::string>()->value_name("FOLDER"),
                              "folder of the data files that the experiment reads");
  declare_worker(options);
}

fs::path data_folder(const po::variables_map& given) {
  const char* variable = std::getenv("POLYSWEEP_DATA");
  const std::string folder = text_or(given, "data", variable != nullptr ? variable : "");
  return folder.empty() ? fs::path() : fs::absolute(folder);
}

void declare_selection(CommandOptions& options) {
  options.shown.add_options()(
      "as", po::value<std::string>()->value_name("NAME"),
      "plan a sweep called NAME, in which each name=value replaces what the file says; without "
      "it, they select trials of the file's sweep")(
      "code", po::value<std::string>()->value_name("DIGEST"),
      "run the trials from the snapshot of this version of the code, by the first digits of its "
      "digest, instead of the code as it is now");
}

std::optional<ExperimentSpec> declared_experiment(const fs::path& file) {
  const std::string text = read_sweep_file(file);
  if (!declares_command(text, file.string())) return std::nullopt;
  return parse_sweep(text, file.string(), {}, Catalogue{}).experiment;
}

namespace {

// The digests of files that did not change are those of the last time.
void find_code_now(const fs::path& store, CommandSpec& command) {
  std::error_code none;
  const bool has_store = !store.empty() && fs::is_directory(store, none);
  DigestCache digests(has_store ? snapshots_folder(store) / "digests" : fs::path());
  resolve_code(command, digests);
  digests.save();
}

// A script of the work tree that the version does not have would run as it is now.
void expect_named_files(const CommandSpec& command, const CodeSnapshot& snapshot) {
  for (const CommandWords& group : command.words) {
    for (const WordTemplate& word : group.words) {
      if (!word.is_literal()) continue;
      const fs::path name = *word.fill([](auto) { return nullptr; });
      std::error_code none;
      if (!is_source_name(name.filename().string()) || name.is_absolute() ||
          !fs::is_regular_file(fs::path(command.sweep_folder) / name, none)) {
        continue;
      }
      const std::string path =
          (fs::path(snapshot.sweep_in_root) / name).lexically_normal().generic_string();
      const bool has = std::any_of(snapshot.files.begin(), snapshot.files.end(),
                                   [&](const InputFile& file) { return file.path == path; });
      if (!has) {
        fail("the command names {}, which version {:.8} of the code does not have", path,
             snapshot.digest);
      }
    }
  }
}

// The code of an earlier version, from its snapshot.
void take_snapshot_code(const fs::path& store, const std::string& prefix, CommandSpec& command) {
  if (command.code.is_live) {
    fail("--code {}: the sweep file says code = \"live\": there are no snapshots of it", prefix);
  }
  const CodeSnapshot snapshot = load_snapshot(store, find_snapshot(store, prefix));
  expect_named_files(command, snapshot);
  command.files = snapshot.files;
  command.code.root = snapshot.root;
  command.code.sweep_in_root = snapshot.sweep_in_root;
}

// The version that `code_same_as` names. `try`, which has no store, needs none.
void find_declared_version(const fs::path& store, CommandSpec& command) {
  CodeSpec& code = command.code;
  if (code.same_as.empty() || store.empty()) return;
  in_place(code.same_as_place, [&] {
    if (code.is_live) fail("code = \"live\" has no snapshots that code_same_as could name");
    code.stands_for = find_snapshot(store, code.same_as);
  });
}

// Of the work tree, or with --code from the store.
void find_code(const po::variables_map& given, CommandSpec& command) {
  fs::path store;
  if (given.count("store") > 0) store = fs::absolute(given["store"].as<std::string>());
  if (given.count("code") > 0) {
    take_snapshot_code(store, given["code"].as<std::string>(), command);
  } else {
    find_code_now(store, command);
    find_declared_version(store, command);
  }
}

// "--slots 2 --quiet": an option as it was given; "" for another kind of value.
std::string option_text(const std::string& name, const po::variable_value& value) {
  const boost::any& any = value.value();
  if (const auto* text = boost::any_cast<std::string>(&any)) {
    return fmt::format(" --{} {}", name, shell_escaped(*text));
  }
  if (const auto* real = boost::any_cast<double>(&any)) return fmt::format(" --{} {}", name, *real);
  if (const auto* integer = boost::any_cast<int>(&any)) {
    return fmt::format(" --{} {}", name, *integer);
  }
  if (const auto* integer = boost::any_cast<std::int64_t>(&any)) {
    return fmt::format(" --{} {}", name, *integer);
  }
  const auto* is_on = boost::any_cast<bool>(&any);
  return is_on != nullptr && *is_on ? " --" + name : "";
}

// A name for the sweep `sweep` with these overrides.
std::string name_with(const std::string& sweep, const std::vector<std::string>& overrides) {
  constexpr std::size_t kLongest = 48;
  std::string out = sweep;
  for (const std::string& word : overrides) out += "-" + word;
  for (char& c : out) {
    if (!is_letter_or_digit(c) && c != '.' && c != '_') c = '-';
  }
  return out.size() > sweep.size() + kLongest ? sweep + "-2" : out;
}

// The overrides, with the level of the baseline among those of its factors: a sweep needs it.
std::vector<std::string> with_baseline(const Sweep& sweep, const std::vector<Override>& read) {
  std::vector<std::string> out;
  for (const Override& each : read) {
    const Value* level = sweep.baseline.find(each.name);
    const bool lacks =
        level != nullptr && sweep.find_factor(each.name) != nullptr &&
        std::find(each.values.begin(), each.values.end(), *level) == each.values.end();
    if (!lacks) {
      out.push_back(each.word);
      continue;
    }
    std::string word = each.name + "=";
    word += level->display();
    for (const Value& value : each.values) word += "," + value.display();
    out.push_back(std::move(word));
  }
  return out;
}

// How the file has the replicates that an override asks for; "" for another override.
std::string in_file(const Sweep& sweep, const std::vector<Override>& read) {
  for (const Override& each : read) {
    const std::size_t equals = each.word.find('=');
    const std::size_t dots = each.word.find("..");
    if (each.name != sweep.replicate || equals == std::string::npos || dots == std::string::npos) {
      continue;
    }
    return fmt::format("; or more of them for the sweep itself: {} = {{ range = [{}, {}] }} in {}",
                       each.name, each.word.substr(equals + 1, dots - equals - 1),
                       each.word.substr(dots + 2), sweep.file);
  }
  return "";
}

// The command line that plans another sweep instead.
std::string command_with_name(const po::variables_map& given, std::string_view command,
                              const std::string& sweep, const std::vector<std::string>& overrides) {
  std::string out =
      fmt::format("polysweep {} {}", command, shell_escaped(required_argument(given, "file", "")));
  for (const std::string& word : overrides) out += " " + shell_escaped(word);
  for (const auto& [name, value] : given) {
    if (!value.defaulted()) out += option_text(name, value);
  }
  return out + " --as " + name_with(sweep, overrides);
}

// Reads and plans the file with `overrides`; `name` is the sweep's, "": the file's.
PlanFromFile planned_with(const po::variables_map& given, const std::vector<std::string>& overrides,
                          const std::string& name) {
  const std::string file = required_argument(given, "file", "the sweep's TOML file");
  const std::string text = read_sweep_file(file);
  const bool is_command = declares_command(text, file);
  Worker worker = is_command ? Worker{} : worker_of(given, text, file);
  Sweep sweep = parse_sweep(text, file, overrides, worker.catalogue);
  if (is_command) {
    find_code(given, *sweep.experiment.command);
  } else if (given.count("code") > 0) {
    fail("--code: a worker runs the trials of this sweep; there are no snapshots of its code");
  }
  // The record is read from any folder.
  sweep.file = fs::absolute(file).lexically_normal().string();
  if (!name.empty()) {
    sweep.name = name;
    sweep.renamed = true;
  }
  fs::path folder = data_folder(given);
  DataFolder data(folder);
  Plan plan(std::move(sweep), data);
  expect_startable(plan);
  std::map<std::string, std::string> digests = data.digests();
  if (is_command) {
    const ExperimentSpec& spec = plan.sweep().experiment;
    worker = command_worker_of(spec);
  }
  std::string description = description_json(describe(plan, digests));
  return {std::move(worker), std::move(folder),      std::move(digests),
          std::move(plan),   std::move(description), PlanSelection()};
}

void select_all(PlanFromFile& planned) {
  planned.selection.trials.resize(planned.plan.size());
  std::iota(planned.selection.trials.begin(), planned.selection.trials.end(), 0U);
}

}  // namespace

PlanFromFile plan_from_file(const po::variables_map& given, std::string_view command) {
  const std::vector<std::string> overrides = texts_of(given, "overrides");
  if (given.count("as") > 0) {
    const std::string name = given["as"].as<std::string>();
    if (!is_sweep_name(name)) {
      fail("--as {}: expected {}, a letter, a digit or '_' first", in_quotes(name), kNameRule);
    }
    PlanFromFile planned = planned_with(given, overrides, name);
    select_all(planned);
    return planned;
  }
  PlanFromFile planned = planned_with(given, {}, "");
  if (overrides.empty()) {
    select_all(planned);
    return planned;
  }
  const Sweep& sweep = planned.plan.sweep();
  std::vector<Override> read;
  for (const std::string& word : overrides) {
    read.push_back(read_override(sweep.experiment.schema, word, [&](const std::string& name) {
      const Factor* factor = sweep.find_factor(name);
      return factor != nullptr && std::any_of(factor->levels.begin(), factor->levels.end(),
                                              [](const Value& level) { return level.is_absent(); });
    }));
  }
  planned.selection = select_trials(planned.plan, read);
  if (!planned.selection.outside.empty()) {
    fail("{}; an override selects trials that the sweep has. Another sweep of these values: {}{}",
         planned.selection.outside,
         command_with_name(given, command, sweep.name, with_baseline(sweep, read)),
         in_file(sweep, read));
  }
  return planned;
}

Sweep command_sweep_of_file(const fs::path& file, const std::vector<std::string>& overrides) {
  Sweep sweep = parse_sweep(read_sweep_file(file), file.string(), overrides, Catalogue{});
  if (sweep.experiment.command) find_code_now("", *sweep.experiment.command);
  return sweep;
}

PlanFromFile overridden_plan(const po::variables_map& given) {
  PlanFromFile planned = planned_with(given, texts_of(given, "overrides"), "");
  select_all(planned);
  return planned;
}

}  // namespace polysweep
