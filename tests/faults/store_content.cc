#include "tests/faults/store_content.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "tests/support/command_line.h"

namespace polysweep {

namespace {

std::string without_timed(const std::vector<std::string>& timed) {
  std::string condition;
  for (const std::string& metric : timed) {
    condition += condition.empty() ? " WHERE metric NOT IN ('" : "', '";
    condition += metric;
  }
  return condition.empty() ? "" : condition + "')";
}

std::string line_at(const std::string& text, std::size_t position) {
  const std::size_t begin = position == 0 ? 0 : text.rfind('\n', position - 1) + 1;
  return text.substr(begin, std::min(text.find('\n', position) - begin, std::size_t{300}));
}

}  // namespace

std::string StoreAsked::ask(std::vector<std::string> words) const {
  words.insert(words.begin(), polysweep_.string());
  words.insert(words.end(), {"--store", store_.string()});
  CommandEnd end = run_command(words);
  if (end.status != 0) {
    fail("{} ended with status {}: {}{}", fmt::join(words, " "), end.status, end.output, end.error);
  }
  return std::move(end.output);
}

std::string StoreAsked::rows(const std::string& sql) const {
  const std::string csv =
      ask({"query", sql, "--csv", "--rows", "1000000000", "--time-limit", "600"});
  return csv.substr(std::min(csv.find('\n') + 1, csv.size()));
}

std::uint64_t StoreAsked::count(const std::string& sql) const { return std::stoull(rows(sql)); }

StoreContent StoreAsked::results(const std::vector<std::string>& timed) const {
  const std::string condition = without_timed(timed);
  StoreContent content;
  content["states"] = rows("SELECT trial, state FROM trials ORDER BY 1");
  content["points"] = rows("SELECT trial, metric, step, value, kind FROM metrics" + condition +
                           " ORDER BY 1, 2, 3");
  content["final metrics"] = rows("SELECT trial, metric, step, value, kind FROM final_metrics" +
                                  condition + " ORDER BY 1, 2, 3");
  content["texts"] = rows("SELECT trial, name, step, value FROM texts ORDER BY 1, 2, 3");
  const nlohmann::json sweeps =
      nlohmann::json::parse(ask({"query", "SELECT sweep FROM sweeps ORDER BY 1", "--json"}));
  for (const nlohmann::json& row : sweeps) {
    const std::string sweep = row["sweep"];
    content["comparison of " + sweep] = ask({"compare", sweep, "--json"});
  }
  return content;
}

StoreContent StoreAsked::all_rows() const {
  StoreContent content;
  const nlohmann::json views = nlohmann::json::parse(ask({"query", "--schema", "--json"}));
  for (const auto& [view, columns] : views.items()) {
    if (view == "wide") continue;  // made of the others
    std::string order = "1";
    for (std::size_t i = 2; i <= columns.size(); ++i) order += ", " + std::to_string(i);
    content[view] = rows("SELECT * FROM " + view + " ORDER BY " + order);
  }
  return content;
}

std::string first_difference(const StoreContent& one, const StoreContent& other) {
  for (const auto& [part, text] : one) {
    const auto found = other.find(part);
    if (found == other.end()) return part + " is missing";
    if (text == found->second) continue;
    const auto [mine, theirs] =
        std::mismatch(text.begin(), text.end(), found->second.begin(), found->second.end());
    const auto position = static_cast<std::size_t>(mine - text.begin());
    return fmt::format("{} differ: '{}' and '{}'", part, line_at(text, position),
                       line_at(found->second, position));
  }
  return one.size() == other.size() ? "" : "there are parts of one alone";
}

std::size_t rows_in(const std::string& part) {
  return static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
}

}  // namespace polysweep
