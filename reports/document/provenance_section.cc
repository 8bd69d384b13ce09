// Where the numbers come from, and how to reproduce them.
#include <fmt/format.h>

#include <map>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestFact = 200;
constexpr std::size_t kLongestPackages = 4000;

Table facts_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "facts";
  table.caption = "Build, machine and environment of the done trials";
  table.columns = {
      {"fact", Align::kLeft, ""}, {"value", Align::kLeft, ""}, {"trials", Align::kRight, ""}};
  std::map<std::string, std::map<std::string, std::size_t>> facts;
  for (const auto& trial : analysis.results.trials) {
    const auto document = analysis.results.provenance.find(trial.provenance);
    if (trial.state != TrialState::kDone || document == analysis.results.provenance.end()) continue;
    for (const auto& [fact, value] : document->second) ++facts[fact][value];
  }
  // Hundreds of packages are a line, but for those that differ between trials.
  std::string packages;
  std::size_t alike = 0;
  for (auto fact = facts.lower_bound("package."); fact != facts.end();) {
    if (!fact->first.starts_with("package.")) break;
    if (fact->second.size() > 1) {
      ++fact;
      continue;
    }
    ++alike;
    packages +=
        (packages.empty() ? "" : ", ") + fact->first.substr(8) + " " + fact->second.begin()->first;
    fact = facts.erase(fact);
  }
  if (alike > 0) {
    table.rows.push_back({count_text(alike, "package"), shortened(packages, kLongestPackages),
                          TableCell("", Tone::kMuted)});
  }
  for (const auto& [fact, values] : facts) {
    for (const auto& [value, count] : values) {
      table.rows.push_back({shortened(fact, kLongestFact), shortened(value, kLongestFact),
                            TableCell(std::to_string(count), static_cast<double>(count))});
    }
  }
  return table;
}

Table files_table(const char* id, const char* caption,
                  const std::map<std::string, std::string>& digests) {
  Table table;
  table.id = id;
  table.caption = caption;
  table.columns = {{"file", Align::kLeft, ""}, {"SHA-256 of its content", Align::kLeft, ""}};
  for (const auto& [path, digest] : digests) {
    table.rows.push_back({shortened(path, kLongestFact), digest});
  }
  return table;
}

Table parameters_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "parameters";
  table.caption = "Parameters that no factor varies";
  table.columns = {
      {"parameter", Align::kLeft, ""}, {"value", Align::kLeft, ""}, {"from", Align::kLeft, ""}};
  for (const auto& [name, value] : analysis.results.fixed) {
    table.rows.push_back({name, shortened(value.display(), kLongestFact), "sweep file"});
  }
  for (const auto& [name, value] : analysis.results.defaults) {
    if (analysis.results.fixed.find(name) != nullptr) continue;
    table.rows.push_back({name, shortened(value.display(), kLongestFact), "default"});
  }
  return table;
}

// The command that runs the sweep again.
std::string run_command(const SweepResults& results, const ReportOptions& options) {
  std::string command =
      "polysweep run " + (results.file.empty() ? std::string("FILE") : shell_escaped(results.file));
  for (const auto& argument : results.overrides) command += " " + shell_escaped(argument);
  if (results.renamed) command += " --as " + shell_escaped(results.sweep);
  if (!options.store.empty()) command += " --store " + shell_escaped(options.store);
  if (!options.data.empty()) command += " --data " + shell_escaped(options.data);
  return command;
}

}  // namespace

Section provenance_section(const SweepAnalysis& analysis, const ReportOptions& options) {
  const auto& results = analysis.results;
  Section section{"provenance", "Provenance, and how to reproduce this", {}};
  std::string commands = run_command(results, options);
  if (!options.command.empty()) commands += "\n" + options.command;
  section.blocks.push_back(Listing{"Commands", commands, false});
  if (!results.text.empty()) {
    section.blocks.push_back(Listing{"The sweep file", results.text, true});
  }
  section.blocks.push_back(Paragraph{
      fmt::format(
          "Experiment {} version {}; plan {}; {}. Intervals at {}; test {}, alpha {:g}, Holm over "
          "{}; "
          "bootstrap of {} samples from seed {}. The same bits are only promised on the same "
          "build, libraries, processor and number of threads.",
          shortened(results.experiment, 60), results.experiment_version,
          results.revision.empty() ? "not recorded" : results.revision.substr(0, 12),
          count_text(results.provenance.size(), "provenance document"), analysis.percent,
          comparison_test_name(analysis.rule.test), analysis.rule.alpha,
          count_text(analysis.comparison().family, "comparison"),
          analysis.options.bootstrap_samples, analysis.options.bootstrap_seed),
      Tone::kPlain});
  Table parameters = parameters_table(analysis);
  if (!parameters.rows.empty()) section.blocks.push_back(FoldedTable{std::move(parameters)});
  if (!results.code_files.empty()) {
    section.blocks.push_back(
        FoldedTable{files_table("code-files", "Code files", results.code_files)});
  }
  if (!results.data_digests.empty()) {
    section.blocks.push_back(
        FoldedTable{files_table("data-files", "Data files", results.data_digests)});
  }
  Table facts = facts_table(analysis);
  if (!facts.rows.empty()) section.blocks.push_back(FoldedTable{std::move(facts)});
  return section;
}

}  // namespace polysweep
