#include "framework/sweep/file/sweep_override.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "framework/core/error_place.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/file/factor_levels.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {

namespace {

// Split at commas outside of quotes, and with `brackets` outside of lists and tables.
std::vector<std::string_view> pieces_of(std::string_view text, bool brackets) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  char quote = '\0';
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      if (i == begin || depth > 0) quote = c;
    } else if (brackets && (c == '[' || c == '{')) {
      ++depth;
    } else if (depth > 0 && (c == ']' || c == '}')) {
      --depth;
    } else if (c == ',' && depth == 0) {
      pieces.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  pieces.push_back(text.substr(std::min(begin, text.size())));
  return pieces;
}

std::optional<std::int64_t> integer_of(std::string_view words) {
  std::int64_t value = 0;
  const auto read = std::from_chars(words.data(), words.data() + words.size(), value);
  const bool is_integer = read.ec == std::errc() && read.ptr == words.data() + words.size();
  return is_integer ? std::optional(value) : std::nullopt;
}

bool is_quoted(std::string_view words) {
  return words.size() >= 2 && words.front() == words.back() &&
         (words.front() == '"' || words.front() == '\'');
}

// One piece: a value, or the integers of FIRST..LAST.
std::vector<Value> values_of(const ParameterSpec& spec, std::string_view words) {
  if (words.empty()) fail("a value is empty; an empty text is written ''");
  if (spec.type == ValueType::kText) {
    return {is_quoted(words) ? value_from_argument(words) : Value(std::string(words))};
  }
  const std::size_t dots = words.find("..");
  if (dots != std::string_view::npos) {
    const auto first = integer_of(words.substr(0, dots));
    const auto last = integer_of(words.substr(dots + 2));
    if (first && last) {
      std::vector<Value> values;
      for (const std::int64_t value : integer_range(*first, *last, *first <= *last ? 1 : -1)) {
        values.emplace_back(value);
      }
      return values;
    }
  }
  const bool is_json = words.starts_with('[') || words.starts_with('{');
  if (spec.type == ValueType::kStructured && is_json) return {value_from_json(words)};
  return {value_from_argument(words)};
}

bool has_absent(const DraftFactor& factor) {
  return std::any_of(factor.levels.begin(), factor.levels.end(),
                     [](const Value& level) { return level.is_absent(); });
}

}  // namespace

void apply_override(SweepDraft& draft, const std::string& word) {
  const std::string place = "override " + in_quotes(word);
  const std::size_t equals = word.find('=');
  if (!is_utf8(word)) fail_at(place, "it is not UTF-8");
  if (equals == std::string::npos || equals == 0) {
    fail_at(place, "expected NAME=VALUE, NAME=VALUE,VALUE or NAME=FIRST..LAST");
  }
  in_place(place, [&] {
    const Schema& schema = draft.experiment->schema;
    const std::string name = word.substr(0, equals);
    const ParameterSpec& spec = schema.at(name);
    DraftFactor made{name, {}, {}, place, true, Sampling::kNone, {}};
    DraftFactor* factor = draft.find_factor(name);
    DraftValue* fixed = draft.find_fixed(name);
    const bool again = (factor != nullptr && factor->overridden) ||
                       (fixed != nullptr && fixed->place.starts_with("override "));
    if (again) fail("parameter '{}' is overridden twice", name);
    for (const std::string_view piece : pieces_of(std::string_view(word).substr(equals + 1),
                                                  spec.type == ValueType::kStructured)) {
      if (factor != nullptr && piece == "absent" && has_absent(*factor)) {
        made.levels.emplace_back(Value::Absent());
        continue;
      }
      for (const Value& value : values_of(spec, piece)) {
        made.levels.push_back(schema.typed(name, value));
      }
    }
    if (made.levels.size() > kMaxLevels) fail("more than {} levels", kMaxLevels);
    if (const std::optional<std::size_t> twice = first_repeated(made.levels)) {
      fail("the value {} is given twice", made.levels[*twice].canonical());
    }
    if (factor != nullptr) {
      made.when = factor->when;
      *factor = std::move(made);
      return;
    }
    if (made.levels.size() == 1) {
      DraftValue value{name, made.levels[0], place};
      if (fixed != nullptr)
        *fixed = std::move(value);
      else
        draft.fixed.push_back(std::move(value));
      return;
    }
    std::erase_if(draft.fixed, [&](const DraftValue& one) { return one.name == name; });
    draft.factors.push_back(std::move(made));
  });
}

}  // namespace polysweep
