#include "results/read/code_versions.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "results/read/stored_plan.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

constexpr std::size_t kDigits = 8;
constexpr std::size_t kFilesNamed = 3;
constexpr std::size_t kVersionsNamed = 6;

void count_settled(Connection& connection, std::vector<CodeVersion>& versions) {
  Statement row = connection.prepare(
      "SELECT count(*) FROM sweep_trial x JOIN trial t ON t.trial_id = x.trial_id "
      "WHERE x.revision_id = ? AND t.state IN (2, 3)");
  for (CodeVersion& each : versions) {
    row.with(each.planning.revision_id).step();
    each.settled = static_cast<std::uint64_t>(row.integer(0));
    row.reset();
  }
}

void name_versions(std::vector<CodeVersion>& versions) {
  for (CodeVersion& each : versions) {
    std::size_t digits = kDigits;
    const auto is_shared = [&](const CodeVersion& other) {
      return other.code != each.code && other.code.starts_with(each.code.substr(0, digits));
    };
    while (digits < each.code.size() && std::any_of(versions.begin(), versions.end(), is_shared)) {
      ++digits;
    }
    each.name = each.code.substr(0, digits);
  }
}

std::string list_of(const std::vector<CodeVersion>& versions) {
  std::string out;
  for (std::size_t i = 0; i < versions.size() && i < kVersionsNamed; ++i) {
    const CodeVersion& each = versions[versions.size() - 1 - i];
    out += (i == 0 ? "" : ", ") + each.name;
    if (versions.size() == 1) return out;
    out += fmt::format(" ({} of {} trials done)", each.settled, each.trials);
  }
  return versions.size() > kVersionsNamed ? out + ", ..." : out;
}

std::string count_of_trials(std::uint64_t count) {
  return fmt::format("{} trial{}", count, count == 1 ? " is" : "s are");
}

}  // namespace

std::vector<CodeVersion> load_code_versions(const Database& database, const std::string& sweep) {
  Connection& connection = database.connection();
  const LastPlanning last = last_planning(connection, sweep);
  Statement rows = connection.prepare(
      "SELECT n.planning_id, n.revision_id, n.planned_us, n.trial_count, "
      "json_extract(n.description, '$.code') FROM planning n "
      "JOIN journal j ON j.journal_id = n.journal_id "
      "WHERE n.sweep_id = (SELECT sweep_id FROM planning WHERE planning_id = ?) "
      "ORDER BY n.order_us, j.host, n.sequence");
  std::vector<CodeVersion> out;
  rows.with(last.planning_id);
  while (rows.step()) {
    CodeVersion version;
    version.code = rows.string(4);
    if (version.code.empty()) continue;
    version.planning = {rows.integer(0), rows.integer(1)};
    version.planned_us = rows.integer(2);
    version.trials = static_cast<std::uint64_t>(rows.integer(3));
    std::erase_if(out, [&](const CodeVersion& each) { return each.code == version.code; });
    out.push_back(std::move(version));
  }
  Statement description =
      connection.prepare("SELECT description FROM planning WHERE planning_id = ?");
  for (CodeVersion& each : out) {
    check(description.with(each.planning.planning_id).step(), "a planning has a description");
    each.files = read_description(sweep, description.text(0)).code_files;
    description.reset();
  }
  name_versions(out);
  if (out.size() > 1) count_settled(connection, out);
  return out;
}

const CodeVersion& find_code_version(const std::vector<CodeVersion>& versions,
                                     const std::string& sweep, std::string_view prefix) {
  if (versions.empty()) {
    fail("sweep '{}' has no versions of its code: a worker runs its trials", sweep);
  }
  const CodeVersion* found = nullptr;
  for (const CodeVersion& each : versions) {
    if (prefix.empty() || !each.code.starts_with(prefix)) continue;
    if (found != nullptr) {
      fail("code {} is ambiguous: {} and {} begin with it; give more digits", in_quotes(prefix),
           found->name, each.name);
    }
    found = &each;
  }
  if (found == nullptr) {
    fail("sweep '{}' was not planned with code {}; its versions, the latest first: {}", sweep,
         in_quotes(prefix), list_of(versions));
  }
  return *found;
}

std::string file_changes(const std::map<std::string, std::string>& before,
                         const std::map<std::string, std::string>& now) {
  std::vector<std::string> changes;
  for (const auto& [path, digest] : now) {
    const auto old = before.find(path);
    if (old == before.end()) {
      changes.push_back(path + " is new");
    } else if (old->second != digest) {
      changes.push_back(path + " differs");
    }
  }
  for (const auto& [path, digest] : before) {
    if (!now.contains(path)) changes.push_back(path + " is gone");
  }
  std::string out;
  for (std::size_t i = 0; i < changes.size() && i < kFilesNamed; ++i) {
    out += (i == 0 ? "" : "; ") + changes[i];
  }
  if (changes.size() > kFilesNamed) {
    out += fmt::format("; and {} more", changes.size() - kFilesNamed);
  }
  return out.empty() ? "its files are equal, what they may execute differs" : out;
}

std::string other_versions_sentence(const std::string& sweep,
                                    const std::vector<CodeVersion>& versions) {
  std::string names;
  std::uint64_t count = 0;
  const CodeVersion* latest = nullptr;
  for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
    if (versions[i].settled == 0) continue;
    count += versions[i].settled;
    latest = &versions[i];
    names += (names.empty() ? "" : ", ") + versions[i].name;
  }
  if (latest == nullptr) return "";
  return fmt::format(
      "{} done under other code ({}) and not shown here: `polysweep compare {} code={} code={}` "
      "compares.",
      count_of_trials(count), names, sweep, latest->name, versions.back().name);
}

std::unordered_set<std::string> settled_parameters(const Database& database,
                                                   const CodeVersion& version) {
  Statement rows = database.connection().prepare(
      "SELECT coalesce(x.parameters, t.parameters) FROM sweep_trial x JOIN trial t ON t.trial_id = "
      "x.trial_id "
      "WHERE x.revision_id = ? AND t.state IN (2, 3)");
  std::unordered_set<std::string> out;
  rows.with(version.planning.revision_id);
  while (rows.step()) out.insert(rows.string(0));
  return out;
}

std::unordered_set<std::string> settled_under_other_code(const Database& database,
                                                         const std::string& code,
                                                         const std::string& runs) {
  Statement rows = database.connection().prepare(
      "SELECT t.trial FROM trial t JOIN attempt a ON a.trial_id = t.trial_id "
      "AND a.attempt = t.attempt AND a.journal_id = t.journal_id "
      "JOIN provenance_document p ON p.provenance_id = a.provenance_id "
      "WHERE t.code = ? AND t.state IN (2, 3) "
      "AND json_extract(p.document, '$.\"code.digest\"') <> ?");
  std::unordered_set<std::string> out;
  rows.with(code, runs);
  while (rows.step()) out.insert(rows.string(0));
  return out;
}

}  // namespace polysweep
