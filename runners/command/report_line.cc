#include "runners/command/report_line.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;

constexpr double kLargestStep = 9007199254740992;  // 2^53: what JSON numbers hold exactly

// Python writes NaN and Infinity without quotes, which is not JSON.
std::string with_quoted_words(std::string_view line) {
  std::string out;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      out += c;
      if (c == '\\' && i + 1 < line.size()) out += line[++i];
      if (c == '"') in_text = false;
      continue;
    }
    bool quoted = false;
    for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (quoted || !line.substr(i).starts_with(word)) continue;
      out += '"';
      out += word;
      out += '"';
      i += word.size() - 1;
      quoted = true;
    }
    if (quoted) continue;
    in_text = c == '"';
    out += c;
  }
  return out;
}

// Empty: null, which is skipped. Throws Error.
std::optional<double> value_of(const Json& json, std::string_view name) {
  if (json.is_null()) return std::nullopt;
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) {
    if (const auto number = number_in(json.get_ref<const std::string&>())) return number;
    fail("the value of metric {} is {}; expected a number", in_quotes(name),
         in_quotes(json.get_ref<const std::string&>()));
  }
  fail("the value of metric {} has type {}; expected a number", in_quotes(name), json.type_name());
}

double step_of(const Json& json) {
  std::optional<double> step;
  if (json.is_number()) step = json.get<double>();
  if (json.is_string()) step = number_in(json.get_ref<const std::string&>());
  if (step && *step >= 0 && *step <= kLargestStep) return *step;
  fail("expected a step: a number from 0 to 2^53");
}

std::int64_t integer_step_of(const Json& json) {
  const double step = step_of(json);
  if (step != std::floor(step)) fail("expected a step: an integer from 0 to 2^53");
  return static_cast<std::int64_t>(step);
}

std::optional<double> step_in(const Json& object) {
  const auto found = object.find("step");
  if (found == object.end() || found->is_null()) return std::nullopt;
  return step_of(*found);
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) fail("expected a string as \"{}\"", key);
  return found->get<std::string>();
}

template <typename Item>
void read_values(const Json& object, const char* key, Item& item) {
  const Json& values = object.at(key);
  if (!values.is_object())
    fail("expected an object of metrics as \"{}\": {{\"NAME\": VALUE}}", key);
  for (const auto& [name, json] : values.items()) {
    try {
      if (const auto value = value_of(json, name)) item.values.emplace_back(name, *value);
    } catch (const Error& error) {
      item.refused.emplace_back(error.what());
    }
  }
}

ReportedItem metrics_in(const Json& object) {
  ReportedMetrics item;
  item.step = step_in(object);
  read_values(object, "metrics", item);
  return item;
}

ReportedItem result_in(const Json& object) {
  ReportedResult item;
  read_values(object, "result", item);
  return item;
}

ReportedItem metric_in(const Json& object) {
  const std::string name = text_in(object, "metric");
  const auto found = object.find("value");
  if (found == object.end()) fail("metric {} has no \"value\"", in_quotes(name));
  ReportedMetrics item;
  item.step = step_in(object);
  if (const auto value = value_of(*found, name)) item.values.emplace_back(name, *value);
  return item;
}

ReportedItem progress_in(const Json& object) {
  ReportedProgress item;
  const Json& done = object.at("progress");
  const auto total = object.find("total");
  const bool numbers = done.is_number() && (total == object.end() || total->is_number());
  if (numbers) {
    item.done = done.get<double>();
    if (total != object.end()) item.total = total->get<double>();
  }
  if (!numbers || !(item.done >= 0) || !(item.total > 0) || !std::isfinite(item.total) ||
      item.done > item.total) {
    fail("expected as \"progress\" a fraction from 0 to 1, or a number from 0 to \"total\"");
  }
  return item;
}

ReportedItem artifact_in(const Json& object) {
  std::string path = text_in(object, "artifact");
  if (path.empty() || path.find('\0') != std::string::npos) fail("expected a path as \"artifact\"");
  return ReportedArtifact{std::move(path)};
}

ReportedItem text_of(const Json& object) {
  const auto step = object.find("step");
  ReportedText item{text_in(object, "text"), text_in(object, "value"), std::nullopt};
  if (step != object.end() && !step->is_null()) item.step = integer_step_of(*step);
  return item;
}

