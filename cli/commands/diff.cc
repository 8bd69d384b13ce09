#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>

#include "cli/commands/command_table.h"
#include "cli/shared/json_output.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "reports/text/escaping.h"
#include "results/read/trial_difference.h"
#include "results/read/trial_lookup.h"

namespace polysweep {
namespace {

constexpr std::size_t kTextShown = 60;     // characters of a text
constexpr std::size_t kContextShown = 20;  // of them, before the first difference

void declare_diff(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.argument("trials", true);
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Where two texts begin to differ, less some context; 0 for short texts.
std::size_t cut_of(const FactDifference& fact) {
  if (!fact.first || !fact.second) return 0;
  const std::string& a = *fact.first;
  const std::string& b = *fact.second;
  if (std::max(a.size(), b.size()) <= kTextShown) return 0;
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  auto at = static_cast<std::size_t>(differ.first - a.begin());
  at -= std::min(at, kContextShown);
  while (at > 0 && continues_character(a[at])) --at;
  return at;
}

TableCell side(const std::optional<std::string>& value, std::size_t cut) {
  if (!value) return {"-", Tone::kMuted};
  return (cut > 0 ? "..." : "") + shortened(value->substr(cut), kTextShown);
}

void print_facts(const char* heading, const std::vector<FactDifference>& facts,
                 const TrialRecord& first, const TrialRecord& second) {
  if (facts.empty()) return;
  Table table;
  table.columns = {{heading}, {first.id.brief()}, {second.id.brief()}};
  for (const FactDifference& each : facts) {
    const std::size_t cut = cut_of(each);
    table.rows.push_back({each.name, side(each.first, cut), side(each.second, cut)});
  }
  print_table(table);
  fmt::print("\n");
}

TableCell number(std::optional<double> value) {
  if (!value) return {"-", Tone::kMuted};
  return {fmt::format("{:.6g}", *value), *value};
}

void print_series(const TrialDifference& difference, const TrialRecord& first,
                  const TrialRecord& second) {
  if (difference.series.empty()) return;
  Table table;
  table.columns = {{"metric"},
                   {first.id.brief(), Align::kRight, ""},
                   {second.id.brief(), Align::kRight, ""},
                   {"difference", Align::kRight, ""},
                   {"largest", Align::kRight, ""},
                   {"common steps", Align::kRight, ""},
                   {"differs since"}};
  for (const SeriesDifference& each : difference.series) {
    std::optional<double> between;
    if (each.first && each.second) between = *each.second - *each.first;
    std::string since = "identical";
    if (each.differs()) since = fmt::format("step {}", *each.since_step);
    if (each.other_steps > 0) since += fmt::format(" ({} steps in only one)", each.other_steps);
    table.rows.push_back(
        {each.metric, number(each.first), number(each.second), number(between),
         number(each.common_steps > 0 ? std::optional(each.largest) : std::nullopt),
         fmt::format("{}", each.common_steps), since});
  }
  table.notes = {
      "Under each trial: its last value. Largest: the largest difference at a common step."};
  print_table(table);
}

nlohmann::ordered_json as_json(const std::vector<FactDifference>& facts) {
  nlohmann::ordered_json out = nlohmann::json::object();
  const auto side_json = [](const std::optional<std::string>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  };
  for (const FactDifference& each : facts) {
    out[each.name] = {side_json(each.first), side_json(each.second)};
  }
  return out;
}

nlohmann::ordered_json as_json(const SeriesDifference& series) {
  const auto value = [](const std::optional<double>& given) {
    return given ? number_or_text(*given) : Json(nullptr);
  };
  return {{"metric", series.metric},
          {"last", {value(series.first), value(series.second)}},
          {"common_steps", series.common_steps},
          {"other_steps", series.other_steps},
          {"largest", series.largest},
          {"since_step", series.since_step ? nlohmann::ordered_json(*series.since_step)
                                           : nlohmann::ordered_json(nullptr)}};
}

void print_as_json(const TrialDifference& difference, const TrialRecord& first,
                   const TrialRecord& second) {
  nlohmann::ordered_json out = {{"trials", {first.id.hex(), second.id.hex()}},
                                {"same", difference.empty()},
                                {"identity", as_json(difference.identity)},
                                {"parameters", as_json(difference.parameters)},
                                {"provenance", as_json(difference.provenance)},
                                {"texts", as_json(difference.texts)},
                                {"metrics", nlohmann::json::array()}};
  for (const SeriesDifference& each : difference.series) out["metrics"].push_back(as_json(each));
  print_json(out);
}

int run_diff(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const std::vector<std::string> ids = texts_of(given, "trials");
  if (ids.size() != 2) fail("expected two trial ids (or their first digits), got {}", ids.size());
  const TrialRecord first = load_trial(database, find_trial(database, ids[0]));
  const TrialRecord second = load_trial(database, find_trial(database, ids[1]));
  const TrialDifference difference = difference_of(database, first, second);
  if (given["json"].as<bool>()) {
    print_as_json(difference, first, second);
  } else {
    print_facts("identity", difference.identity, first, second);
    print_facts("parameter", difference.parameters, first, second);
    print_facts("provenance", difference.provenance, first, second);
    print_facts("text", difference.texts, first, second);
    print_series(difference, first, second);
    if (difference.empty()) fmt::print("no difference\n");
  }
  return difference.empty() ? kExitComplete : kExitMissing;
}

}  // namespace

const Command kDiffCommand = {
    "diff",
    "Shows how two trials differ, and from which step; exit status 1 if they do",
    "TRIAL TRIAL [--json]",
    "  polysweep diff 3f9a 81c0",
    declare_diff,
    run_diff,
};

}  // namespace polysweep
