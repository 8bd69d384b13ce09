#include "runners/cluster/cluster_file.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "framework/core/error_place.h"
#include "framework/core/file_system.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/sweep_nodes.h"
#include "framework/sweep/file/toml_document.h"

namespace polysweep {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kMinute_s = 60;
constexpr std::int64_t kHour_s = 3600;
constexpr std::int64_t kDay_s = 86400;
constexpr std::int64_t kLongestTime_s = 366 * kDay_s;
constexpr int kLeastWarning_s = 10;

const std::vector<std::string>& keys() {
  static const std::vector<std::string> all = {
      "partition", "account", "qos",     "time",    "cpus",   "gpus",      "memory",
      "pilots",    "slots",   "warning", "options", "before", "container", "database"};
  return all;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
  });
}

// A text of one line.
std::string line_of(const TomlNode& node, const std::string& what) {
  const std::string& text = text_of(node, what);
  if (has_control(text)) fail_at(node.place, "{} has a control character; expected one line", what);
  return text;
}

// A text that becomes part of one option of sbatch.
std::string word_of(const TomlNode& node, const std::string& what) {
  std::string text = line_of(node, what);
  if (text.empty()) fail_at(node.place, "{} is empty", what);
  const bool valid = std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view("._-@/+:").find(c) != std::string_view::npos;
  });
  if (!valid || text[0] == '-') {
    fail_at(node.place, "{} is {}; expected letters, digits and . _ - @ / + :", what,
            in_quotes(text));
  }
  return text;
}

std::vector<std::string> lines_of(const TomlEntry& entry) {
  const std::string what = "'" + entry.name + "'";
  if (entry.node.kind != TomlNode::Kind::kArray) {
    fail_at(entry.node.place, "{} is {}; expected a list of texts", what, entry.node.kind_name());
  }
  std::vector<std::string> out;
  for (const TomlNode& item : entry.node.items) out.push_back(line_of(item, "an item of " + what));
  return out;
}

int integer_of(const TomlEntry& entry, std::int64_t least, std::int64_t most) {
  const bool is_integer =
      entry.node.kind == TomlNode::Kind::kValue && entry.node.value.type() == ValueType::kInteger;
  const std::int64_t value = is_integer ? entry.node.value.integer() : least - 1;
  if (!is_integer || value < least || value > most) {
    fail_at(entry.node.place, "'{}' is {}; expected an integer from {} to {}", entry.name,
            is_integer ? fmt::format("{}", value) : entry.node.kind_name(), least, most);
  }
  return static_cast<int>(value);
}

std::int64_t time_of(const TomlEntry& entry) {
  const std::string text = line_of(entry.node, "'time'");
  const std::int64_t seconds = slurm_seconds(text);
  if (seconds <= 0 || seconds > kLongestTime_s) {
    fail_at(entry.node.place,
            "'time' is {}; expected the time of a pilot as HOURS:MINUTES:SECONDS or "
            "DAYS-HOURS:MINUTES:SECONDS, up to 366 days",
            in_quotes(text));
  }
  return seconds;
}

std::string memory_of(const TomlEntry& entry) {
  std::string text = line_of(entry.node, "'memory'");
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(read.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - read.ptr));
  if (read.ec != std::errc() || number == 0 || number > 1'000'000'000 || unit.size() != 1 ||
      std::string_view("KMGT").find(unit[0]) == std::string_view::npos) {
    fail_at(entry.node.place, "'memory' is {}; expected a size as \"64G\" (K, M, G or T)",
            in_quotes(text));
  }
  return text;
}

// 2, or "a100:2".
void read_gpus(const TomlEntry& entry, ClusterSpec& spec) {
  constexpr int kMost = 1024;
  if (!entry.node.is_text()) {
    spec.gpus = integer_of(entry, 0, kMost);
    return;
  }
  const std::string text = word_of(entry.node, "'gpus'");
  const std::size_t colon = text.find(':');
  const char* const end = text.data() + text.size();
  const char* const number = text.data() + std::min(colon + 1, text.size());
  const auto read = std::from_chars(number, end, spec.gpus);
  if (colon == std::string::npos || colon == 0 || read.ec != std::errc() || read.ptr != end ||
      spec.gpus < 1 || spec.gpus > kMost) {
    fail_at(entry.node.place, "'gpus' is {}; expected a number, or \"TYPE:NUMBER\"",
            in_quotes(text));
  }
  spec.gpu_type = text.substr(0, colon);
}

std::vector<std::string> partitions_of(const TomlEntry& entry) {
  if (entry.node.is_text()) return {word_of(entry.node, "'partition'")};
  if (entry.node.kind != TomlNode::Kind::kArray || entry.node.items.empty()) {
    fail_at(entry.node.place, "'partition' is {}; expected a text, or a list of texts",
            entry.node.kind == TomlNode::Kind::kArray ? "an empty list" : entry.node.kind_name());
  }
  std::vector<std::string> out;
  for (const TomlNode& item : entry.node.items) {
    out.push_back(word_of(item, "an item of 'partition'"));
  }
  return out;
}

// What polysweep decides itself.
void expect_options(const TomlEntry& entry, const std::vector<std::string>& options) {
  static const std::vector<std::string> own = {
      "--job-name",   "--output", "--error",    "--open-mode", "--signal", "--requeue",
      "--no-requeue", "--array",  "--parsable", "--wrap",      "--wait",   "--export"};
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string& option = options[i];
    const std::string name = option.substr(0, option.find('='));
    const std::string& place = entry.node.items[i].place;
    if (!option.starts_with("--") || name.size() < 3) {
      fail_at(place, "{} is not an option of sbatch as \"--name=value\"", in_quotes(option));
    }
    // sbatch takes a part of a name, too.
    const auto is_own = [&](const std::string& other) { return other.starts_with(name); };
    if (std::any_of(own.begin(), own.end(), is_own)) {
      fail_at(place, "{} is set by polysweep; expected another option of sbatch", in_quotes(name));
    }
  }
}

