#include "runners/command/output_capture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

constexpr std::string_view kStepGroup = "step";
constexpr std::string_view kResumedGroup = "resumed";
constexpr std::string_view kPunctuation = ",;%)]}";  // after a number, in a sentence

// As printed within a sentence: "0.5," and "93%".
std::optional<double> printed_number(std::string_view text) {
  const std::size_t end = text.find_last_not_of(kPunctuation);
  if (end == std::string_view::npos) return std::nullopt;
  return number_in(text.substr(0, end + 1));
}

double step_in_match(std::string_view text) {
  const std::optional<double> step = printed_number(text);
  if (step && *step >= 0 && *step <= 9007199254740992) return *step;
  fail("the step is {}; expected a number from 0 to 2^53", in_quotes(text));
}

// Throws Error for a step that is none.
ReportedItem item_of(const std::vector<OutputPattern::Group>& groups) {
  ReportedMetrics metrics;
  for (const auto& [name, text] : groups) {
    if (name == kResumedGroup) {
      return ReportedResumption{static_cast<std::int64_t>(step_in_match(text))};
    }
    if (name == kStepGroup) {
      metrics.step = step_in_match(text);
    } else if (const std::optional<double> value = printed_number(text)) {
      metrics.values.emplace_back(name, *value);
    } else {
      metrics.refused.push_back(fmt::format("the value of metric {} is {}; expected a number",
                                            in_quotes(name), in_quotes(text)));
    }
  }
  return metrics;
}

ReportedWhere printed(std::string_view line) {
  return [line] { return "output " + in_quotes(line); };
}

// Makes '\n' of each '\r' from `begin` on.
void end_lines(std::string& text, std::size_t begin) {
  char* at = text.data() + begin;
  const char* const end = text.data() + text.size();
  while ((at = static_cast<char*>(std::memchr(at, '\r', static_cast<std::size_t>(end - at))))) {
    *at++ = '\n';
  }
}

// True where an object follows a progress bar that did not end its line, as tqdm leaves it
// on standard error: nothing separates them.
bool is_glued(std::string_view line, std::size_t object) {
  return std::string_view(" \t:=,([{\"'").find(line[object - 1]) == std::string_view::npos;
}

// A Python dictionary of one line as JSON: 'text' is "text", True is true, nan is NaN; "" if
// it is none.
std::string json_of_python(std::string_view line) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"True", "true"}, {"False", "false"}, {"None", "null"}, {"nan", "NaN"}, {"inf", "Infinity"}};
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && i + 1 < line.size()) {
        if (line[i + 1] != '\'') out += c;
        out += line[++i];
      } else if (c == quote) {
        out += '"';
        quote = 0;
      } else {
        if (c == '"') out += '\\';
        out += c;
      }
      continue;
    }
    if (c == '\'' || c == '"') {
      quote = c;
      out += '"';
      continue;
    }
    const auto word = std::find_if(std::begin(kWords), std::end(kWords), [&](const auto& each) {
      return line.substr(i).starts_with(each.first);
    });
    if (word == std::end(kWords)) {
      out += c;
      continue;
    }
    out += word->second;
    i += word->first.size() - 1;
  }
  return quote == 0 ? out : "";
}

bool has_part_of_epoch(const ReportedMetrics& metrics) {
  return std::any_of(metrics.values.begin(), metrics.values.end(), [](const auto& value) {
    return value.first == "epoch" && value.second != std::floor(value.second);
  });
}

}  // namespace

OutputCapture::OutputCapture(const CaptureSpec& spec, CaptureSink sink)
    : json_(spec.json), sink_(std::move(sink)) {
  for (const std::string& text : spec.output_patterns) patterns_.emplace_back(text);
  matched_.assign(patterns_.size() + 1, false);
}

void OutputCapture::append(std::string_view bytes) {
  if (patterns_.empty() && !json_) return;
  const std::size_t before = buffer_.size();
  buffer_ += bytes;
  end_lines(buffer_, before);
  const void* last = memrchr(buffer_.data() + before, '\n', bytes.size());
  if (last == nullptr) {
    if (skipping_ || buffer_.size() > kLongestOutputLine) {
      skipping_ = true;
      buffer_.clear();
    }
    return;
  }
  const std::size_t end =
      static_cast<std::size_t>(static_cast<const char*>(last) - buffer_.data()) + 1;
  std::size_t begin = 0;
  if (std::exchange(skipping_, false)) begin = buffer_.find('\n') + 1;
  scan(std::string_view(buffer_).substr(begin, end - begin));
  buffer_.erase(0, end);
}

void OutputCapture::finish() {
  if (!skipping_ && !buffer_.empty()) append("\n");
}

