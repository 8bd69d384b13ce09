#include "cli/shared/attempt_history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/shared/terminal.h"
#include "reports/text/escaping.h"
#include "runners/host/progress.h"

namespace polysweep {
namespace {

std::string outcome_of(const AttemptRecord& attempt) {
  return attempt.running ? "running" : attempt.outcome;
}

}  // namespace

void print_attempts(const TrialRecord& trial) {
  Table table;
  table.columns = {{"attempt"}, {"host"}, {"slot"},        {"started (UTC)"}, {"ended (UTC)"},
                   {"outcome"}, {"time"}, {"peak memory"}, {"resumed after"}, {"message"}};
  for (const AttemptRecord& attempt : trial.attempts) {
    table.rows.push_back({fmt::format("{}", attempt.number), attempt.host,
                          fmt::format("{}", attempt.slot), date_text(attempt.started_us),
                          date_text(attempt.finished_us),
                          outcome_of(attempt) + (attempt.counted ? "" : " (not counted)"),
                          attempt.elapsed_s > 0 ? duration_text(attempt.elapsed_s) : "",
                          memory_text(attempt.peak_memory_bytes),
                          attempt.resumed_step ? fmt::format("step {}", *attempt.resumed_step) : "",
                          attempt.message});
  }
  print_table(table);
  for (const AttemptRecord& attempt : trial.attempts) {
    if (attempt.points_dropped == 0) continue;
    fmt::print("\nattempt {}: {} points were dropped: refused by its worker{}\n", attempt.number,
               attempt.points_dropped,
               attempt.resumed_step ? fmt::format(", or not beyond step {}, which it resumed after",
                                                  *attempt.resumed_step)
                                    : std::string());
  }
  for (const AttemptRecord& attempt : trial.attempts) {
    const ReportFindings& findings = attempt.findings;
    if (!findings.first_refusal.empty()) {
      fmt::print("\nattempt {}: the first of what was rejected: {}\n", attempt.number,
                 clean_text(findings.first_refusal));
    }
    if (findings.conflicts > 0) {
      fmt::print(
          "\nattempt {}: {} points gave another value at a step that had one, the first: {}\n",
          attempt.number, findings.conflicts, clean_text(findings.first_conflict));
    }
    if (!findings.undeclared.empty()) {
      fmt::print("\nattempt {}: undeclared metrics: {}\n", attempt.number,
                 clean_text(fmt::format("{}", fmt::join(findings.undeclared, ", "))));
    }
    if (!findings.written_to.empty()) {
      fmt::print("attempt {}: changed in the sweep's folder while it ran: {}\n", attempt.number,
                 clean_text(fmt::format("{}", fmt::join(findings.written_to, ", "))));
    }
    if (!findings.unmatched.empty()) {
      fmt::print("\nattempt {}: [capture] found nothing for {}\n", attempt.number,
                 clean_text(fmt::format("{}", fmt::join(findings.unmatched, " and "))));
    }
  }
  for (const AttemptRecord& attempt : trial.attempts) {
    if (attempt.output_tail.empty()) continue;
    fmt::print("\nlast output of attempt {}:\n{}\n", attempt.number,
               clean_text(attempt.output_tail));
  }
}

nlohmann::ordered_json attempts_json(const TrialRecord& trial) {
  nlohmann::ordered_json out = nlohmann::json::array();
  for (const AttemptRecord& attempt : trial.attempts) {
    nlohmann::ordered_json resumed = nullptr;
    if (attempt.resumed_step) resumed = *attempt.resumed_step;
    out.push_back({{"attempt", attempt.number},
                   {"host", attempt.host},
                   {"slot", attempt.slot},
                   {"device", attempt.device},
                   {"outcome", outcome_of(attempt)},
                   {"final", attempt.final},
                   {"counted", attempt.counted},
                   {"started_us", attempt.started_us},
                   {"finished_us", attempt.finished_us},
                   {"elapsed_s", attempt.elapsed_s},
                   {"peak_memory_bytes", attempt.peak_memory_bytes},
                   {"resumed_step", resumed},
                   {"points", attempt.points},
                   {"points_ignored", attempt.points_ignored},
                   {"points_dropped", attempt.points_dropped},
                   {"first_refusal", attempt.findings.first_refusal},
                   {"conflicts", attempt.findings.conflicts},
                   {"first_conflict", attempt.findings.first_conflict},
                   {"undeclared", attempt.findings.undeclared},
                   {"unmatched", attempt.findings.unmatched},
                   {"written_to", attempt.findings.written_to},
                   {"provenance", attempt.provenance},
                   {"message", attempt.message},
                   {"output_tail", attempt.output_tail}});
  }
  return out;
}

}  // namespace polysweep
