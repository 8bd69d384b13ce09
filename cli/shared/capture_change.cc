#include "cli/shared/capture_change.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/sweep/file/toml_document.h"
#include "reports/text/number_text.h"
#include "results/read/last_planning.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

// The same for equal nodes, wherever they stand.
std::string content_of(const TomlNode& node) {
  if (node.kind == TomlNode::Kind::kValue) return node.value.canonical();
  std::string out = node.kind == TomlNode::Kind::kArray ? "[" : "{";
  for (const TomlNode& item : node.items) out += content_of(item) + ",";
  std::vector<std::string> entries;
  for (const TomlEntry& entry : node.entries) {
    entries.push_back(entry.name + "=" + content_of(entry.node) + ",");
  }
  std::sort(entries.begin(), entries.end());
  for (const std::string& entry : entries) out += entry;
  return out + "]";
}

std::string capture_of(const std::string& text) {
  const TomlNode root = parse_toml(text, "sweep");
  const TomlEntry* capture = root.find("capture");
  return capture == nullptr ? "" : content_of(capture->node);
}

}  // namespace

std::string capture_change_text(const Database& database, const Plan& plan,
                                const PlanStanding& standing) {
  const std::string& sweep = plan.sweep().name;
  const std::vector<std::string> known = sweep_names(database);
  const std::uint64_t settled = standing.counts.done + standing.counts.diverged;
  const bool is_new = std::find(known.begin(), known.end(), sweep) == known.end();
  if (is_new || settled == 0 || !plan.sweep().experiment.command) return "";
  try {
    const std::string before = capture_of(load_description(database, sweep).text);
    if (before == capture_of(plan.sweep().text)) return "";
  } catch (const Error&) {  // the earlier file cannot be read any more
    return "";
  }
  return fmt::format(
      "[capture] has changed since {} {} done, which keep what was recorded of them; `polysweep "
      "retry {} --done` lets the next run repeat them",
      count_text(settled, "trial"), settled == 1 ? "was" : "were", sweep);
}

}  // namespace polysweep
