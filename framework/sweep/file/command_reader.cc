#include "framework/sweep/file/command_reader.h"

#include <algorithm>
#include <set>

#include "framework/core/error_place.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/file/capture_reader.h"
#include "framework/sweep/file/schema_reader.h"
#include "framework/sweep/file/sweep_nodes.h"
#include "framework/sweep/parameter_text.h"

namespace polysweep {

namespace {

constexpr double kMostSeconds = 1e9;  // some 30 years

const std::vector<std::string>& command_keys() {
  static const std::vector<std::string> keys = {
      "version",         "doc",         "clock",      "files",       "data",       "folder",
      "parameters_file", "environment", "parameters", "capture",     "time_limit", "progress_limit",
      "stop_grace",      "code",        "outputs",    "code_same_as"};
  return keys;
}

const std::vector<TomlNode>& words_of_list(const TomlEntry& entry, const char* what,
                                           const char* of) {
  if (entry.node.kind != TomlNode::Kind::kArray) {
    fail_at(entry.node.place, "{} is {}; expected a list of {}", what, entry.node.kind_name(), of);
  }
  return entry.node.items;
}

// Whether the step that a pattern captures stands behind the word "epoch" in each that has a
// step.
bool counts_epochs(const CaptureSpec& capture) {
  constexpr std::string_view kStep = "(?P<step>";
  constexpr std::string_view kEpoch = "epoch";
  bool found = false;
  for (const std::string& pattern : capture.output_patterns) {
    const std::size_t at = pattern.find(kStep);
    if (at == std::string::npos) continue;
    std::string before = pattern.substr(0, at);
    for (char& c : before) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    for (const std::string_view blank : {"\\s", "[eE]"}) {
      for (std::size_t i; (i = before.find(blank)) != std::string::npos;) {
        before.replace(i, blank.size(), blank == "[eE]" ? "e" : " ");
      }
    }
    while (!before.empty() && !is_letter_or_digit(before.back())) before.pop_back();
    if (!before.ends_with(kEpoch) && !before.ends_with("epochs")) return false;
    found = true;
  }
  return found;
}

class CommandReader {
 public:
  CommandReader(const TomlNode& root, const std::filesystem::path& folder)
      : root_(root), folder_(folder) {}

  ExperimentSpec read();

 private:
  void read_identity();
  void read_words(const TomlEntry& entry);
  CommandWords read_group(const TomlNode& item);
  void read_environment(const TomlEntry& entry);
  void read_folder(const TomlEntry& entry);
  void read_code();
  void read_data(const TomlEntry& entry);
  double seconds(const char* key, double otherwise) const;
  bool reads_parameters_file() const;
  void expect_parameters_used() const;
  void expect_nestable() const;

  WordTemplate read_template(const TomlNode& node, const std::string& what);
  static void expect_one_word(const WordTemplate& word, const TomlNode& node, const char* what);
  bool may_be_absent(const std::string& parameter) const;
  void expect_always_there(const WordTemplate& word, const TomlNode& node, const char* what) const;

