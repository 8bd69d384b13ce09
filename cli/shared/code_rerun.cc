#include "cli/shared/code_rerun.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

const CodeVersion* latest_other(const std::vector<CodeVersion>& versions, const std::string& code) {
  for (auto each = versions.rbegin(); each != versions.rend(); ++each) {
    if (each->code != code) return &*each;
  }
  return nullptr;
}

std::map<std::string, std::string> code_files_of(const ExperimentSpec& experiment) {
  std::map<std::string, std::string> out;
  for (const InputFile& file : experiment.command->files) out.emplace(file.path, file.sha256);
  return out;
}

}  // namespace

std::optional<CodeRerun> code_rerun(const Database& database, const Plan& plan,
                                    const PlanStanding& standing) {
  const std::string& sweep = plan.sweep().name;
  const std::vector<std::string> known = sweep_names(database);
  const bool is_new = std::find(known.begin(), known.end(), sweep) == known.end();
  if (is_new || plan.code_digest().empty()) return std::nullopt;
  const std::vector<CodeVersion> versions = load_code_versions(database, sweep);
  const CodeVersion* before = latest_other(versions, plan.code_digest());
  if (before == nullptr) return std::nullopt;
  CodeRerun out{*before, plan.code_digest().substr(0, before->name.size()), "", 0};
  const auto settled = settled_parameters(database, *before);
  if (settled.empty()) return std::nullopt;
  out.before.settled = settled.size();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (is_settled(standing.states[i])) continue;
    out.again += settled.contains(plan.trial(i).parameters.canonical()) ? 1 : 0;
  }
  if (out.again == 0) return std::nullopt;
  out.files = file_changes(before->files, code_files_of(plan.sweep().experiment));
  return out;
}

std::string code_rerun_text(const CodeRerun& change, const std::string& sweep) {
  return fmt::format(
      "code: {} {} done under code {} ({}); {} of them {} again under {}\n"
      "  `polysweep compare {} code={} code={}` then compares the two",
      count_text(change.before.settled, "trial"), change.before.settled == 1 ? "is" : "are",
      change.before.name, terminal_escaped(change.files), change.again,
      change.again == 1 ? "runs" : "run", change.now, sweep, change.before.name, change.now);
}

std::string changed_since_planned(const Database& database, const std::string& sweep) {
  const SweepResults plan = load_description(database, sweep);
  std::error_code ignored;
  if (plan.code_digest.empty() || !std::filesystem::exists(plan.file, ignored)) return "";
  try {
    const Sweep now = command_sweep_of_file(plan.file, plan.overrides);
    if (!now.experiment.command || now.experiment.command->code_digest() == plan.code_digest) {
      return "";
    }
    std::string words;
    for (const std::string& word : plan.overrides) words += " " + shell_escaped(word);
    if (plan.renamed) words += " --as " + sweep;
    return fmt::format(
        "its code has changed since it was planned ({}); `polysweep run {}{}` runs its trials "
        "again",
        file_changes(plan.code_files, code_files_of(now.experiment)), shell_escaped(plan.file),
        words);
  } catch (const Error&) {
    return "";  // what the file says now is not a sweep
  }
}

}  // namespace polysweep
