#include "cli/shared/code_rerun.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"
#include "results/read/sweep_results_reader.h"
#include "runners/code/code_difference.h"
#include "runners/code/code_snapshot.h"

namespace polysweep {
namespace {

constexpr std::size_t kFilesNamed = 3;

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

// "train.py differs, +14 -3 lines"
std::string text_of(const CodeChange& change) {
  switch (change.kind) {
    case CodeChange::Kind::kAdded:
      return change.path + " is new";
    case CodeChange::Kind::kRemoved:
      return change.path + " is gone";
    case CodeChange::Kind::kMode:
      return change.path + " may be executed or not";
    case CodeChange::Kind::kChanged:
      break;
  }
  if (!change.lines_added || !change.lines_removed) return change.path + " differs";
  return fmt::format("{} differs, +{} -{} lines", change.path, *change.lines_added,
                     *change.lines_removed);
}

// What the command line of a sweep has after its file.
std::string words_of(const std::vector<std::string>& overrides, bool renamed,
                     const std::string& name) {
  std::string out;
  for (const std::string& word : overrides) out += " " + shell_escaped(word);
  if (renamed) out += " --as " + name;
  return out;
}

// From the snapshot of `before`; "" where the store has none.
std::string changes_in(const std::filesystem::path& store, const CodeVersion& before,
                       const CommandSpec& now) {
  if (!has_snapshot(store, before.code)) return "";
  std::vector<CodeChange> changes;
  try {
    changes = code_changes(load_snapshot(store, before.code).files, now.files,
                           code_text(store, now.code.root));
  } catch (const Error&) {
    return "";  // a damaged snapshot must not stop a run of other code
  }
  std::vector<std::string> texts;
  for (const CodeChange& each : changes) texts.push_back(text_of(each));
  return list_text_of_at_most(texts, kFilesNamed, "; ");
}

}  // namespace

std::optional<CodeRerun> code_rerun(const Database& database, const std::filesystem::path& store,
                                    const Plan& plan, const PlanStanding& standing) {
  const std::string& sweep = plan.sweep().name;
  const std::vector<std::string> known = sweep_names(database);
  const bool is_new = std::find(known.begin(), known.end(), sweep) == known.end();
  if (is_new || plan.code_digest().empty()) return std::nullopt;
  const std::vector<CodeVersion> versions = load_code_versions(database, sweep);
  const CodeVersion* before = latest_other(versions, plan.code_digest());
  if (before == nullptr) return std::nullopt;
  CodeRerun out{*before, plan.code_digest().substr(0, before->name.size()), "", 0, false};
  const auto settled = settled_parameters(database, *before);
  if (settled.empty()) return std::nullopt;
  out.before.settled = settled.size();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (is_settled(standing.states[i])) continue;
    out.again += settled.contains(plan.trial(i).parameters.canonical()) ? 1 : 0;
  }
  if (out.again == 0) return std::nullopt;
  out.files = changes_in(store, *before, *plan.sweep().experiment.command);
  if (out.files.empty()) {
    out.files = file_changes(before->files, code_files_of(plan.sweep().experiment));
  }
  out.has_snapshot = has_snapshot(store, before->code);
  return out;
}

std::string code_rerun_text(const CodeRerun& change, const Sweep& sweep) {
  std::string out = fmt::format(
      "code: {} {} done under code {} ({}); {} of them {} again under {}\n",
      count_text(change.before.settled, "trial"), change.before.settled == 1 ? "is" : "are",
      change.before.name, terminal_escaped(change.files), change.again,
      change.again == 1 ? "runs" : "run", change.now);
  if (change.has_snapshot) {
    out += fmt::format("  `polysweep run {}{} --code {}` continues with the code they had\n",
                       terminal_escaped(shell_escaped(sweep.file)),
                       terminal_escaped(words_of(sweep.overrides, sweep.renamed, sweep.name)),
                       change.before.name);
  }
  return out + fmt::format("  `polysweep compare {} code={} code={}` then compares the two",
                           sweep.name, change.before.name, change.now);
}

std::string declared_code_text(const Database& database, const Plan& plan,
                               const PlanStanding& standing) {
  const auto& command = plan.sweep().experiment.command;
  if (!command || command->code.stands_for.empty()) return "";
  const std::string runs = command->code_digest();
  if (runs == plan.code_digest()) return "";
  const auto others = settled_under_other_code(database, plan.code_digest(), runs);
  std::size_t count = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (is_settled(standing.states[i])) count += others.contains(plan.id(i).hex()) ? 1 : 0;
  }
  return fmt::format(
      "code: {:.8} is declared to mean the same as {:.8} (code_same_as, which is not checked); {} "
      "taken over",
      runs, plan.code_digest(), count_text(count, "trial") + (count == 1 ? " is" : " are"));
}

std::optional<ChangedCode> changed_code(const Database& database,
                                        const std::filesystem::path& store,
                                        const std::string& sweep) {
  const SweepResults plan = load_description(database, sweep);
  std::error_code ignored;
  if (plan.code_digest.empty() || !std::filesystem::exists(plan.file, ignored)) return std::nullopt;
  try {
    Sweep now = command_sweep_of_file(plan.file, plan.overrides);
    if (!now.experiment.command) return std::nullopt;
    CodeSpec& code = now.experiment.command->code;
    if (!code.same_as.empty() && plan.code_digest.starts_with(code.same_as)) {
      code.stands_for = plan.code_digest;
    }
    const std::string digest = now.experiment.command->identity_code();
    if (digest == plan.code_digest) return std::nullopt;
    ChangedCode out{plan.code_digest.substr(0, 8), digest.substr(0, 8), "", plan.file, "", false};
    out.files = file_changes(plan.code_files, code_files_of(now.experiment));
    out.words = words_of(plan.overrides, plan.renamed, sweep);
    out.has_snapshot = has_snapshot(store, plan.code_digest);
    return out;
  } catch (const Error&) {
    return std::nullopt;  // what the file says now is not a sweep
  }
}

std::string changed_since_planned(const Database& database, const std::string& sweep) {
  const std::optional<ChangedCode> change = changed_code(database, "", sweep);
  if (!change) return "";
  return fmt::format(
      "its code has changed since it was planned ({}); `polysweep run {}{}` runs its trials again",
      change->files, shell_escaped(change->file), change->words);
}

}  // namespace polysweep