  const TomlNode& root_;
  const std::filesystem::path& folder_;
  ExperimentSpec spec_;
  CommandSpec command_;
  std::set<std::string, std::less<>> used_;
};

ExperimentSpec CommandReader::read() {
  if (!is_utf8(folder_.string())) fail_at(root_.place, "the path of its folder is not UTF-8");
  command_.sweep_folder = folder_.string();
  read_identity();
  const TomlEntry* parameters = root_.find("parameters");
  spec_.schema = read_schema(root_);
  if (const TomlEntry* capture = root_.find("capture")) command_.capture = read_capture(*capture);
  if (root_.find("clock") == nullptr && counts_epochs(command_.capture)) spec_.clock = "epochs";
  const TomlEntry* metrics = root_.find("metrics");
  if (metrics == nullptr) {
    fail_at(root_.find("command")->place,
            "a sweep with a command says what its program reports: [metrics] with primary = "
            "{{ name = \"METRIC\", goal = \"minimize\" }} or \"maximize\"");
  }
  DeclaredMetrics declared = read_declared_metrics(*metrics, spec_.clock);
  spec_.metrics = std::move(declared.metrics);
  if (parameters != nullptr) {
    check_axes(*parameters, spec_.schema, spec_.metrics);
    check_histories(*parameters, spec_.schema, spec_.version);
  }
  command_.primary = std::move(declared.primary);
  command_.diverging = std::move(declared.diverging);
  command_.undeclared = declared.undeclared;
  read_words(*root_.find("command"));
  if (const TomlEntry* environment = root_.find("environment")) read_environment(*environment);
  if (const TomlEntry* folder = root_.find("folder")) read_folder(*folder);
  read_code();
  if (const TomlEntry* data = root_.find("data")) read_data(*data);
  command_.time_limit_s = seconds("time_limit", 0);
  command_.progress_limit_s = seconds("progress_limit", 0);
  command_.stop_grace_s = seconds("stop_grace", command_.stop_grace_s);
  expect_parameters_used();
  expect_nestable();
  spec_.command = std::move(command_);
  return std::move(spec_);
}

void CommandReader::read_identity() {
  const TomlEntry* experiment = root_.find("experiment");
  check(experiment != nullptr, "a sweep names its experiment");
  spec_.name = name_of(*experiment, "an experiment");
  if (const TomlEntry* doc = root_.find("doc")) spec_.doc = text_of(doc->node, "'doc'");
  if (const TomlEntry* clock = root_.find("clock")) spec_.clock = name_of(*clock, "a clock");
  const TomlEntry* version = root_.find("version");
  if (version == nullptr) return;
  const TomlNode& node = version->node;
  const bool right = node.kind == TomlNode::Kind::kValue &&
                     node.value.type() == ValueType::kInteger && node.value.integer() >= 1 &&
                     node.value.integer() <= 1'000'000'000;
  if (!right) fail_at(node.place, "'version' is an integer from 1 to 1000000000");
  spec_.version = static_cast<int>(node.value.integer());
}

WordTemplate CommandReader::read_template(const TomlNode& node, const std::string& what) {
  const std::string& text = text_of(node, what);
  WordTemplate word = in_place(node.place, [&] { return WordTemplate(text); });
  for (const std::string& place : word.places()) {
    used_.insert(place);
    if (place == kOverridesPlace && word.has_each()) continue;
    if (spec_.schema.find(place) != nullptr) continue;
    if (std::find(kCommandPlaces.begin(), kCommandPlaces.end(), place) != kCommandPlaces.end()) {
      continue;
    }
    std::vector<std::string> known;
    for (const ParameterSpec& parameter : spec_.schema.specs()) known.push_back(parameter.name);
    known.insert(known.end(), kCommandPlaces.begin(), kCommandPlaces.end());
    known.emplace_back("overrides...");
    fail_at(node.place,
            "{}; a parameter has a value in [fixed], levels in [factors] or a default in "
            "[parameters]",
            unknown_name("place", place, known));
  }
  return word;
}

void CommandReader::expect_one_word(const WordTemplate& word, const TomlNode& node,
                                    const char* what) {
  if (!word.has_each()) return;
  fail_at(node.place, "{} is one word; {{NAME:TEXT}} joins a list with TEXT between its items",
          what);
}

bool CommandReader::may_be_absent(const std::string& parameter) const {
  const TomlEntry* factors = root_.find("factors");
  const TomlEntry* factor = factors == nullptr ? nullptr : factors->node.find(parameter);
  return factor != nullptr && factor->node.find("absent") != nullptr;
}

void CommandReader::expect_always_there(const WordTemplate& word, const TomlNode& node,
                                        const char* what) const {
  expect_one_word(word, node, what);
  for (const std::string& place : word.places()) {
    const ParameterSpec* parameter = spec_.schema.find(place);
    if (parameter == nullptr || (parameter->when.empty() && !may_be_absent(place))) continue;
    fail_at(node.place, "{} needs parameter '{}', which does not apply to every trial", what,
            place);
  }
}

CommandWords CommandReader::read_group(const TomlNode& item) {
  CommandWords group;
  const TomlNode* words = &item;
  if (item.kind == TomlNode::Kind::kTable) {
    expect_keys(item, "key of a group of words", {"words", "when"});
    const TomlEntry* list = item.find("words");
    if (list == nullptr) fail_at(item.place, "a group of words needs words = [\"WORD\"]");
    words = &list->node;
    if (const TomlEntry* when = item.find("when")) {
      for (const DraftCondition& one : read_conditions(spec_.schema, *when)) {
        used_.insert(one.condition.parameter);
        group.when.push_back(one.condition);
      }
    }
  }
  if (words->kind != TomlNode::Kind::kArray) {
    group.words.push_back(read_template(*words, "a word of 'command'"));
    return group;
  }
  if (words->items.empty()) fail_at(words->place, "a group of words is empty");
  for (const TomlNode& word : words->items) {
    group.words.push_back(read_template(word, "a word of 'command'"));
  }
  return group;
}

void CommandReader::read_words(const TomlEntry& entry) {
  const TomlNode& node = entry.node;
  if (node.kind != TomlNode::Kind::kArray || node.items.empty() || !node.items[0].is_text() ||
      node.items[0].value.text().empty()) {
    fail_at(node.place,
            "'command' is a list of words that begins with the program, as [\"python3\", "
            "\"train.py\", \"--lr={{lr}}\"]; no shell reads it");
  }
  for (const TomlNode& item : node.items) command_.words.push_back(read_group(item));
  expect_always_there(command_.words[0].words[0], node.items[0], "the program");
}

void CommandReader::read_environment(const TomlEntry& entry) {
  expect_table(entry);
  for (const TomlEntry& one : entry.node.entries) {
    const bool allowed = !one.name.empty() && !(one.name[0] >= '0' && one.name[0] <= '9') &&
                         std::all_of(one.name.begin(), one.name.end(),
                                     [](char c) { return is_letter_or_digit(c) || c == '_'; });
    if (!allowed || one.name.starts_with("POLYSWEEP_")) {
      fail_at(one.place,
              "{} is not a variable that can be set; expected letters, digits and '_', and not "
              "POLYSWEEP_...",
              in_quotes(one.name));
    }
    if (one.node.is_text()) {
      command_.environment.push_back({one.name, read_template(one.node, "a variable")});
      expect_one_word(command_.environment.back().value, one.node, "a variable");
    } else if (one.node.kind == TomlNode::Kind::kValue) {
      command_.environment.push_back({one.name, WordTemplate(one.node.value.display())});
    } else {
      fail_at(one.node.place, "'{}' is {}; expected one value", one.name, one.node.kind_name());
    }
  }
}

void CommandReader::read_folder(const TomlEntry& entry) {
  command_.folder = read_template(entry.node, "'folder'");
  expect_always_there(command_.folder, entry.node, "'folder'");
}

// Which files belong to the code is found out before the sweep is planned, by what
// may look at them (runners/code/code_files.h).
void CommandReader::read_code() {
  if (const TomlEntry* code = root_.find("code")) {
    const std::string& text = text_of(code->node, "'code'");
    const std::vector<std::string> known = {"live", "snapshot"};
    if (std::find(known.begin(), known.end(), text) == known.end()) {
      fail_at(code->node.place, "{}", unknown_name("value of 'code'", text, known));
    }
    command_.code.is_live = text == "live";
  }
  if (const TomlEntry* same = root_.find("code_same_as")) {
    const std::string& text = text_of(same->node, "'code_same_as'");
    const bool is_hex = std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    if (!is_hex || text.size() < 4 || text.size() > 64) {
      fail_at(
          same->node.place,
          "{} does not name a version of the code; expected the first 4 to 64 hex digits of its "
          "digest, as `polysweep status` shows them",
          in_quotes(text));
    }
    command_.code.same_as = text;
    command_.code.same_as_place = same->node.place;
  }
  if (const TomlEntry* files = root_.find("files")) {
    command_.code.declared.emplace();
    for (const TomlNode& item : words_of_list(*files, "'files'", "files")) {
      command_.code.declared->push_back({text_of(item, "a file of 'files'"), item.place});
    }
  }
  const TomlEntry* outputs = root_.find("outputs");
  if (outputs == nullptr) return;
  for (const TomlNode& item : words_of_list(*outputs, "'outputs'", "folders")) {
    const std::string& text = text_of(item, "a folder of 'outputs'");
    std::filesystem::path normal = std::filesystem::path(text).lexically_normal();
    if (!normal.has_filename()) normal = normal.parent_path();
    if (normal.empty() || normal.is_absolute() || normal == "." || *normal.begin() == "..") {
      fail_at(item.place, "{} is not a folder below that of the sweep", in_quotes(text));
    }
    command_.code.outputs.push_back(normal.generic_string());
  }
}

void CommandReader::read_data(const TomlEntry& entry) {
  if (entry.node.kind != TomlNode::Kind::kArray) {
    fail_at(entry.node.place, "'data' is {}; expected a list of files below --data FOLDER",
            entry.node.kind_name());
  }
  DataSpec data;
  for (const TomlNode& item : entry.node.items) {
    data.files.push_back({text_of(item, "a file of 'data'"), ""});
  }
  if (!data.files.empty()) spec_.data.push_back(std::move(data));
}

double CommandReader::seconds(const char* key, double otherwise) const {
  const TomlEntry* entry = root_.find(key);
  if (entry == nullptr) return otherwise;
  const TomlNode& node = entry->node;
  const bool right = node.kind == TomlNode::Kind::kValue && node.value.is_number() &&
                     node.value.real() > 0 && node.value.real() <= kMostSeconds;
  if (!right) {
    fail_at(node.place, "'{}' is a number of seconds above 0, at most {:.0f}", key, kMostSeconds);
  }
  return node.value.real();
}

bool CommandReader::reads_parameters_file() const {
  for (const std::string_view all : {kOverridesPlace, kYamlPlace, kJsonPlace}) {
    if (used_.contains(all)) return true;
  }
  const TomlEntry* entry = root_.find("parameters_file");
  if (entry == nullptr) return used_.contains("parameters_file");
  if (entry->node.kind != TomlNode::Kind::kValue ||
      entry->node.value.type() != ValueType::kBoolean) {
    fail_at(entry->node.place, "'parameters_file' is true or false");
  }
  return entry->node.value.boolean() || used_.contains("parameters_file");
}

void CommandReader::expect_nestable() const {
  if (!used_.contains(kYamlPlace) && !used_.contains(kJsonPlace)) return;
  std::vector<std::string> names;
  for (const ParameterSpec& spec : spec_.schema.specs()) names.push_back(spec.name);
  const std::string name = unnestable_name(names);
  if (name.empty()) return;
  fail_at(parameter_place(root_, name),
          "'{0}' is a parameter, and '{0}.' begins the name of another: {{parameters:yaml}} and "
          "{{parameters:json}} cannot nest them",
          name);
}

void CommandReader::expect_parameters_used() const {
  if (reads_parameters_file()) return;
  std::set<std::string, std::less<>> used = used_;
  for (const ParameterSpec& spec : spec_.schema.specs()) {
    for (const Condition& condition : spec.when) used.insert(condition.parameter);
  }
  const TomlEntry* sample = root_.find("sample");
  for (const TomlEntry* table :
       {root_.find("factors"), sample == nullptr ? nullptr : sample->node.find("factors")}) {
    if (table == nullptr) continue;
    for (const TomlEntry& factor : table->node.entries) {
      const TomlEntry* when = factor.node.find("when");
      if (when == nullptr) continue;
      for (const TomlEntry& condition : when->node.entries) used.insert(condition.name);
    }
  }
  for (const ParameterSpec& spec : spec_.schema.specs()) {
    if (used.contains(spec.name)) continue;
    const std::vector<std::string> known(used.begin(), used.end());
    fail_at(parameter_place(root_, spec.name),
            "the program does not receive parameter '{0}'{1}: put {{{0}}} into 'command' or "
            "[environment], {{overrides...}} for all as NAME=VALUE, or set parameters_file = true "
            "if it reads "
            "$POLYSWEEP_PARAMETERS_FILE",
            spec.name, suggestion(spec.name, known));
  }
}

}  // namespace

void expect_command_keys(const TomlNode& root, std::vector<std::string> of_all_sweeps) {
  of_all_sweeps.emplace_back("command");
  const std::vector<std::string>& more = command_keys();
  if (root.find("command") != nullptr) {
    of_all_sweeps.insert(of_all_sweeps.end(), more.begin(), more.end());
  }
  for (const TomlEntry& entry : root.entries) {
    const bool known =
        std::find(of_all_sweeps.begin(), of_all_sweeps.end(), entry.name) != of_all_sweeps.end();
    if (known) continue;
    if (std::find(more.begin(), more.end(), entry.name) != more.end()) {
      fail_at(entry.place, "the key '{}' belongs to a sweep with command = [\"PROGRAM\", ...]",
              entry.name);
    }
  }
  expect_keys(root, "key", of_all_sweeps);
}

ExperimentSpec read_command_experiment(const TomlNode& root, const std::filesystem::path& folder) {
  return CommandReader(root, folder).read();
}

bool declares_command(std::string_view text, const std::string& file) {
  return parse_toml(text, file).find("command") != nullptr;
}

}  // namespace polysweep
