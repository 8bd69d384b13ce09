#include "results/read/trial_filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/level_names.h"

namespace polysweep {
namespace {

constexpr std::array<std::string_view, 5> kOwnColumns{"trial", "experiment", "state", "attempts",
                                                      "code"};
constexpr std::size_t kDeepest = 200;  // parentheses and "not" inside each other

bool is_word_character(char each) {
  return is_letter_or_digit(each) ||
         std::string_view("_.+-/:").find(each) != std::string_view::npos ||
         (static_cast<unsigned char>(each) & 0x80) != 0;
}

struct Token {
  enum class Kind : std::uint8_t { kWord, kQuoted, kSign, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;
  std::size_t at = 0;  // characters before it

  bool is_word(std::string_view word) const { return kind == Kind::kWord && text == word; }
  bool is_sign(std::string_view sign) const { return kind == Kind::kSign && text == sign; }
};

// A comparison of a field with a value.
struct Comparison {
  std::string column;
  std::string sign;
  std::string text;
  std::optional<double> number;

  bool holds(const TrialRow& row) const;
};

template <typename T>
bool compared(const std::string& sign, const T& a, const T& b) {
  if (sign == "=" || sign == "==") return a == b;
  if (sign == "!=") return a != b;
  if (sign == "<") return a < b;
  if (sign == "<=") return a <= b;
  return sign == ">" ? a > b : a >= b;
}

bool Comparison::holds(const TrialRow& row) const {
  const TrialField field = trial_field(row, column);
  if (std::holds_alternative<std::monostate>(field)) return false;
  if (const double* real = std::get_if<double>(&field)) {
    if (number) return compared(sign, *real, *number);
    return sign == "!=";  // a number differs from every text
  }
  const bool orders = sign[0] == '<' || sign[0] == '>';
  if (orders && number) return false;  // a text has no order relative to numbers
  return compared(sign, std::get<std::string>(field), text);
}

std::optional<double> number_of(const std::string& text) {
  if (text.empty() || std::isspace(static_cast<unsigned char>(text[0])) != 0) return {};
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (*end != '\0' || std::isnan(number)) return {};
  return number;
}

class FilterParser {
 public:
  FilterParser(std::string_view text, const std::vector<std::string>& known,
               const std::vector<TrialRow>& rows)
      : text_(text), known_(known), rows_(rows) {
    advance();
  }

  TrialFilter parse() {
    TrialFilter out = expression();
    if (token_.kind != Token::Kind::kEnd) wrong("'and', 'or' or the end");
    check(depth_ == 0, "every term that was entered was left");
    return out;
  }

 private:
  [[noreturn]] void wrong(const std::string& expected) const {
    const std::string found =
        token_.kind == Token::Kind::kEnd ? "the end" : "'" + token_.text.substr(0, 40) + "'";
    fail(
        "the condition '{}' has an error at character {}: {} where {} is expected "
        "(write e.g. 'encoding=rope and test_bleu>30')",
        text_.substr(0, 200), token_.at + 1, found, expected);
  }

  void advance() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    token_ = {Token::Kind::kEnd, "", at_};
    if (at_ == text_.size()) return;
    const char first = text_[at_];
    if (first == '\'' || first == '"') return take_quoted(first);
    if (is_word_character(first)) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
      token_.kind = Token::Kind::kWord;
      token_.text = text_.substr(begin, at_ - begin);
      return;
    }
    token_.kind = Token::Kind::kSign;
    const std::string_view two = text_.substr(at_, 2);
    const bool is_two = two == "==" || two == "!=" || two == "<=" || two == ">=";
    token_.text = is_two ? two : two.substr(0, 1);
    at_ += token_.text.size();
  }

