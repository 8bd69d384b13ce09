#include "tests/faults/kill_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "tests/faults/store_content.h"
#include "tests/support/command_line.h"

namespace polysweep {

namespace {

constexpr double kLook_s = 0.004;    // between two looks at the journals
constexpr double kAllAtOnce = 0.05;  // share of the kills that hit everything
constexpr int kMostEndsWithoutKill = 3;
constexpr double kDying_s = 1;     // from the death of a parent to that of its child
constexpr double kFarewell_s = 5;  // within it the last process has gone

double now_s() { return system_clock().monotonic_s(); }

void sleep_s(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

std::string last_lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  const std::string text = out.str();
  return text.substr(text.size() - std::min<std::size_t>(text.size(), 1000));
}

}  // namespace

KillRun::KillRun(KillRunOptions options)
    : options_(std::move(options)),
      tail_(options_.folder / "killed"),
      random_(options_.seed),
      log_(options_.folder / "killed.log") {
  if (access(options_.polysweep.c_str(), X_OK) != 0) {
    fail("there is no program at {}", options_.polysweep.string());
  }
  std::filesystem::create_directories(options_.folder);
  std::filesystem::remove_all(options_.folder / "killed");
}

KillRunReport KillRun::run() {
  run_undisturbed();
  const double start_s = now_s();
  disturb();
  report_.killed_s = now_s() - start_s;
  wait_for_the_last();
  inspect();
  return report_;
}

std::vector<std::string> KillRun::run_words(const std::string& store) const {
  std::vector<std::string> words = {
      options_.polysweep.string(),        "run",    options_.sweep.string(), "--store",
      (options_.folder / store).string(), "--quiet"};
  words.insert(words.end(), options_.words.begin(), options_.words.end());
  return words;
}

void KillRun::run_undisturbed() {
  const double start_s = now_s();
  const CommandEnd end = run_command(run_words("undisturbed"));
  if (end.status != 0) {
    fail("the undisturbed run ended with status {}: {}{}", end.status, end.output, end.error);
  }
  report_.undisturbed_s = now_s() - start_s;
}

void KillRun::disturb() {
  std::exponential_distribution<double> pause(1 / options_.pause_s);
  start();
  double gap_s = pause(random_);
  double next_kill_s = now_s() + gap_s;
  bool patient = false;
  while (true) {
    sleep_s(kLook_s);
    tail_.catch_up();
    note_recovery();
    if (const std::optional<int> status = poll_command(coordinator_)) {
      if (ended(*status)) return;
      start();
    }
    // Half of the kills wait until the one before is recovered from: else a busy
    // machine kills only runs that have just started.
    if (patient && !wounds_.empty()) next_kill_s = now_s() + gap_s;
    if (report_.kills < options_.kills && now_s() >= next_kill_s) {
      strike();
      gap_s = pause(random_);
      next_kill_s = now_s() + gap_s;
      patient = std::bernoulli_distribution()(random_);
    }
  }
}

void KillRun::start() {
  coordinator_ = start_command(run_words("killed"), {mark_.variable()}, log_.string());
  kills_at_start_ = report_.kills;
  ++report_.runs;
}

bool KillRun::ended(int status) {
  if (status == 0) return true;
  ends_without_kill_ = report_.kills > kills_at_start_ ? 0 : ends_without_kill_ + 1;
  if (ends_without_kill_ < kMostEndsWithoutKill) return false;
  expect(false, fmt::format("polysweep run ended with status {}, though nothing was killed: {}",
                            status, last_lines(log_)));
  return true;
}

void KillRun::strike() {
  std::vector<MarkedProcess> living = mark_.processes(coordinator_);
  if (living.empty()) return;
  if (std::uniform_real_distribution<>()(random_) < kAllAtOnce) {
    std::shuffle(living.begin(), living.end(), random_);
    bool any = false;
    for (const MarkedProcess& process : living) any = mark_.kill(process.pid) || any;
    if (any) fell("all at once", {coordinator_, 0, ProcessRole::kCoordinator, {}});
    return;
  }
  const std::size_t chosen =
      std::uniform_int_distribution<std::size_t>(0, living.size() - 1)(random_);
  const MarkedProcess& victim = living[chosen];
  if (mark_.kill(victim.pid)) fell(std::string(role_name(victim.role)), victim);
}

void KillRun::fell(const std::string& victim, const MarkedProcess& process) {
  const double since_s = now_s();
  ++report_.kills;
  ++report_.victims[victim].kills;
  // What stands in the journals by now is no recovery.
  tail_.catch_up();
  if (process.role == ProcessRole::kCoordinator) {
    wounds_.push_back({victim, since_s, {}, tail_.starts()});
  } else if (process.role != ProcessRole::kChild && process.role != ProcessRole::kOrphan &&
             process.slot) {
    wounds_.push_back({victim, since_s, process.slot, tail_.starts_in(*process.slot)});
  }
}

void KillRun::note_recovery() {
  const bool complete_run =
      std::any_of(wounds_.begin(), wounds_.end(), [](const Wound& wound) { return !wound.slot; });
  const auto healed = [&](const Wound& wound) {
    const std::uint64_t starts = wound.slot ? tail_.starts_in(*wound.slot) : tail_.starts();
    if (starts <= wound.starts) return false;
    VictimRow& row = report_.victims[wound.victim];
    row.longest_recovery_s = std::max(row.longest_recovery_s, now_s() - wound.since_s);
    return true;
  };
  const std::size_t before = wounds_.size();
  std::erase_if(wounds_, healed);
  if (!complete_run || wounds_.size() == before) return;
  // A coordinator has taken over: nothing of the one before may still run.
  report_.left_behind += lasting_orphans();
}

// Orphans that are not about to die: the kernel kills them when their parent
// dies, and may take a moment for it.
std::uint64_t KillRun::lasting_orphans() const {
  const double until_s = now_s() + kDying_s;
  while (true) {
    const std::vector<MarkedProcess> living = mark_.processes(coordinator_);
    const auto orphans = std::count_if(living.begin(), living.end(), [](const MarkedProcess& each) {
      return each.role == ProcessRole::kOrphan;
    });
    if (orphans == 0 || now_s() > until_s) return static_cast<std::uint64_t>(orphans);
    sleep_s(0.01);
  }
}

void KillRun::wait_for_the_last() {
  const double until_s = now_s() + kFarewell_s;
  while (!mark_.processes(coordinator_).empty() && now_s() < until_s) sleep_s(0.02);
  report_.left_behind += mark_.processes(coordinator_).size();
}

void KillRun::expect(bool holds, std::string otherwise) {
  if (!holds) report_.problems.push_back(std::move(otherwise));
}

void KillRun::inspect() {
  tail_.catch_up();
  JournalTail whole(options_.folder / "killed");
  whole.catch_up();
  report_.acknowledged = tail_.records();
  report_.lost = tail_.lacking_in(whole);
  report_.attempts = whole.starts();
  report_.ends = whole.ends();
  for (const auto& [trial, times] : whole.settled()) report_.settled_twice += times > 1 ? 1 : 0;

  const StoreAsked undisturbed(options_.polysweep, options_.folder / "undisturbed");
  const StoreAsked killed(options_.polysweep, options_.folder / "killed");
  const StoreContent wanted = undisturbed.results(options_.timed);
  report_.trials = rows_in(wanted.at("states"));
  report_.points = rows_in(wanted.at("points"));
  report_.counted_twice = killed.count(
      "SELECT count(*) FROM (SELECT trial FROM attempts WHERE final AND counted GROUP BY trial "
      "HAVING count(*) > 1)");
  const std::uint64_t counted_once = killed.count(
      "SELECT count(*) FROM (SELECT trial FROM attempts WHERE final AND counted GROUP BY trial "
      "HAVING count(*) = 1)");
  expect(report_.kills == options_.kills,
         fmt::format("the sweep was complete after {} of {} kills: make the pause shorter, or the "
                     "sweep longer",
                     report_.kills, options_.kills));
  expect(report_.lost == 0, "acknowledged records are lost");
  expect(whole.damage().empty(),
         fmt::format("journals are damaged: {}", fmt::join(whole.damage(), "; ")));
  expect(report_.settled_twice == 0, "trials were run to their end twice");
  expect(report_.counted_twice == 0, "trials are counted twice");
  expect(counted_once == report_.trials,
         fmt::format("{} of {} trials are settled once", counted_once, report_.trials));
  expect(report_.left_behind == 0, "processes were left behind");
  const std::string difference = first_difference(wanted, killed.results(options_.timed));
  expect(difference.empty(), "undisturbed and killed: " + difference);
  const StoreContent before = killed.all_rows();
  killed.ask({"rebuild"});
  const std::string remade = first_difference(before, killed.all_rows());
  expect(remade.empty(), "database and rebuild: " + remade);
}

std::string KillRunReport::text() const {
  std::string out = fmt::format("{:<22} {:>6}  {}\n", "victim", "kills", "longest recovery");
  for (const auto& [victim, row] : victims) {
    out += fmt::format("{:<22} {:>6}  ", victim, row.kills);
    out += row.longest_recovery_s > 0 ? fmt::format("{:.2f} s\n", row.longest_recovery_s) : "-\n";
  }
  std::vector<std::string> outcomes;
  for (const auto& [outcome, times] : ends)
    outcomes.push_back(fmt::format("{} {}", times, outcome));
  out += fmt::format(
      "{} kills in {:.1f} s (undisturbed {:.1f} s), {} runs\n"
      "{} trials, {} points; {} attempts: {}\n"
      "records acknowledged {}, lost {}; trials settled twice {}, counted twice {}; processes "
      "left {}\n",
      kills, killed_s, undisturbed_s, runs, trials, points, attempts, fmt::join(outcomes, ", "),
      acknowledged, lost, settled_twice, counted_twice, left_behind);
  if (problems.empty()) {
    out +=
        "states, points, final metrics, texts and comparison equal the undisturbed run's; a "
        "rebuild equals the database\n";
  }
  for (const std::string& problem : problems) out += "PROBLEM: " + problem + "\n";
  return out;
}

}  // namespace polysweep
