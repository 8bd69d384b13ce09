// polysweep try: one trial of a sweep, and what is recorded of it.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "cli/commands/command_table.h"
#include "cli/shared/host_configuration.h"
#include "cli/shared/output_printer.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/scratch_folder.h"
#include "cli/shared/script_metrics.h"
#include "cli/shared/store.h"
#include "cli/shared/suggested_pattern.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/level_names.h"
#include "framework/sweep/value_reader.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"
#include "results/ingest/ingest.h"
#include "results/read/trial_record.h"
#include "runners/host/host.h"
#include "runners/process/followed_file.h"
#include "runners/store/host_name.h"
#include "runners/store/plan_journal.h"
#include "runners/store/store_layout.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr auto kPollInterval = std::chrono::milliseconds(50);
constexpr std::size_t kMostUncaptured = 4;  // forms of lines
constexpr std::size_t kMostLog = 8 * 1024 * 1024;

void declare_try(CommandOptions& options) {
  declare_planning(options);
  declare_host(options);
  options.argument("file");
  options.argument("overrides", true);
}

// "lr=0.1": the trial to choose.
struct Choice {
  std::string name;
  std::string value;
};

std::vector<Choice> choices_of(const po::variables_map& given) {
  std::vector<Choice> out;
  for (const std::string& word : texts_of(given, "overrides")) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail("{}: expected name=value", in_quotes(word));
    }
    out.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
  return out;
}

// The level that `text` names: 2 names 2.0 too, 4.64e-3 the only level that is shown so.
// nullptr: none.
const Value* find_level(const Factor& factor, const std::string& text) {
  const Value typed = value_from_argument(text);
  const auto found = std::find(factor.levels.begin(), factor.levels.end(), typed);
  if (found != factor.levels.end()) return &*found;
  const std::vector<std::size_t> named = matching_levels(factor.levels, text);
  return named.empty() ? nullptr : &factor.levels[named[0]];
}

// Overrides under which the sweep has the chosen trial: a level of a factor needs none,
// another value of a factor joins its levels, so that the baseline stays among them.
std::vector<std::string> overrides_for(const Sweep& sweep, const std::vector<Choice>& choices) {
  std::vector<std::string> out;
  for (const Choice& choice : choices) {
    const Factor* factor = sweep.find_factor(choice.name);
    if (factor != nullptr && find_level(*factor, choice.value) != nullptr) continue;
    std::string word = choice.name + "=";
    if (factor != nullptr) {
      for (const Value& level : factor->levels) {
        word += level.type() == ValueType::kText ? level.canonical() : level.display();
        word += ",";
      }
    }
    out.push_back(word + choice.value);
  }
  return out;
}

// The arguments of overridden_plan() with these overrides.
po::variables_map with_overrides(const po::variables_map& given,
                                 const std::vector<std::string>& overrides) {
  po::variables_map out = given;
  out.erase("overrides");
  out.emplace("overrides", po::variable_value(boost::any(overrides), false));
  return out;
}

PlanFromFile plan_for(const po::variables_map& given, const std::vector<Choice>& choices) {
  PlanFromFile planned = overridden_plan(with_overrides(given, {}));
  const std::vector<std::string> overrides = overrides_for(planned.plan.sweep(), choices);
  if (overrides.empty()) return planned;
  return overridden_plan(with_overrides(given, overrides));
}

// The first trial that has the chosen values.
std::size_t chosen_trial(const Plan& plan, const std::vector<Choice>& choices) {
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Parameters parameters = plan.trial(i).parameters;
    const bool fits = std::all_of(choices.begin(), choices.end(), [&](const Choice& choice) {
      const Factor* factor = plan.sweep().find_factor(choice.name);
      if (factor == nullptr) return true;  // it is fixed by an override
      const Value* level = find_level(*factor, choice.value);
      if (level == nullptr) fail("{}={}: expected one value", choice.name, choice.value);
      const Value* value = parameters.find(choice.name);
      return value != nullptr && *value == *level;
    });
    if (fits) return i;
  }
  fail("no trial of the sweep has these values together; `polysweep plan` shows the trials");
}