  void take_quoted(char quote) {
    token_.kind = Token::Kind::kQuoted;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != quote) break;
        ++at_;
      }
      token_.text += text_[at_];
    }
    if (at_ == text_.size()) {
      token_ = {Token::Kind::kEnd, "", at_};
      wrong(fmt::format("another {}", quote));
    }
    ++at_;
  }

  TrialFilter expression() {
    std::vector<TrialFilter> any = {conjunction()};
    while (token_.is_word("or")) {
      advance();
      any.push_back(conjunction());
    }
    if (any.size() == 1) return any[0];
    return [any](const TrialRow& row) {
      return std::any_of(any.begin(), any.end(),
                         [&](const TrialFilter& each) { return each(row); });
    };
  }

  TrialFilter conjunction() {
    std::vector<TrialFilter> all = {term()};
    while (token_.is_word("and")) {
      advance();
      all.push_back(term());
    }
    if (all.size() == 1) return all[0];
    return [all](const TrialRow& row) {
      return std::all_of(all.begin(), all.end(),
                         [&](const TrialFilter& each) { return each(row); });
    };
  }

  TrialFilter term() {
    if (++depth_ > kDeepest) wrong("fewer parentheses");
    TrialFilter out = is_negation()         ? negation()
                      : token_.is_sign("(") ? parentheses()
                                            : comparison();
    --depth_;
    return out;
  }

  // "not" is a name if a comparison follows.
  bool is_negation() const {
    if (!token_.is_word("not")) return false;
    const std::size_t next = text_.find_first_not_of(" \t\n", at_);
    return next == std::string_view::npos ||
           std::string_view("=!<>").find(text_[next]) == std::string_view::npos;
  }

  TrialFilter negation() {
    advance();
    return [inner = term()](const TrialRow& row) { return !inner(row); };
  }

  TrialFilter parentheses() {
    advance();
    TrialFilter out = expression();
    if (!token_.is_sign(")")) wrong("')'");
    advance();
    return out;
  }

  bool at_name() const {
    return token_.kind == Token::Kind::kWord || token_.kind == Token::Kind::kQuoted;
  }

  TrialFilter comparison() {
    if (!at_name()) wrong("the name of a parameter or a metric");
    Comparison out;
    out.column = token_.text;
    expect_column(out.column, known_);
    advance();
    static const std::set<std::string> kSigns{"=", "==", "!=", "<", "<=", ">", ">="};
    if (token_.kind != Token::Kind::kSign || !kSigns.contains(token_.text)) {
      wrong("one of = != < <= > >=");
    }
    out.sign = token_.text;
    advance();
    if (!at_name()) wrong("a value");
    out.text = token_.text;
    out.number = number_of(out.text);
    if (out.number && (out.sign == "=" || out.sign == "==" || out.sign == "!=")) {
      out.number = named_number(out);
    }
    advance();
    return [out](const TrialRow& row) { return out.holds(row); };
  }

  // The value of a parameter that the number of `comparison` is short for, else the number.
  double named_number(const Comparison& comparison) const {
    std::set<Value> values;
    for (const TrialRow& row : rows_) {
      if (const Value* value = row.parameters.find(comparison.column)) values.insert(*value);
    }
    const std::vector<Value> levels(values.begin(), values.end());
    const std::vector<std::size_t> named = matching_levels(levels, comparison.text);
    return named.size() == 1 && levels[named[0]].is_number() ? levels[named[0]].real()
                                                             : *comparison.number;
  }

  std::string_view text_;
  const std::vector<std::string>& known_;
  const std::vector<TrialRow>& rows_;
  Token token_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

// Less, and rows without a value last.
bool is_before(const TrialField& a, const TrialField& b, bool descending) {
  if (std::holds_alternative<std::monostate>(a)) return false;
  if (std::holds_alternative<std::monostate>(b)) return true;
  return descending ? b < a : a < b;
}

}  // namespace

std::vector<std::string> trial_columns(const std::vector<TrialRow>& rows) {
  std::set<std::string> parameters, metrics;
  for (const TrialRow& row : rows) {
    for (const auto& [name, value] : row.parameters) parameters.insert(name);
    for (const auto& [name, value] : row.final_metrics) metrics.insert(name);
  }
  std::vector<std::string> out(kOwnColumns.begin(), kOwnColumns.end());
  for (const auto* names : {&parameters, &metrics}) {
    for (const std::string& name : *names) {
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
  }
  return out;
}

void expect_column(const std::string& name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  fail("no trial has a parameter or a final metric '{}'{}", name.substr(0, 80),
       suggestion(name, known));
}

TrialField trial_field(const TrialRow& row, const std::string& column) {
  if (column == "trial") return row.id.hex();
  if (column == "experiment") return row.experiment;
  if (column == "state") return std::string(state_name(row.state));
  if (column == "attempts") return static_cast<double>(row.attempts);
  if (const Value* value = row.parameters.find(column)) {
    if (value->is_number()) return value->real();
    return value->display();
  }
  const auto metric = row.final_metrics.find(column);
  if (metric == row.final_metrics.end() && column == "code" && !row.code.empty()) {
    return row.code.substr(0, 12);
  }
  if (metric == row.final_metrics.end() || std::isnan(metric->second)) return {};
  return metric->second;
}

TrialFilter parse_trial_filter(std::string_view expression, const std::vector<std::string>& known,
                               const std::vector<TrialRow>& rows) {
  return FilterParser(expression, known, rows).parse();
}

void sort_trials(std::vector<TrialRow>& rows, std::string_view columns,
                 const std::vector<std::string>& known) {
  std::vector<std::pair<std::string, bool>> keys;
  while (!columns.empty()) {
    std::string_view name = columns.substr(0, columns.find(','));
    columns.remove_prefix(std::min(columns.size(), name.size() + 1));
    const bool descending = name.starts_with('-');
    if (descending) name.remove_prefix(1);
    keys.emplace_back(name, descending);
    expect_column(keys.back().first, known);
  }
  // The last key first: sorting is stable.
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    std::stable_sort(rows.begin(), rows.end(), [&](const TrialRow& a, const TrialRow& b) {
      return is_before(trial_field(a, key->first), trial_field(b, key->first), key->second);
    });
  }
}

}  // namespace polysweep
