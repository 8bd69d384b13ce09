// The parts of a sweep file, each typed and with its place, not yet checked
// against each other.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/sweep/file/sweep_nodes.h"
#include "framework/sweep/file/toml_document.h"
#include "framework/sweep/sweep.h"

namespace polysweep {

struct DraftFactor {
  std::string name;
  std::vector<Value> levels;
  std::vector<DraftCondition> when;  // of the file alone
  std::string place;
  bool overridden = false;
  Sampling sampling = Sampling::kNone;
  std::vector<std::uint16_t> at;  // per point of [sample], if it is drawn there: its level
};

struct DraftSelection {
  std::vector<DraftCondition> conditions;
  std::string text;
};

struct DraftZip {
  std::vector<std::string> names;
  std::string place;
};

struct DraftComparison {
  ComparisonRule rule;  // without its family
  std::vector<std::vector<DraftCondition>> family;
  std::string place;  // "": there is no such section
  std::string family_place;
};

struct SweepDraft {
  std::string name;
  const ExperimentSpec* experiment = nullptr;
  std::shared_ptr<const ExperimentSpec> declared;  // by the file itself: a command
  std::string replicate;
  std::string replicate_place;
  std::vector<DraftValue> fixed;
  std::vector<DraftFactor> factors;
  std::vector<DraftZip> zips;
  SampleDesign design = SampleDesign::kSobol;  // of the factors with points
  std::vector<DraftSelection> excludes;
  std::vector<DraftSelection> wheres;
  std::vector<DraftValue> baseline;
  std::string baseline_place;
  std::string factors_place;  // of the section, else of the file
  MetricSpec primary;
  std::vector<MetricSpec> secondary;
  DraftComparison comparison;

  DraftFactor* find_factor(std::string_view factor);
  DraftValue* find_fixed(std::string_view parameter);
};

// Reads the root table of a sweep file that lies in `folder` (absolute).
// `catalogue` must outlive the draft. Throws Error with the place.
SweepDraft read_draft(const TomlNode& root, const Catalogue& catalogue,
                      const std::filesystem::path& folder);

}  // namespace polysweep
