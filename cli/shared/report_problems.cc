#include "cli/shared/report_problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "cli/shared/terminal.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kTrialsNamed = 5;
constexpr std::size_t kMetricsNamed = 20;

using Count = std::function<std::uint64_t(const ReportProblem&)>;

// The trials that have any, and how many they have together.
struct Concerned {
  std::vector<const ReportProblem*> trials;
  std::uint64_t count = 0;

  Concerned(const std::vector<ReportProblem>& problems, const Count& count_of) {
    for (const ReportProblem& each : problems) {
      if (count_of(each) == 0) continue;
      trials.push_back(&each);
      count += count_of(each);
    }
  }

  std::string names() const {
    std::string text;
    for (std::size_t i = 0; i < trials.size() && i < kTrialsNamed; ++i) {
      text += (i == 0 ? "" : ", ") + trials[i]->trial.brief();
    }
    return trials.size() > kTrialsNamed ? text + ", ..." : text;
  }
};

std::string dropped_sentence(const std::vector<ReportProblem>& problems) {
  const Concerned dropped(problems, [](const ReportProblem& each) { return each.points_dropped; });
  if (dropped.trials.empty()) return "";
  std::string text = fmt::format("points were dropped of {} ({}): {}",
                                 count_text(dropped.trials.size(), "finished trial"),
                                 count_text(dropped.count, "point"), dropped.names());
  for (const ReportProblem* each : dropped.trials) {
    if (each->findings.first_refusal.empty()) continue;
    return text + fmt::format("; the first reason, of {}: {}", each->trial.brief(),
                              each->findings.first_refusal);
  }
  return text;
}

std::string conflict_sentence(const std::vector<ReportProblem>& problems) {
  const Concerned found(problems,
                        [](const ReportProblem& each) { return each.findings.conflicts; });
  if (found.trials.empty()) return "";
  return fmt::format(
      "{} of {} gave another value at a step that had one (do two processes report one metric?): "
      "{}; the first, of {}: {}",
      count_text(found.count, "point"), count_text(found.trials.size(), "trial"), found.names(),
      found.trials[0]->trial.brief(), found.trials[0]->findings.first_conflict);
}

std::string unmatched_sentence(const std::vector<ReportProblem>& problems) {
  const Concerned found(problems,
                        [](const ReportProblem& each) { return each.findings.unmatched.size(); });
  if (found.trials.empty()) return "";
  std::set<std::string> captures;
  for (const ReportProblem* each : found.trials) {
    captures.insert(each->findings.unmatched.begin(), each->findings.unmatched.end());
  }
  std::string text;
  for (const std::string& capture : captures) text += (text.empty() ? "" : " and ") + capture;
  return fmt::format("[capture] found nothing for {} in {}: {}", text,
                     count_text(found.trials.size(), "trial"), found.names());
}

std::string written_sentence(const std::vector<ReportProblem>& problems) {
  const Concerned found(problems,
                        [](const ReportProblem& each) { return each.findings.written_to.size(); });
  if (found.trials.empty()) return "";
  std::set<std::string> files;
  for (const ReportProblem* each : found.trials) {
    files.insert(each->findings.written_to.begin(), each->findings.written_to.end());
  }
  const std::vector<std::string> names(files.begin(), files.end());
  return fmt::format(
      "{} of the sweep's folder changed while {} ran, perhaps by writing through a link, so that "
      "trials may depend on each other; outputs = [\"FOLDER\"] gives each trial its own: {}",
      list_text_of_at_most(names, kTrialsNamed, ", "), count_text(found.trials.size(), "trial"),
      found.names());
}

std::string undeclared_sentence(const std::vector<ReportProblem>& problems) {
  std::set<std::string> metrics;
  for (const ReportProblem& each : problems) {
    metrics.insert(each.findings.undeclared.begin(), each.findings.undeclared.end());
  }
  if (metrics.empty()) return "";
  std::string text;
  std::size_t named = 0;
  for (const std::string& metric : metrics) {
    if (named++ == kMetricsNamed) break;
    text += (text.empty() ? "" : ", ") + metric;
  }
  if (metrics.size() > kMetricsNamed) {
    text += fmt::format(" and {} more", metrics.size() - kMetricsNamed);
  }
  return "undeclared metrics were recorded: " + text;
}

}  // namespace

std::vector<std::string> problem_sentences(const std::vector<ReportProblem>& problems) {
  std::vector<std::string> out = {dropped_sentence(problems), conflict_sentence(problems),
                                  unmatched_sentence(problems), written_sentence(problems),
                                  undeclared_sentence(problems)};
  std::erase(out, "");
  return out;
}

void print_problems(const std::string& sweep, const std::vector<ReportProblem>& problems) {
  for (const std::string& sentence : problem_sentences(problems)) {
    fmt::print(stderr, "sweep {}: {}\n", sweep, terminal_escaped(sentence));
  }
}

bool has_errors(const std::vector<ReportProblem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const ReportProblem& each) {
    return each.points_dropped > 0 || each.findings.conflicts > 0 ||
           !each.findings.first_refusal.empty() || !each.findings.unmatched.empty() ||
           !each.findings.written_to.empty();
  });
}

}  // namespace polysweep
