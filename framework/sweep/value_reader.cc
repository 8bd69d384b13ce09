#include "framework/sweep/value_reader.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

// The handler that nlohmann's parser calls; false from any call ends the parse.
class Handler {
 public:
  using Json = nlohmann::json;

  ScalarDocument document;
  std::string problem;

  bool null() { return refuse("null is not a value"); }
  bool boolean(bool value) { return add(Value(value)); }
  bool number_integer(std::int64_t value) { return add(Value(value)); }
  bool number_unsigned(std::uint64_t value) {
    if (value > INT64_MAX) return refuse("an integer beyond 64 bits");
    return add(Value(static_cast<std::int64_t>(value)));
  }
  bool number_float(double, const std::string& token) {
    if (token.find_first_of(".eE") == std::string::npos) {
      return refuse("an integer beyond 64 bits");
    }
    double value = 0;
    const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
    if (read.ec != std::errc()) return refuse("a number beyond double precision");
    return add(Value(value));
  }
  bool string(std::string& value) { return add(Value(value)); }
  bool binary(Json::binary_t&) { return refuse("binary data"); }
  bool start_object(std::size_t) {
    if (document.is_object) return refuse("an object inside an object");
    document.is_object = true;
    return true;
  }
  bool key(std::string& name) {
    name_ = name;
    return true;
  }
  bool end_object() { return true; }
  bool start_array(std::size_t) { return refuse("an array"); }
  bool end_array() { return true; }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    return refuse(fmt::format("malformed at byte {}", position));
  }

 private:
  bool add(Value value) {
    document.entries.emplace_back(name_, std::move(value));
    return true;
  }
  bool refuse(std::string why) {
    if (problem.empty()) problem = std::move(why);
    return false;
  }

  std::string name_;
};

template <typename T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(begin, end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

ScalarDocument read_scalars(std::string_view json) {
  Handler handler;
  if (!nlohmann::json::sax_parse(json, &handler)) {
    fail("cannot read {} as JSON values: {}", in_quotes(json), handler.problem);
  }
  return std::move(handler.document);
}

Value value_from_json(std::string_view json) {
  const bool bare = !json.empty() && json.front() > ' ' && json.back() > ' ';
  ScalarDocument document = read_scalars(json);
  if (document.is_object || !bare) fail("{} is not one JSON value", in_quotes(json));
  return std::move(document.entries.at(0).second);
}

Value value_from_argument(std::string_view text) {
  if (text == "true") return Value(true);
  if (text == "false") return Value(false);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return value_from_json(text);
  }
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return Value(std::string(text.substr(1, text.size() - 2)));
  }
  const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  if (numeric) {
    if (const auto integer = number_of<std::int64_t>(text)) return Value(*integer);
    if (const auto real = number_of<double>(text)) return Value(*real);
  }
  return Value(std::string(text));
}

}  // namespace polysweep
