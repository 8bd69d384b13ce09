#include "results/read/trial_lookup.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "results/read/last_planning.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kMatchesShown = 5;

}  // namespace

TrialId find_trial(const Database& database, std::string_view prefix) {
  // Copied from the output of another program, an id can bring white space along.
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const std::size_t begin = std::min(prefix.find_first_not_of(kWhiteSpace), prefix.size());
  const std::size_t end = prefix.find_last_not_of(kWhiteSpace) + 1;
  std::string digits(prefix.substr(begin, end > begin ? end - begin : 0));
  for (char& each : digits)
    each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  if (digits.empty() || digits.size() > kIdDigits ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    const std::string sweep(prefix);
    const bool is_sweep = find_last_planning(database.connection(), sweep).has_value();
    fail("{} is {}not a trial id; expected up to 32 hex digits, as `polysweep list` prints them",
         in_quotes(prefix), is_sweep ? "a sweep, " : "");
  }
  Statement rows = database.connection().prepare(
      "SELECT trial FROM trial WHERE trial >= ?1 AND trial < ?1 || 'g' ORDER BY trial LIMIT 6");
  std::vector<std::string> matches;
  rows.with(digits);
  while (rows.step()) matches.push_back(rows.string(0));
  if (matches.empty()) {
    fail("there is no trial {} in {}; `polysweep list` prints them", digits,
         database.path().string());
  }
  if (matches.size() == 1) return TrialId::from_hex(matches.front());
  std::string shown;
  for (std::size_t i = 0; i < std::min(matches.size(), kMatchesShown); ++i) {
    shown +=
        (i == 0 ? "" : ", ") + matches[i].substr(0, std::max<std::size_t>(12, digits.size() + 4));
  }
  if (matches.size() > kMatchesShown) shown += ", ...";
  fail("trial {} could be any of {}; give more digits", digits, shown);
}

}  // namespace polysweep
