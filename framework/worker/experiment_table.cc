#include "framework/worker/experiment_table.h"

#include <algorithm>
#include <set>
#include <string>

#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/worker/program_digest.h"

namespace polysweep {

namespace {

constexpr std::size_t kLongestName = 100;  // as in a sweep file

bool is_name(const std::string& text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), fits);
}

void expect_valid(const ExperimentSpec& spec) {
  if (!is_name(spec.name)) {
    fail(
        "an experiment of this worker is called '{}'; expected 1 to {} letters, digits, '.', '_' "
        "and '-'",
        spec.name, kLongestName);
  }
  if (spec.version < 1) {
    fail("experiment '{}' has version {}; expected 1 or more", spec.name, spec.version);
  }
  if (spec.metrics.empty()) {
    fail(
        "experiment '{}' has no metric; expected at least one, the first is the default to "
        "compare by",
        spec.name);
  }
  std::set<std::string> names;
  for (const MetricSpec& metric : spec.metrics) {
    if (metric.name.empty()) fail("experiment '{}' has a metric without a name", spec.name);
    if (!names.insert(metric.name).second) {
      fail("experiment '{}' has the metric '{}' twice", spec.name, metric.name);
    }
  }
}

}  // namespace

Catalogue catalogue_of(std::span<const ExperimentRow> rows) {
  Catalogue catalogue;
  catalogue.build = fmt::format("{} program {}", build_digest(), program_digest());
  std::set<std::string> names;
  for (const ExperimentRow& row : rows) {
    check(row.spec != nullptr && row.make != nullptr, "a row of experiments has both functions");
    ExperimentSpec spec = row.spec();
    expect_valid(spec);
    if (!names.insert(spec.name).second) {
      fail("two experiments of this worker are called '{}'", spec.name);
    }
    catalogue.experiments.push_back(std::move(spec));
  }
  return catalogue;
}

}  // namespace polysweep