// Prints the logs of a trial's attempts while it runs.
class LogFollower {
 public:
  LogFollower(fs::path folder) : folder_(std::move(folder)), thread_([this] { follow(); }) {}
  ~LogFollower() { finish(); }
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  // Prints the rest.
  void finish() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void follow() {
    try {
      for (std::uint32_t attempt = 1;; ++attempt) {
        FollowedFile log(log_path(folder_, attempt));
        for (;;) {
          // What is written before the end is noticed is still read.
          const bool last = ended_;
          const bool next = fs::exists(log_path(folder_, attempt + 1));
          printer_.print_rest(log);
          if (next) break;
          if (last) return;
          std::this_thread::sleep_for(kPollInterval);
        }
      }
    } catch (const std::exception& wrong) {
      fmt::print(stderr, "polysweep: the output is not shown any more: {}\n", wrong.what());
    }
  }

  fs::path folder_;
  std::atomic<bool> ended_ = false;
  OutputPrinter printer_;
  std::thread thread_;  // last: it uses the members above
};

// Everything that is known of the trial once it has ended.
struct Tried {
  const Sweep& sweep;
  TrialRecord record;
  const AttemptRecord* attempt = nullptr;  // the last; nullptr: none ended
  std::string output;

  const MetricSummary* find(const std::string& metric) const {
    for (const MetricSummary& each : record.metrics) {
      if (each.name == metric && each.count > 0) return &each;
    }
    return nullptr;
  }
  bool is_declared(const std::string& metric) const {
    const auto& all = sweep.experiment.metrics;
    return std::any_of(all.begin(), all.end(),
                       [&](const MetricSpec& one) { return one.name == metric; });
  }
};

std::string parameters_text(const Parameters& parameters) {
  std::string text;
  for (const auto& [name, value] : parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, value.display());
  }
  return text;
}

std::string steps_text(const MetricSummary& metric) {
  if (metric.first.step == metric.last.step) return fmt::format("{}", metric.last.step);
  return fmt::format("{} to {}", metric.first.step, metric.last.step);
}

std::string role_text(const Tried& tried, const std::string& metric) {
  if (metric == tried.sweep.primary.name) {
    return fmt::format("primary, {}", goal_name(tried.sweep.primary.goal));
  }
  for (const MetricSpec& one : tried.sweep.secondary) {
    if (one.name == metric) return fmt::format("secondary, {}", goal_name(one.goal));
  }
  return tried.is_declared(metric) ? "declared" : "undeclared";
}

void print_metrics(const Tried& tried) {
  Table table;
  table.columns = {{"metric"},
                   {"points", Align::kRight, ""},
                   {"steps", Align::kRight, ""},
                   {"last value", Align::kRight, ""},
                   {"in the sweep file"}};
  for (const MetricSummary& each : tried.record.metrics) {
    if (each.count == 0) continue;
    table.rows.push_back({each.name, fmt::format("{}", each.count), steps_text(each),
                          significant_text(each.last.value), role_text(tried, each.name)});
  }
  if (table.rows.empty()) {
    fmt::print("no metric was recorded\n");
  } else {
    print_table(table);
  }
}

