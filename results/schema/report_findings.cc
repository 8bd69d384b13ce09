#include "results/schema/report_findings.h"

#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "results/schema/stored_text.h"

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::vector<std::string>& names) {
  Json out = Json::array();
  for (const std::string& name : names) out.push_back(stored_text(name));
  return out;
}

}  // namespace

std::string findings_json(const ReportFindings& findings) {
  if (findings == ReportFindings()) return "";
  Json out = Json::object();
  if (!findings.first_refusal.empty()) out["first_refusal"] = stored_text(findings.first_refusal);
  if (findings.conflicts > 0) {
    out["conflicts"] = findings.conflicts;
    out["first_conflict"] = stored_text(findings.first_conflict);
  }
  if (!findings.undeclared.empty()) out["undeclared"] = json_of(findings.undeclared);
  if (!findings.unmatched.empty()) out["unmatched"] = json_of(findings.unmatched);
  if (!findings.written_to.empty()) out["written_to"] = json_of(findings.written_to);
  return out.dump();
}

ReportFindings findings_of(std::string_view json) try {
  ReportFindings findings;
  if (json.empty()) return findings;
  const Json object = Json::parse(json);
  using Names = std::vector<std::string>;
  findings.first_refusal = object.value("first_refusal", "");
  findings.conflicts = object.value("conflicts", std::uint64_t{0});
  findings.first_conflict = object.value("first_conflict", "");
  findings.undeclared = object.value("undeclared", Names());
  findings.unmatched = object.value("unmatched", Names());
  findings.written_to = object.value("written_to", Names());
  return findings;
} catch (const Json::exception& problem) {
  fail("the column attempt.findings is not what polysweep writes: {}", problem.what());
}

}  // namespace polysweep
