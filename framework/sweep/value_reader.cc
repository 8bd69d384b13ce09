#include "framework/sweep/value_reader.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

// The handler that nlohmann's parser calls; false from any call ends the parse.
class Handler {
 public:
  using Json = nlohmann::json;

  // `members`: an outermost object is not a value but has named ones.
  explicit Handler(bool members) : members_(members) {}

  ValueDocument document;
  std::string problem;

  bool null() {
    if (!open_.empty() || !members_) return refuse("null is not a value");
    return add(Value(Value::Absent()));
  }
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
    if (members_ && !document.is_object) {
      document.is_object = true;
      return true;
    }
    return open(true);
  }
  bool key(std::string& name) {
    (open_.empty() ? name_ : open_.back().key) = name;
    return true;
  }
  bool end_object() { return open_.empty() || close(); }
  bool start_array(std::size_t) { return open(false); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) {
    return refuse(fmt::format("malformed at byte {}", position));
  }

 private:
  // A list or table that is being read.
  struct Open {
    bool is_table = false;
    std::string key;
    std::vector<std::string> items;
    std::vector<std::pair<std::string, std::string>> members;
  };

  bool open(bool is_table) {
    if (open_.size() == kMaxValueDepth) {
      return refuse(fmt::format("lists and tables are more than {} deep", kMaxValueDepth));
    }
    open_.push_back({is_table, "", {}, {}});
    return true;
  }
  bool close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    try {
      return add(done.is_table ? table_of(std::move(done.members)) : list_of(done.items));
    } catch (const Error& error) {
      return refuse(error.what());
    }
  }
  bool add(Value value) {
    if (open_.empty()) {
      document.entries.emplace_back(name_, std::move(value));
    } else if (open_.back().is_table) {
      open_.back().members.emplace_back(open_.back().key, value.canonical());
    } else {
      open_.back().items.push_back(value.canonical());
    }
    return true;
  }
  bool refuse(std::string why) {
    if (problem.empty()) problem = std::move(why);
    return false;
  }

  bool members_;
  std::string name_;
  std::vector<Open> open_;
};

ValueDocument parsed(std::string_view json, bool members) {
  Handler handler(members);
  if (!nlohmann::json::sax_parse(json, &handler)) {
    fail("cannot read {} as JSON values: {}", in_quotes(json), handler.problem);
  }
  return std::move(handler.document);
}

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

ValueDocument read_values(std::string_view json) { return parsed(json, true); }

Value value_from_json(std::string_view json) {
  const bool bare = !json.empty() && json.front() > ' ' && json.back() > ' ';
  if (json == "null") return Value(Value::Absent());
  ValueDocument document = parsed(json, false);
  if (!bare) fail("{} is not one JSON value", in_quotes(json));
  return std::move(document.entries.at(0).second);
}

Value list_of(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? "," : "") + item;
  return Value(Value::Structure{out + "]"});
}

Value table_of(std::vector<std::pair<std::string, std::string>> members) {
  std::sort(members.begin(), members.end());
  std::string out = "{";
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0 && members[i].first == members[i - 1].first) {
      fail("the key {} is given twice", in_quotes(members[i].first));
    }
    if (i > 0) out += ',';
    append_json_text(out, members[i].first);
    out += ':';
    out += members[i].second;
  }
  return Value(Value::Structure{out + "}"});
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
  if (text.starts_with('[') || text.starts_with('{')) {
    try {
      return value_from_json(text);
    } catch (const Error&) {
      return Value(std::string(text));
    }
  }
  const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  if (numeric) {
    if (const auto integer = number_of<std::int64_t>(text)) return Value(*integer);
    if (const auto real = number_of<double>(text)) return Value(*real);
  }
  return Value(std::string(text));
}

}  // namespace polysweep