std::vector<std::string> silent_metrics(const Tried& tried) {
  std::vector<std::string> out;
  for (const MetricSpec& one : tried.sweep.experiment.metrics) {
    if (tried.find(one.name) == nullptr) out.push_back(one.name);
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  return terminal_escaped(fmt::format("{}", fmt::join(names, ", ")));
}

// Lines with metrics beside those that a pattern of the file finds, and with a metric that
// has no value otherwise.
std::vector<SuggestedPattern> uncaptured(const Tried& tried) {
  if (!tried.sweep.experiment.command || tried.find(tried.sweep.primary.name) == nullptr) return {};
  const auto& patterns = tried.sweep.experiment.command->capture.output_patterns;
  if (patterns.empty()) return {};
  std::vector<SuggestedPattern> out = uncaptured_lines(tried.output, patterns);
  std::erase_if(out, [&](const SuggestedPattern& lines) {
    const std::vector<std::string> names = metrics_of_pattern(lines.pattern);
    return std::all_of(names.begin(), names.end(),
                       [&](const std::string& name) { return tried.find(name) != nullptr; });
  });
  if (out.size() > kMostUncaptured) out.resize(kMostUncaptured);
  return out;
}

void print_findings(const Tried& tried) {
  const std::vector<std::string> silent = silent_metrics(tried);
  if (!silent.empty()) fmt::print("declared metrics without a value: {}\n", joined(silent));
  if (tried.attempt == nullptr) return;
  const ReportFindings& found = tried.attempt->findings;
  if (!found.unmatched.empty()) {
    fmt::print("[capture] found nothing for: {}\n", joined(found.unmatched));
  }
  for (const SuggestedPattern& lines : uncaptured(tried)) {
    fmt::print("not captured: {} like {}; '{}' in stdout of [capture] finds {}\n",
               count_text(lines.lines, "line"), terminal_escaped(in_quotes(lines.line)),
               terminal_escaped(lines.pattern), joined(metrics_of_pattern(lines.pattern)));
  }
  if (!found.first_refusal.empty()) {
    fmt::print("rejected: {} ({})\n", count_text(tried.attempt->points_dropped, "point"),
               terminal_escaped(found.first_refusal));
  }
  if (found.conflicts > 0) {
    fmt::print("in conflict: {} gave another value at a step that had one ({})\n",
               count_text(found.conflicts, "point"), terminal_escaped(found.first_conflict));
  }
  if (!found.written_to.empty()) {
    fmt::print("changed in the sweep's folder while it ran: {}\n", joined(found.written_to));
  }
  if (!found.undeclared.empty()) {
    fmt::print("undeclared metrics, recorded: {}\n", joined(found.undeclared));
  }
}

// How to get a value of the primary metric.
void advise_primary(const Tried& tried, std::vector<std::string>& changes) {
  const std::string& primary = tried.sweep.primary.name;
  if (tried.find(primary) != nullptr) return;
  std::vector<std::string> recorded;
  for (const MetricSummary& each : tried.record.metrics) {
    if (each.count > 0 && each.name != "elapsed_s" && each.name != "peak_memory_bytes") {
      recorded.push_back(each.name);
    }
  }
  if (!recorded.empty()) {
    changes.push_back(fmt::format("[metrics] primary: '{}' has no value{}; recorded were {}",
                                  primary, suggestion_or_abbreviation(primary, recorded),
                                  fmt::join(recorded, ", ")));
    return;
  }
  if (const auto pattern = suggest_pattern(tried.output, primary)) {
    changes.push_back(fmt::format("[capture]: stdout = ['{}'] finds metrics in {} like {}",
                                  pattern->pattern, count_text(pattern->lines, "line"),
                                  in_quotes(pattern->line)));
    if (pattern->pattern.find("(?P<" + primary + ">") == std::string::npos) {
      changes.push_back(
          fmt::format("[metrics] primary: one of the names in that pattern instead of "
                      "'{}'",
                      primary));
    }
    return;
  }
  changes.push_back(fmt::format(
      "[capture]: name where the program writes '{}' (stdout, json, tensorboard, csv), or let it "
      "append lines like {{\"metric\": \"{}\", \"step\": 1, \"value\": 0.5}} to the file in "
      "$POLYSWEEP_METRICS_FILE",
      primary, primary));
}

std::vector<std::string> changes_for(const Tried& tried) {
  std::vector<std::string> changes;
  // The metrics of other experiments are not the file's.
  if (!tried.sweep.experiment.command) return changes;
  advise_primary(tried, changes);
  for (const std::string& name : silent_metrics(tried)) {
    if (name == tried.sweep.primary.name) continue;
    changes.push_back(fmt::format("[metrics]: remove '{}', or let the program report it", name));
  }
  if (tried.attempt == nullptr) return changes;
  const ReportFindings& found = tried.attempt->findings;
  for (const std::string& one : found.unmatched) {
    changes.push_back(fmt::format("[capture]: correct or remove {}", one));
  }
  if (!found.undeclared.empty()) {
    changes.push_back(
        fmt::format("[metrics]: secondary = [{{ name = \"{}\", goal = \"{}\" }}] compares an "
                    "undeclared metric too, other = [...] only declares it",
                    found.undeclared[0],
                    guess_primary({found.undeclared[0]}).maximize ? "maximize" : "minimize"));
  }
  if (!found.written_to.empty()) {
    changes.push_back(fmt::format(
        "outputs = [\"{}\"]: the program writes to it in the sweep's folder, as other trials do",
        fmt::join(found.written_to, "\", \"")));
  }
  if (found.conflicts > 0) {
    changes.push_back(
        "program: report every metric once per step, and give metrics of other loops other names");
  }
  return changes;
}

void print_tried(const Tried& tried, const std::string& file) {
  fmt::print("\ntrial {} is {}", tried.record.id.brief(), state_name(tried.record.state));
  if (tried.attempt != nullptr) {
    fmt::print(" after {}", duration_text(tried.attempt->elapsed_s));
    if (!tried.attempt->message.empty()) {
      fmt::print(": {}", terminal_escaped(tried.attempt->message));
    }
  }
  fmt::print("\n\n");
  print_metrics(tried);
  print_findings(tried);
  const MetricSummary* primary = tried.find(tried.sweep.primary.name);
  if (primary == nullptr) {
    fmt::print("a report would have nothing to compare: '{}' has no value\n",
               terminal_escaped(tried.sweep.primary.name));
  } else {
    fmt::print("a report would compare by {} ({}): {} at step {}\n",
               terminal_escaped(tried.sweep.primary.name), goal_name(tried.sweep.primary.goal),
               significant_text(primary->last.value), primary->last.step);
  }
  const std::vector<std::string> changes = changes_for(tried);
  if (changes.empty()) {
    fmt::print("{}nothing of this trial was kept\n",
               primary == nullptr ? "" : terminal_escaped(file) + " needs no change; ");
    return;
  }
  fmt::print("to change in {}:\n", terminal_escaped(file));
  for (const std::string& one : changes) fmt::print("  - {}\n", terminal_escaped(one));
}

std::string log_of(const fs::path& folder, std::uint32_t attempt) {
  std::string text;
  FollowedFile(log_path(folder, attempt)).read_more(text, kMostLog);
  return text;
}

Tried read_tried(const Sweep& sweep, const fs::path& store, const TrialId& id) {
  Ingest(system_files(), store).catch_up();
  const Database database(database_path(store), Access::kRead);
  Tried tried{sweep, load_trial(database, id), nullptr, ""};
  tried.attempt = tried.record.counted_attempt();
  if (tried.attempt != nullptr) {
    tried.output = log_of(trial_folder(store, id), tried.attempt->number);
  }
  return tried;
}

int run_try(const po::variables_map& given) {
  const std::vector<Choice> choices = choices_of(given);
  const PlanFromFile planned = plan_for(given, choices);
  const Trial trial = planned.plan.trial(chosen_trial(planned.plan, choices));
  StopFlag stop;
  const StopSignals signals(stop);
  const ScratchFolder scratch("try");
  HostConfiguration setup(given, planned.worker, planned.data_folder, scratch.path());
  setup.options().sweep = planned.plan.sweep().name;
  setup.options().name = machine_name();
  setup.options().limits.retries = {0, 0, 0, 10};
  setup.choose_slots({});
  fmt::print("trial {} of sweep {}: {}\n\n", trial.id.brief(), planned.plan.sweep().name,
             terminal_escaped(parameters_text(trial.parameters)));
  std::fflush(stdout);
  SilentProgress silent;
  HostResult result;
  {
    Host host(system_files(), setup.options());
    write_trials(host.journal(), planned.plan.sweep().name, std::vector<Trial>{trial});
    RunSize size;
    size.planned = 1;
    LogFollower follower(trial_folder(scratch.path(), trial.id));
    result = host.run(
        {{0, 1, {}, trial.id}}, [&](std::size_t) { return trial; }, size, silent, stop);
    follower.finish();
  }
  const Tried tried = read_tried(planned.plan.sweep(), scratch.path(), trial.id);
  print_tried(tried, given["file"].as<std::vector<std::string>>()[0]);
  if (result.stopped) return kExitStopped;
  return tried.find(planned.plan.sweep().primary.name) != nullptr ? kExitComplete : kExitMissing;
}

}  // namespace

const Command kTryCommand = {
    "try",
    "Runs one trial of a sweep, keeps nothing, and says which metrics were found and what to "
    "change; "
    "exit status 0 only if the primary metric has a value",
    "FILE [name=value ...] [--data FOLDER] [--device cpu|cuda] [--memory-limit SIZE]",
    "  polysweep try my_sweep.toml\n"
    "  polysweep try my_sweep.toml lr=0.1 seed=2",
    declare_try,
    run_try,
};

}  // namespace polysweep