void read_entry(const TomlEntry& entry, ClusterSpec& spec) {
  constexpr int kMostCpus = 65536;
  if (entry.name == "partition") spec.partitions = partitions_of(entry);
  if (entry.name == "account") spec.account = word_of(entry.node, "'account'");
  if (entry.name == "qos") spec.qos = word_of(entry.node, "'qos'");
  if (entry.name == "time") spec.time_s = time_of(entry);
  if (entry.name == "cpus") spec.cpus = integer_of(entry, 1, kMostCpus);
  if (entry.name == "gpus") read_gpus(entry, spec);
  if (entry.name == "memory") spec.memory = memory_of(entry);
  if (entry.name == "pilots") spec.pilots = integer_of(entry, 1, 10'000);
  if (entry.name == "slots") spec.slots = integer_of(entry, 0, 1024);
  if (entry.name == "warning") spec.warning_s = integer_of(entry, kLeastWarning_s, kDay_s);
  if (entry.name == "before") spec.before = lines_of(entry);
  if (entry.name == "container") spec.container = lines_of(entry);
  if (entry.name == "database") spec.database = line_of(entry.node, "'database'");
  if (entry.name == "options") {
    spec.options = lines_of(entry);
    expect_options(entry, spec.options);
  }
}

}  // namespace

int ClusterSpec::trials_at_once() const {
  if (gpus > 0) return gpus * std::max(slots, 1);
  return slots > 0 ? slots : cpus;
}

ClusterSpec parse_cluster(std::string_view text, const std::string& file) {
  const TomlNode root = parse_toml(text, file);
  expect_keys(root, "key of a cluster file", keys());
  ClusterSpec spec;
  spec.name = fs::path(file).stem().string();
  spec.file = file;
  for (const TomlEntry& entry : root.entries) read_entry(entry, spec);
  if (spec.time_s > 0 && spec.warning_s >= spec.time_s) {
    const TomlEntry* place =
        root.find("warning") != nullptr ? root.find("warning") : root.find("time");
    fail_at(place->node.place, "'warning' is {} s and the 'time' of a pilot {} s; expected less",
            spec.warning_s, spec.time_s);
  }
  return spec;
}

std::vector<fs::path> cluster_folders(const fs::path& sweep_folder) {
  std::vector<fs::path> out;
  if (!sweep_folder.empty()) out.push_back(sweep_folder / "clusters");
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config != nullptr && *config != '\0') {
    out.push_back(fs::path(config) / "polysweep" / "clusters");
  } else if (home != nullptr && *home != '\0') {
    out.push_back(fs::path(home) / ".config" / "polysweep" / "clusters");
  }
  return out;
}

fs::path find_cluster_file(const std::string& name, const fs::path& sweep_folder) {
  if (!is_sweep_name(name)) fail("cluster {}: expected {}", in_quotes(name), kNameRule);
  const std::vector<fs::path> folders = cluster_folders(sweep_folder);
  std::set<std::string> known;
  std::vector<std::string> searched;
  for (const fs::path& folder : folders) {
    std::error_code none;
    if (fs::is_regular_file(folder / (name + ".toml"), none)) return folder / (name + ".toml");
    searched.push_back(folder.string());
    for (const std::string& file : system_files().list(folder)) {
      if (file.ends_with(".toml")) known.insert(file.substr(0, file.size() - 5));
    }
  }
  const std::vector<std::string> names(known.begin(), known.end());
  fail("there is no cluster file {}.toml in {}{}", name, fmt::join(searched, " or "),
       names.empty() ? std::string("; docs/guide/cluster.md has an example")
                     : "; " + unknown_name("cluster", name, names));
}

std::int64_t slurm_seconds(std::string_view text) {
  std::int64_t days = 0;
  const std::size_t dash = text.find('-');
  std::string_view rest = text;
  const auto number = [](std::string_view digits) -> std::int64_t {
    std::int64_t value = -1;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool valid = read.ec == std::errc() && read.ptr == digits.data() + digits.size() &&
                       value >= 0 && value <= 1'000'000;
    return valid ? value : -1;
  };
  if (dash != std::string_view::npos) {
    days = number(text.substr(0, dash));
    rest = text.substr(dash + 1);
  }
  std::vector<std::int64_t> parts;
  while (true) {
    const std::size_t colon = rest.find(':');
    parts.push_back(number(rest.substr(0, colon)));
    if (colon == std::string_view::npos) break;
    rest = rest.substr(colon + 1);
  }
  if (days < 0 || parts.size() > 3 || std::count(parts.begin(), parts.end(), -1) > 0) return -1;
  if (dash != std::string_view::npos) {
    parts.resize(3);
    return days * kDay_s + parts[0] * kHour_s + parts[1] * kMinute_s + parts[2];
  }
  if (parts.size() == 3) return parts[0] * kHour_s + parts[1] * kMinute_s + parts[2];
  parts.resize(2);
  return parts[0] * kMinute_s + parts[1];
}

std::string slurm_time(std::int64_t seconds) {
  return fmt::format("{}-{:02}:{:02}:{:02}", seconds / kDay_s, seconds % kDay_s / kHour_s,
                     seconds % kHour_s / kMinute_s, seconds % kMinute_s);
}

}  // namespace polysweep
