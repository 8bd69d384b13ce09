// polysweep verify: whether finished trials give identical results again.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands/command_table.h"
#include "cli/shared/absolute_path.h"
#include "cli/shared/host_configuration.h"
#include "cli/shared/json_output.h"
#include "cli/shared/plan_from_file.h"
#include "cli/shared/scratch_folder.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "cli/shared/trial_replay.h"
#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/read/replay_check.h"
#include "results/read/trial_lookup.h"
#include "results/read/trial_table.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kValueShown = 60;  // characters of a text

void declare_verify(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  declare_planning(options);
  declare_slots(options);
  declare_host(options);
  options.shown.add_options()("sweep", po::value<std::string>()->value_name("NAME"),
                              "trials of this sweep (default: of all sweeps)")(
      "sample", po::value<std::int64_t>()->value_name("COUNT"),
      "verify this many trials, chosen at random")(
      "seed", po::value<std::uint64_t>()->default_value(1)->value_name("N"),
      "seed of the random choice")(
      "except", po::value<std::vector<std::string>>()->value_name("METRIC"),
      "do not compare this metric (may be repeated); metrics in a unit of time, such as s or "
      "examples/s, are never compared")("keep", po::value<std::string>()->value_name("FOLDER"),
                                        "keep the replays as a store in this new folder");
  options.argument("trials", true);
}

