#include "framework/sweep/file/capture_reader.h"

#include <filesystem>

#include "framework/core/error_place.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/sweep_nodes.h"
#include "framework/sweep/output_pattern.h"

namespace polysweep {

namespace {

std::string pattern_of(const TomlNode& node) {
  const std::string& text = text_of(node, "a pattern of 'stdout'");
  in_place(node.place, [&] { OutputPattern{text}; });
  return text;
}

std::vector<std::string> read_patterns(const TomlEntry& entry) {
  std::vector<std::string> patterns;
  if (entry.node.kind != TomlNode::Kind::kArray) {
    patterns.push_back(pattern_of(entry.node));
    return patterns;
  }
  for (const TomlNode& item : entry.node.items) patterns.push_back(pattern_of(item));
  if (patterns.empty()) {
    fail_at(entry.node.place, "'stdout' is an empty list; expected a pattern such as {}",
            "'loss (?P<loss>\\S+)'");
  }
  return patterns;
}

std::string read_path(const TomlEntry& entry, const char* what) {
  const std::string& text = text_of(entry.node, "'" + entry.name + "'");
  const std::filesystem::path normal = std::filesystem::path(text).lexically_normal();
  const bool outside = normal.is_absolute() || *normal.begin() == "..";
  if (text.empty() || outside || text.find('\0') != std::string::npos) {
    fail_at(entry.node.place, "'{}' is {}; expected {} in the trial's folder, as a relative path",
            entry.name, in_quotes(text), what);
  }
  std::string path = normal.generic_string();
  if (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

CaptureSpec read_capture(const TomlEntry& entry) {
  expect_table(entry);
  expect_keys(entry.node, "key of [capture]", {"stdout", "json", "tensorboard", "csv"});
  CaptureSpec spec;
  if (const TomlEntry* patterns = entry.node.find("stdout")) {
    spec.output_patterns = read_patterns(*patterns);
  }
  if (const TomlEntry* json = entry.node.find("json")) {
    if (json->node.kind != TomlNode::Kind::kValue ||
        json->node.value.type() != ValueType::kBoolean) {
      fail_at(json->node.place, "'json' is {}; expected true or false", json->node.kind_name());
    }
    spec.json = json->node.value.boolean();
  }
  if (const TomlEntry* folder = entry.node.find("tensorboard")) {
    spec.tensorboard = read_path(*folder, "a folder");
  }
  if (const TomlEntry* csv = entry.node.find("csv")) spec.csv = read_path(*csv, "a file");
  if (!spec.any()) {
    fail_at(entry.place,
            "[capture] captures nothing; expected stdout = ['PATTERN'], json = true, tensorboard "
            "= \"FOLDER\" or csv = \"FILE\"");
  }
  return spec;
}

}  // namespace polysweep
