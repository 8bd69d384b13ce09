// polysweep audit: whether all cells share data, budget, build and machine.
#include <algorithm>

#include "cli/commands/command_table.h"
#include "cli/shared/analysed_sweep.h"
#include "cli/shared/figure_files.h"
#include "cli/shared/terminal.h"

namespace polysweep {
namespace {

void declare_audit(CommandOptions& options) {
  declare_analysis(options);
  options.argument("sweep");
}

int run_audit(const po::variables_map& given) {
  const AnalysedSweep source(given);
  const SweepAnalysis& analysis = source.analysis();
  if (given["json"].as<bool>()) {
    Json out = Json::array();
    for (const AuditItem& item : analysis.audit_items()) {
      out.push_back({{"topic", item.topic},
                     {"state", audit_state_name(item.state)},
                     {"finding", item.finding}});
    }
    print_json(out);
  } else {
    print_table(audit_table(analysis));
  }
  const auto figure = states_figure(analysis);
  write_figures(given, figure ? std::vector<Figure>{*figure} : std::vector<Figure>{});
  const bool alike = std::all_of(
      analysis.audit_items().begin(), analysis.audit_items().end(), [](const AuditItem& item) {
        return item.state == AuditState::kSame || item.state == AuditState::kUnknown;
      });
  return alike ? kExitComplete : kExitMissing;
}

}  // namespace

const Command kAuditCommand = {
    "audit",
    "Checks that all cells share data, budget, build and machine; exit status 1 if they differ",
    "[SWEEP] [--out FILE] [--json]",
    "  polysweep audit my_sweep --out states.svg",
    declare_audit,
    run_audit,
};

}  // namespace polysweep