std::vector<TrialId> named_trials(const Database& database,
                                  const std::vector<std::string>& prefixes) {
  std::vector<TrialId> ids;
  for (const std::string& prefix : prefixes) {
    const TrialId id = find_trial(database, prefix);
    const TrialRecord trial = load_trial(database, id);
    if (!has_result(trial.state)) {
      fail(
          "trial {} is {}: there is no result to verify; `polysweep list` shows which trials are "
          "done",
          id.brief(), state_name(trial.state));
    }
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

std::vector<TrialId> finished_trials(const Database& database, const po::variables_map& given) {
  const std::string sweep = text_or(given, "sweep", "");
  std::vector<TrialId> ids;
  for (const TrialRow& row : load_trial_table(database, {sweep, {}})) {
    if (has_result(row.state)) ids.push_back(row.id);
  }
  if (ids.empty()) fail("no trial has finished yet: there is nothing to verify");
  if (given.count("sample") == 0) return ids;
  const std::int64_t count = given["sample"].as<std::int64_t>();
  if (count < 1) fail("--sample {}: expected an integer, 1 or more", count);
  std::sort(ids.begin(), ids.end());
  RandomStream(given["seed"].as<std::uint64_t>(), "verify").shuffle(ids);
  if (static_cast<std::size_t>(count) < ids.size()) ids.resize(static_cast<std::size_t>(count));
  return ids;
}

std::vector<Trial> trials_of(const Database& database, const std::vector<TrialId>& ids) {
  std::vector<Trial> out;
  for (const TrialId& id : ids) {
    const TrialRecord record = load_trial(database, id);
    if (!record.planned) {
      fail("the plan of trial {} was lost with a damaged journal: it cannot be run again",
           id.brief());
    }
    out.push_back({id, record.experiment, record.experiment_version, record.data_digest,
                   record.parameters, record.code_digest});
  }
  return out;
}

// The store of the replays: removed with this object, unless --keep was given.
class ReplayStore {
 public:
  explicit ReplayStore(const po::variables_map& given) {
    if (given.count("keep") > 0) {
      folder_ = absolute_path("keep", given["keep"].as<std::string>());
      if (fs::exists(folder_)) fail("--keep {}: the folder already exists", folder_.string());
      fs::create_directories(folder_);
      return;
    }
    folder_ = scratch_.emplace("verify").path();
  }

  const fs::path& folder() const { return folder_; }

 private:
  std::optional<ScratchFolder> scratch_;
  fs::path folder_;
};

struct Verified {
  TrialId id;
  bool run = false;  // false: stopped before it could run
  ReplayCheck verdict;
};

// How many of each.
struct Tally {
  std::size_t equal = 0;
  std::size_t differing = 0;
  std::size_t not_run = 0;
};

Tally tally_of(const std::vector<Verified>& all) {
  Tally tally;
  for (const Verified& each : all) {
    ++(!each.run ? tally.not_run : each.verdict.same() ? tally.equal : tally.differing);
  }
  return tally;
}

Verified verify_trial(const Database& store, const Database& replays, const TrialId& id,
                      const std::set<std::string>& left_out) {
  const TrialRecord then = load_trial(store, id);
  const TrialRecord now = load_trial(replays, id);
  const bool run = is_settled(now.state);
  if (!run) return {id, false, {}};
  return {id, true, check_replay({store, then}, {replays, now}, left_out)};
}

std::string shown(const std::optional<std::string>& value) {
  return value ? shortened(terminal_escaped(*value), kValueShown) : std::string("none");
}

void print_verdict(const Verified& each) {
  const ReplayCheck& verdict = each.verdict;
  if (!each.run) {
    fmt::print("{}  not run\n", each.id.brief());
    return;
  }
  if (verdict.same()) {
    fmt::print("{}  equal: {} points, {} texts\n", each.id.brief(), verdict.points, verdict.texts);
    return;
  }
  fmt::print("{}  differs", each.id.brief());
  if (verdict.first) {
    fmt::print(" since step {}: {} was {}, is {}", verdict.first->step,
               terminal_escaped(verdict.first->name), shown(verdict.first->then),
               shown(verdict.first->now));
  }
  fmt::print("\n");
  if (!verdict.other_end.empty()) {
    fmt::print("    the replay ended differently: {}\n", terminal_escaped(verdict.other_end));
  }
  if (!verdict.differing.empty()) {
    std::string names;
    for (const std::string& name : verdict.differing) {
      names += (names.empty() ? "" : ", ") + terminal_escaped(name);
    }
    fmt::print("    series that differ: {}\n", names);
  }
  for (const FactDifference& fact : verdict.provenance) {
    fmt::print("    {} was {}, is {}\n", terminal_escaped(fact.name), shown(fact.first),
               shown(fact.second));
  }
  if (verdict.provenance.empty()) fmt::print("    build and machine are the same\n");
}

nlohmann::ordered_json as_json(const Verified& each) {
  using Json = nlohmann::ordered_json;
  const auto side = [](const std::optional<std::string>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  const ReplayCheck& verdict = each.verdict;
  Json out = {{"trial", each.id.hex()},
              {"run", each.run},
              {"equal", each.run && verdict.same()},
              {"points", verdict.points},
              {"texts", verdict.texts},
              {"other_end", verdict.other_end},
              {"first", nullptr},
              {"differing", verdict.differing},
              {"provenance", Json::object()}};
  if (verdict.first) {
    out["first"] = {{"name", verdict.first->name},
                    {"step", verdict.first->step},
                    {"then", side(verdict.first->then)},
                    {"now", side(verdict.first->now)}};
  }
  for (const FactDifference& fact : verdict.provenance) {
    out["provenance"][fact.name] = {side(fact.first), side(fact.second)};
  }
  return out;
}

void print_all(const std::vector<Verified>& all, bool json) {
  if (json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const Verified& each : all) out.push_back(as_json(each));
    print_json(out);
    return;
  }
  for (const Verified& each : all) print_verdict(each);
  const Tally tally = tally_of(all);
  check(tally.equal + tally.differing + tally.not_run == all.size(), "each trial has one verdict");
  fmt::print("{}: {} equal bit for bit, {} differ, {} not run\n", count_text(all.size(), "trial"),
             tally.equal, tally.differing, tally.not_run);
}

int run_verify(const po::variables_map& given) {
  const std::vector<std::string> named = texts_of(given, "trials");
  if (!named.empty() && given.count("sample") + given.count("sweep") > 0) {
    fail("give either trials, or --sample and --sweep");
  }
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::vector<TrialId> ids =
      named.empty() ? finished_trials(database, given) : named_trials(database, named);
  const std::vector<ReplayGroup> groups =
      replay_groups(given, database, store.folder(), trials_of(database, ids));
  const ReplayStore replays(given);
  StopFlag stop;
  const StopSignals signals(stop);
  const std::unique_ptr<ProgressSink> progress = make_progress(stderr);
  std::vector<Verified> all;
  for (const ReplayGroup& group : groups) {
    if (stop.requests() == 0) run_again(given, group, replays.folder(), *progress, stop);
    std::set<std::string> left_out = group.time_metrics();
    for (const std::string& name : texts_of(given, "except")) left_out.insert(name);
    std::optional<Database> replayed;
    if (fs::exists(database_path(replays.folder()))) {
      replayed.emplace(database_path(replays.folder()), Access::kRead);
    }
    for (const Trial& trial : group.trials) {
      all.push_back(replayed ? verify_trial(database, *replayed, trial.id, left_out)
                             : Verified{trial.id, false, {}});
    }
  }
  print_all(all, given["json"].as<bool>());
  if (stop.requests() > 0) return kExitStopped;
  return tally_of(all).equal == all.size() ? kExitComplete : kExitMissing;
}

}  // namespace

const Command kVerifyCommand = {
    "verify",
    "Runs finished trials again in a separate store and checks that the results are identical bit "
    "for bit; exit status 1 if not",
    "[TRIAL ... | --sample COUNT] [--sweep NAME] [--json]",
    "  polysweep verify 3f9a 81c0\n"
    "  polysweep verify --sweep my_sweep --sample 5",
    declare_verify,
    run_verify,
};

}  // namespace polysweep
