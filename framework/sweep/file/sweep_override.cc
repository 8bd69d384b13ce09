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

// One piece: a value, or the integers of FIRST..LAST. `type`: of the parameter, where known.
std::vector<Value> values_of(std::string_view words, std::optional<ValueType> type) {
  if (words.empty()) fail("a value is empty; an empty text is written ''");
  if (type == ValueType::kText) {
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
  if (type.value_or(ValueType::kStructured) == ValueType::kStructured && is_json)
    return {value_from_json(words)};
  return {value_from_argument(words)};
}

bool has_absent(const DraftFactor& factor) {
  return std::any_of(factor.levels.begin(), factor.levels.end(),
                     [](const Value& level) { return level.is_absent(); });
}

}  // namespace

std::vector<Value> levels_from_argument(std::string_view text) {
  std::vector<Value> levels;
  for (const std::string_view piece : pieces_of(text, true)) {
    for (Value& value : values_of(piece, std::nullopt)) levels.push_back(std::move(value));
  }
  return levels;
}

Override read_override(const Schema& schema, const std::string& word,
                       const std::function<bool(const std::string&)>& may_be_absent) {
  const std::string place = "override " + in_quotes(word);
  const std::size_t equals = word.find('=');
  if (!is_utf8(word)) fail_at(place, "it is not UTF-8");
  if (equals == std::string::npos || equals == 0) {
    fail_at(place, "expected NAME=VALUE, NAME=VALUE,VALUE or NAME=FIRST..LAST");
  }
  return in_place(place, [&] {
    Override out{word, word.substr(0, equals), {}};
    const ParameterSpec& spec = schema.at(out.name);
    const bool structured = spec.type == ValueType::kStructured;
    for (const std::string_view piece :
         pieces_of(std::string_view(word).substr(equals + 1), structured)) {
      if (piece == "absent" && may_be_absent && may_be_absent(out.name)) {
        out.values.emplace_back(Value::Absent());
        continue;
      }
      for (const Value& value : values_of(piece, spec.type)) {
        out.values.push_back(schema.typed(out.name, value));
      }
    }
    if (out.values.size() > kMaxLevels) fail("more than {} levels", kMaxLevels);
    if (const std::optional<std::size_t> twice = first_repeated(out.values)) {
      fail("the value {} is given twice", out.values[*twice].canonical());
    }
    return out;
  });
}

void apply_override(SweepDraft& draft, const std::string& word) {
  const std::string place = "override " + in_quotes(word);
  const auto may_be_absent = [&](const std::string& name) {
    const DraftFactor* factor = draft.find_factor(name);
    return factor != nullptr && has_absent(*factor);
  };
  const Override given = read_override(draft.experiment->schema, word, may_be_absent);
  const std::string& name = given.name;
  DraftFactor made{name, given.values, {}, place, true, Sampling::kNone, {}};
  DraftFactor* factor = draft.find_factor(name);
  DraftValue* fixed = draft.find_fixed(name);
  const bool again = (factor != nullptr && factor->overridden) ||
                     (fixed != nullptr && fixed->place.starts_with("override "));
  if (again) fail_at(place, "parameter '{}' is overridden twice", name);
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
}

}  // namespace polysweep
