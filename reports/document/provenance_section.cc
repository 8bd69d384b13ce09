// Where the numbers come from, and how to make them again.
#include <fmt/format.h>

#include <map>

#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"
#include "reports/document/study.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestFact = 200;

Table facts_table(const Study& study) {
  Table table;
  table.id = "facts";
  table.caption = "Build, machine and environment of the done trials";
  table.columns = {
      {"fact", Align::kLeft, ""}, {"value", Align::kLeft, ""}, {"trials", Align::kRight, ""}};
  std::map<std::string, std::map<std::string, std::size_t>> facts;
  for (const auto& trial : study.results.trials) {
    const auto document = study.results.provenance.find(trial.provenance);
    if (trial.state != TrialState::kDone || document == study.results.provenance.end()) continue;
    for (const auto& [fact, value] : document->second) ++facts[fact][value];
  }
  for (const auto& [fact, values] : facts) {
    for (const auto& [value, count] : values) {
      table.rows.push_back({shortened(fact, kLongestFact), shortened(value, kLongestFact),
                            TableCell(std::to_string(count), static_cast<double>(count))});
    }
  }
  return table;
}

Table data_table(const Study& study) {
  Table table;
  table.id = "data-files";
  table.caption = "Data files";
  table.columns = {{"file", Align::kLeft, ""}, {"SHA-256 of its content", Align::kLeft, ""}};
  for (const auto& [path, digest] : study.results.data_digests) {
    table.rows.push_back({shortened(path, kLongestFact), digest});
  }
  return table;
}

Table parameters_table(const Study& study) {
  Table table;
  table.id = "parameters";
  table.caption = "Parameters that no factor varies";
  table.columns = {
      {"parameter", Align::kLeft, ""}, {"value", Align::kLeft, ""}, {"from", Align::kLeft, ""}};
  for (const auto& [name, value] : study.results.fixed) {
    table.rows.push_back({name, shortened(value.display(), kLongestFact), "sweep file"});
  }
  for (const auto& [name, value] : study.results.defaults) {
    if (study.results.fixed.find(name) != nullptr) continue;
    table.rows.push_back({name, shortened(value.display(), kLongestFact), "default"});
  }
  return table;
}

std::string run_command(const SweepResults& results) {
  std::string command =
      "polysweep run " + (results.file.empty() ? std::string("FILE") : shell_escaped(results.file));
  for (const auto& word : results.overrides) command += " " + shell_escaped(word);
  return command;
}

}  // namespace

Section provenance_section(const Study& study) {
  const auto& results = study.results;
  Section section{"provenance", "Provenance, and how to reproduce this", {}};
  std::string commands = run_command(results);
  if (!study.options.command.empty()) commands += "\n" + study.options.command;
  section.blocks.push_back(Listing{"Commands", commands, false});
  if (!results.text.empty()) {
    section.blocks.push_back(Listing{"The sweep file", results.text, true});
  }
  section.blocks.push_back(Paragraph{
      fmt::format(
          "Experiment {} version {}; plan {}; {}. Intervals at {}; alpha {:g}, Holm over {}; "
          "bootstrap of {} samples from seed {}. Bit-exactness is claimed within one class "
          "of build, libraries, processor and threads only.",
          shortened(results.experiment, 60), results.experiment_version,
          results.revision.empty() ? "not recorded" : results.revision.substr(0, 12),
          count_text(results.provenance.size(), "provenance document"), study.percent,
          study.options.alpha, count_text(study.comparison.family, "comparison"),
          study.bootstrap.samples(), study.bootstrap.seed()),
      Tone::kPlain});
  Table parameters = parameters_table(study);
  if (!parameters.rows.empty()) section.blocks.push_back(FoldedTable{std::move(parameters)});
  if (!results.data_digests.empty()) section.blocks.push_back(FoldedTable{data_table(study)});
  Table facts = facts_table(study);
  if (!facts.rows.empty()) section.blocks.push_back(FoldedTable{std::move(facts)});
  return section;
}

}  // namespace polysweep