// The kinds of lines: the member that identifies the kind, all members it may have, and
// the function that reads it.
struct Kind {
  const char* key;
  Names members;
  ReportedItem (*read)(const Json& object);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> table = {
      {"metric", {"metric", "value", "step"}, metric_in},
      {"metrics", {"metrics", "step"}, metrics_in},
      {"result", {"result"}, result_in},
      {"text", {"text", "value", "step"}, text_of},
      {"progress", {"progress", "total"}, progress_in},
      {"resumed",
       {"resumed"},
       [](const Json& object) {
         return ReportedItem(ReportedResumption{integer_step_of(object.at("resumed"))});
       }},
      {"artifact", {"artifact"}, artifact_in},
  };
  return table;
}

void append_values(std::string& out, const char* key,
                   const std::vector<std::pair<std::string, double>>& values) {
  out += fmt::format("{{\"{}\":{{", key);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, values[i].first);
    const double value = values[i].second;
    out += std::isfinite(value) ? fmt::format(":{}", value) : fmt::format(":\"{}\"", value);
  }
  out += '}';
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

nlohmann::json parse_report_object(std::string_view line) {
  Json object = Json::parse(line, nullptr, false);
  if (object.is_discarded() && (line.find("NaN") != std::string_view::npos ||
                                line.find("Infinity") != std::string_view::npos)) {
    object = Json::parse(with_quoted_words(line), nullptr, false);
  }
  if (object.is_discarded()) fail("not JSON: {}", in_quotes(line));
  if (!object.is_object()) fail("not a JSON object: {}", in_quotes(line));
  return object;
}

ReportedItem parse_report_line(std::string_view line) {
  if (line.size() > kLongestReportLine) {
    fail("a line of {} bytes; the limit is {}", line.size(), kLongestReportLine);
  }
  if (!is_utf8(line)) fail("not UTF-8: {}", in_quotes(line));
  const Json object = parse_report_object(line);
  Names keys;
  for (const Kind& kind : kinds()) {
    keys.emplace_back(kind.key);
    if (!object.contains(kind.key)) continue;
    for (const auto& [name, value] : object.items()) {
      const bool known =
          std::find(kind.members.begin(), kind.members.end(), name) != kind.members.end();
      if (!known)
        fail("{} of a line with \"{}\"", unknown_name("member", name, kind.members), kind.key);
    }
    return kind.read(object);
  }
  if (object.empty()) fail("an empty object");
  fail("{}", unknown_name("kind of line", object.begin().key(), keys));
}

std::string report_line(const ReportedItem& item) {
  std::string out;
  if (const auto* resumed = std::get_if<ReportedResumption>(&item)) {
    return fmt::format("{{\"resumed\":{}}}", resumed->step);
  }
  if (const auto* result = std::get_if<ReportedResult>(&item)) {
    append_values(out, "result", result->values);
    return out + "}";
  }
  const auto* metrics = std::get_if<ReportedMetrics>(&item);
  check(metrics != nullptr, "metrics, results and resumptions are written as lines");
  append_values(out, "metrics", metrics->values);
  if (metrics->step) out += fmt::format(",\"step\":{}", *metrics->step);
  return out + "}";
}

std::optional<double> number_in(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool complete = read.ptr == text.data() + text.size();
  if (read.ec == std::errc() && complete) return value;
  if (read.ec != std::errc::result_out_of_range || !complete) return std::nullopt;
  // Too large or too small for a double: as C reads it.
  return std::strtod(std::string(text).c_str(), nullptr);
}

std::optional<ReportLines::Line> ReportLines::next() {
  while (true) {
    const std::size_t end = buffer_.find('\n', std::max(taken_, searched_));
    if (end == std::string::npos) {
      searched_ = buffer_.size();
      if (buffer_.size() - taken_ > kLongestReportLine) {
        skipping_ = true;
        taken_ = buffer_.size();
      }
      forget_taken();
      return std::nullopt;
    }
    const std::string_view text = std::string_view(buffer_).substr(taken_, end - taken_);
    taken_ = end + 1;
    const bool too_long = std::exchange(skipping_, false) || text.size() > kLongestReportLine;
    if (too_long) return Line{"", true};
    if (!is_blank(text)) return Line{std::string(text), false};
  }
}

std::optional<ReportLines::Line> ReportLines::rest() {
  const std::string_view text = std::string_view(buffer_).substr(taken_);
  const bool too_long = std::exchange(skipping_, false) || text.size() > kLongestReportLine;
  std::optional<Line> line;
  if (too_long) {
    line = Line{"", true};
  } else if (!is_blank(text)) {
    line = Line{std::string(text), false};
  }
  buffer_.clear();
  taken_ = searched_ = 0;
  return line;
}

void ReportLines::forget_taken() {
  check(searched_ >= taken_, "what was returned has been searched");
  buffer_.erase(0, taken_);
  searched_ -= taken_;
  taken_ = 0;
}

}  // namespace polysweep
