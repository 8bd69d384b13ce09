#include "cli/shared/code_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::string_view kBegin = "code=";

}  // namespace

bool names_code(const Database& database, const std::string& sweep,
                const std::vector<std::string>& words) {
  const bool any = std::any_of(words.begin(), words.end(),
                               [](const std::string& word) { return word.starts_with(kBegin); });
  if (!any) return false;
  const std::vector<FactorInfo> factors = load_description(database, sweep).factors;
  return std::none_of(factors.begin(), factors.end(),
                      [](const FactorInfo& factor) { return factor.name == kCodeFactor; });
}

SweepResults load_named_code(const Database& database, const std::string& sweep,
                             const std::vector<std::string>& words,
                             const SweepResultsOptions& options) {
  for (const std::string& word : words) {
    if (!word.starts_with(kBegin)) {
      fail("{}: expected code=DIGEST; versions of the code are compared in all cells",
           in_quotes(word));
    }
  }
  if (words.size() != 2) {
    fail(
        "expected two versions of the code, for example code=6c58 code=9ab0; the first is the "
        "baseline");
  }
  const std::vector<CodeVersion> versions = load_code_versions(database, sweep);
  const auto& before = find_code_version(versions, sweep, words[0].substr(kBegin.size()));
  const auto& now = find_code_version(versions, sweep, words[1].substr(kBegin.size()));
  return load_code_comparison(database, sweep, before, now, options);
}

SweepResults load_asked(const Database& database, const std::string& sweep,
                        const std::vector<std::string>& words) {
  if (words.empty()) return load_sweep_results(database, sweep);
  return load_named_code(database, sweep, words);
}

void print_other_versions(const Database& database, const std::string& sweep) {
  const std::string sentence = other_versions_sentence(sweep, load_code_versions(database, sweep));
  if (!sentence.empty()) {
    fmt::print(stderr, "sweep {}: {}\n", sweep, terminal_escaped(sentence));
  }
}

}  // namespace polysweep
