#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/commands/command_table.h"
#include "cli/shared/output_printer.h"
#include "cli/shared/store.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "results/read/ledger.h"
#include "results/read/trial_lookup.h"
#include "results/read/trial_record.h"
#include "runners/process/followed_file.h"
#include "runners/process/output_log.h"
#include "runners/store/active_hosts.h"
#include "runners/store/store_layout.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr auto kPollInterval = std::chrono::milliseconds(200);
constexpr double kStateInterval_s = 1;  // between readings of the trial's state

void declare_logs(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()("attempt", po::value<std::uint32_t>()->value_name("N"),
                              "number of the attempt (default: the latest)")(
      "follow,f", po::bool_switch(),
      "keep printing until the trial (or the attempt of --attempt) has ended");
  options.argument("trial");
}

// "1, 3": the attempts that have a log.
std::string attempts_with_logs(const fs::path& folder, const TrialRecord& trial) {
  std::string found;
  std::uint32_t last = 0;
  for (const AttemptRecord& attempt : trial.attempts) {
    if (attempt.number == last || !fs::exists(log_path(folder, attempt.number))) continue;
    last = attempt.number;
    found += fmt::format("{}{}", found.empty() ? "" : ", ", last);
  }
  return found;
}

std::string numbers_of(const TrialRecord& trial) {
  std::string found;
  for (const AttemptRecord& attempt : trial.attempts) {
    found += fmt::format("{}{}", found.empty() ? "" : ", ", attempt.number);
  }
  return found;
}

// The attempt with this number; of two hosts the counted one. nullptr: none.
const AttemptRecord* find_attempt(const TrialRecord& trial, std::uint32_t number) {
  const AttemptRecord* found = nullptr;
  for (const AttemptRecord& attempt : trial.attempts) {
    if (attempt.number == number && (found == nullptr || attempt.counted)) found = &attempt;
  }
  return found;
}

const AttemptRecord& chosen_attempt(const po::variables_map& given, const TrialRecord& trial) {
  if (trial.attempts.empty()) {
    fail("trial {} has not been started yet; `polysweep run` of its sweep starts it",
         trial.id.brief());
  }
  if (given.count("attempt") == 0) return *find_attempt(trial, trial.attempts.back().number);
  const auto number = given["attempt"].as<std::uint32_t>();
  const AttemptRecord* found = find_attempt(trial, number);
  if (found == nullptr) {
    fail("trial {} has no attempt {}; it has {}", trial.id.brief(), number, numbers_of(trial));
  }
  return *found;
}

// Prints the output kept in the database where there is no log file, and a note.
void print_without_log(const fs::path& folder, const TrialRecord& trial,
                       const AttemptRecord& attempt, OutputPrinter& printer) {
  std::string note = fmt::format("trial {} attempt {}: ", trial.id.brief(), attempt.number);
  if (attempt.output_tail.empty()) {
    note += attempt.running ? "no output yet"
                            : "there is no log: it had no output, or the log was removed";
  } else {
    note += "there is no log; these are the last lines of its output";
  }
  const std::string others = attempts_with_logs(folder, trial);
  if (!others.empty()) note += fmt::format(" (attempts with a log: {})", others);
  fmt::print(stderr, "polysweep: {}\n", note);
  if (attempt.output_tail.empty()) return;
  printer.print(attempt.output_tail);
  printer.print("\n");
}

int print_log(const fs::path& folder, const TrialRecord& trial, const AttemptRecord& attempt) {
  OutputPrinter printer;
  FollowedFile log(log_path(folder, attempt.number));
  printer.print_rest(log);
  if (!printer.any()) print_without_log(folder, trial, attempt, printer);
  return kExitComplete;
}

// Follows the log of one trial, attempt after attempt.
class Follower {
 public:
  Follower(const Store& store, const TrialId& id, bool one_attempt)
      : store_(store),
        id_(id),
        one_attempt_(one_attempt),
        folder_(trial_folder(store.folder(), id)),
        ingest_(system_files(), store.folder()),
        hosts_(system_files(), store.folder(), "") {}

  int follow(std::uint32_t number) {
    for (;;) {
      const TrialRecord trial = follow_attempt(number);
      if (one_attempt_ || ended(trial)) return print_end(trial, number);
      number = next_attempt(number);
      if (number == 0) return print_end(load(), trial.attempts.back().number);
      fmt::print(stderr, "polysweep: attempt {}\n", number);
    }
  }

 private:
  TrialRecord load() {
    ingest_.catch_up();
    hosts_.look();
    return load_trial(store_.open(), id_);
  }

  // Prints its log until it has ended.
  TrialRecord follow_attempt(std::uint32_t number) {
    FollowedFile log(log_path(folder_, number));
    for (;;) {
      TrialRecord trial = load();
      const AttemptRecord* attempt = find_attempt(trial, number);
      const bool runs = attempt != nullptr && attempt->running &&
                        hosts_.status(attempt->host, attempt->epoch) != HostStatus::kGone;
      const double read_s = system_clock().monotonic_s();
      do {
        printer_.print_rest(log);
        if (!runs) return trial;
        std::this_thread::sleep_for(kPollInterval);
      } while (system_clock().monotonic_s() - read_s < kStateInterval_s);
    }
  }

  bool ended(const TrialRecord& trial) const {
    return is_settled(trial.state) || !has_active_run(trial);
  }

  bool has_active_run(const TrialRecord& trial) const {
    for (const LeaseFacts& host : hosts_.active()) {
      if (std::count(trial.sweeps.begin(), trial.sweeps.end(), host.sweep) > 0) return true;
    }
    return false;
  }

  // Waits for the attempt after `number`; 0: no run is active that could start one.
  std::uint32_t next_attempt(std::uint32_t number) {
    for (;;) {
      const TrialRecord trial = load();
      if (!trial.attempts.empty() && trial.attempts.back().number > number) {
        return trial.attempts.back().number;
      }
      if (ended(trial)) return 0;
      std::this_thread::sleep_for(kPollInterval);
    }
  }

  int print_end(const TrialRecord& trial, std::uint32_t number) {
    const AttemptRecord* attempt = find_attempt(trial, number);
    if (!printer_.any() && attempt != nullptr) {
      print_without_log(folder_, trial, *attempt, printer_);
    }
    fmt::print(
        stderr, "polysweep: trial {} is {}; attempt {}: {}\n", trial.id.brief(),
        state_name(trial.state), number,
        attempt == nullptr || attempt->outcome.empty() ? "its host is gone" : attempt->outcome);
    return has_result(trial.state) ? kExitComplete : kExitMissing;
  }

  const Store& store_;
  TrialId id_;
  bool one_attempt_;
  fs::path folder_;
  Ingest ingest_;
  ActiveHosts hosts_;
  OutputPrinter printer_;
};

int run_logs(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const std::string prefix = required_argument(given, "trial", "a trial id, or its first digits");
  const TrialRecord trial = [&] {
    const Database database = store.open();
    return load_trial(database, find_trial(database, prefix));
  }();
  const AttemptRecord& attempt = chosen_attempt(given, trial);
  if (given["follow"].as<bool>()) {
    return Follower(store, trial.id, given.count("attempt") > 0).follow(attempt.number);
  }
  return print_log(trial_folder(store.folder(), trial.id), trial, attempt);
}

}  // namespace

const Command kLogsCommand = {
    "logs",
    "Prints the output of a trial (standard output and standard error)",
    "TRIAL [--attempt N] [--follow]",
    "  polysweep logs 3f9a\n"
    "  polysweep logs 3f9a --follow",
    declare_logs,
    run_logs,
};

}  // namespace polysweep