void OutputCapture::scan(std::string_view lines) {
  if (lines.empty()) return;
  check(lines.back() == '\n', "complete lines are looked at");
  hits_.clear();
  for (std::size_t i = 0; i < patterns_.size(); ++i) find_matches(lines, i);
  if (json_) find_json(lines);
  if (patterns_.size() + (json_ ? 1 : 0) > 1) {
    std::stable_sort(hits_.begin(), hits_.end(),
                     [](const Hit& a, const Hit& b) { return a.line.data() < b.line.data(); });
  }
  for (const Hit& hit : hits_) {
    if (hit.source == patterns_.size()) {
      take_json(hit.line);
    } else {
      take_match(hit.line, hit.source);
    }
  }
}

// A match of the candidates' search may reach over a line end; match() on the line decides.
void OutputCapture::find_matches(std::string_view lines, std::size_t pattern) {
  while (!lines.empty()) {
    const std::size_t at = patterns_[pattern].find_candidate(lines);
    if (at >= lines.size()) return;
    const std::size_t before = at == 0 ? std::string_view::npos : lines.rfind('\n', at - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = lines.find('\n', at);
    hits_.push_back({lines.substr(begin, end - begin), pattern});
    lines.remove_prefix(end + 1);
  }
}

void OutputCapture::find_json(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t at = lines.find('{');
    if (at == std::string_view::npos) return;
    const std::size_t before = at == 0 ? std::string_view::npos : lines.rfind('\n', at - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = lines.find('\n', at);
    const std::string_view line = lines.substr(begin, end - begin);
    if (line.find_first_not_of(" \t") == at - begin) {
      hits_.push_back({line, patterns_.size()});
    } else if (is_glued(line, at - begin)) {
      hits_.push_back({line.substr(at - begin), patterns_.size()});
    }
    lines.remove_prefix(end + 1);
  }
}

void OutputCapture::take_match(std::string_view line, std::size_t pattern) {
  if (!patterns_[pattern].match(line, groups_)) return;
  ReportedItem item;
  try {
    item = item_of(groups_);
  } catch (const Error& error) {
    ReportedMetrics refused;
    refused.refused.emplace_back(error.what());
    item = std::move(refused);
  }
  const auto* metrics = std::get_if<ReportedMetrics>(&item);
  if (metrics == nullptr || !metrics->values.empty()) matched_[pattern] = true;
  sink_(item, printed(line));
}

void OutputCapture::take_json(std::string_view line) {
  ReportedItem item;
  if (line.size() > kLongestReportLine || !read_json_metrics(line, item, !has_epoch_parts_)) return;
  if (const auto* metrics = std::get_if<ReportedMetrics>(&item)) {
    has_epoch_parts_ = has_epoch_parts_ || has_part_of_epoch(*metrics);
  }
  matched_[patterns_.size()] = true;
  sink_(item, printed(line));
}

std::vector<std::string> OutputCapture::unmatched() const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    if (!matched_[i]) out.push_back("stdout " + in_quotes(patterns_[i].text()));
  }
  if (json_ && !matched_[patterns_.size()]) out.emplace_back("json = true");
  return out;
}

bool read_json_metrics(std::string_view line, ReportedItem& item, bool epochs) {
  if (!is_utf8(line)) return false;
  nlohmann::json object;
  bool is_python = false;
  try {
    object = parse_report_object(line);
  } catch (const Error&) {
    const std::string json = json_of_python(line);
    if (json.empty()) return false;
    try {
      object = parse_report_object(json);
      is_python = true;
    } catch (const Error&) {
      return false;
    }
  }
  const auto is_text = [&object](const char* key) {
    return object.contains(key) && object.at(key).is_string();
  };
  const auto is_object = [&object](const char* key) {
    return object.contains(key) && object.at(key).is_object();
  };
  const bool of_protocol = (is_text("metric") && object.contains("value")) ||
                           is_object("metrics") || is_object("result") ||
                           (object.contains("resumed") && object.size() == 1);
  if (of_protocol) {
    try {
      item = parse_report_line(is_python ? object.dump() : std::string(line));
      return true;
    } catch (const Error&) {
      return false;
    }
  }
  ReportedMetrics metrics;
  const auto step_of = [&object](const char* key) -> std::optional<double> {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number()) return std::nullopt;
    const double step = found->get<double>();
    return step >= 0 && step <= 9007199254740992 ? std::optional(step) : std::nullopt;
  };
  std::string step_key = "step";
  metrics.step = step_of("step");
  if (!metrics.step) {
    const std::optional<double> epoch = epochs ? step_of("epoch") : std::nullopt;
    if (epoch && *epoch == std::floor(*epoch)) {
      metrics.step = epoch;
      step_key = "epoch";
    }
  }
  for (const auto& [name, value] : object.items()) {
    if (name == step_key && metrics.step) continue;
    if (value.is_number()) {
      metrics.values.emplace_back(name, value.get<double>());
    } else if (value.is_string()) {
      const auto number = number_in(value.get_ref<const std::string&>());
      if (number && (is_python || !std::isfinite(*number)))
        metrics.values.emplace_back(name, *number);
    }
  }
  if (metrics.values.empty()) return false;
  item = std::move(metrics);
  return true;
}

}  // namespace polysweep
