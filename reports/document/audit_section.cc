// Whether the comparison is fair.
#include "reports/document/sections.h"

namespace polysweep {

Table audit_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "fairness";
  table.caption = "What all cells share, differences first";
  table.stacked = true;
  table.columns = {
      {"topic", Align::kLeft, ""}, {"state", Align::kLeft, ""}, {"finding", Align::kLeft, ""}};
  for (const AuditState state :
       {AuditState::kConfounded, AuditState::kDiffers, AuditState::kUnknown, AuditState::kSame}) {
    for (const auto& item : analysis.audit_items()) {
      if (item.state != state) continue;
      const Tone tone = state == AuditState::kConfounded ? Tone::kBad
                        : state == AuditState::kSame     ? Tone::kGood
                                                         : Tone::kMissing;
      table.rows.push_back({item.topic, TableCell(audit_state_name(state), tone), item.finding});
    }
  }
  table.notes = {
      "same: alike in all done trials. differs: several values, the same in all cells. "
      "confounded: not the same in all cells, so a difference of the metric may come from it. "
      "unknown: not recorded."};
  return table;
}

Section audit_section(const SweepAnalysis& analysis) {
  return {"audit", "Was the comparison fair?", {audit_table(analysis)}};
}

}  // namespace polysweep
