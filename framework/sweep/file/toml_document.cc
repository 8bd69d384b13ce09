#include "framework/sweep/file/toml_document.h"

#include <toml++/toml.h>

#include <algorithm>

#include "framework/core/error_place.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

std::string place_of(const toml::source_region& region, const std::string& file) {
  return fmt::format("{}:{}:{}", file, region.begin.line, region.begin.column);
}

class Converter {
 public:
  explicit Converter(const std::string& file) : file_(file) {}

  TomlNode convert(const toml::node& node) const {
    TomlNode out;
    out.place = place_of(node.source(), file_);
    if (const toml::table* table = node.as_table()) {
      out.kind = TomlNode::Kind::kTable;
      out.entries = entries(*table);
    } else if (const toml::array* array = node.as_array()) {
      out.kind = TomlNode::Kind::kArray;
      out.items.reserve(array->size());
      for (const toml::node& item : *array) out.items.push_back(convert(item));
    } else {
      in_place(out.place, [&] { convert_scalar(node, out); });
    }
    return out;
  }

 private:
  // toml++ sorts by name; the file's order is that of the names' places.
  std::vector<TomlEntry> entries(const toml::table& table) const {
    struct Found {
      const toml::key* key;
      const toml::node* node;
    };
    std::vector<Found> found;
    for (const auto& [key, node] : table) found.push_back({&key, &node});
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
      return a.key->source().begin < b.key->source().begin;
    });
    std::vector<TomlEntry> out;
    for (const Found& one : found) {
      out.push_back(
          {std::string(one.key->str()), place_of(one.key->source(), file_), convert(*one.node)});
    }
    return out;
  }

  static void convert_scalar(const toml::node& node, TomlNode& out) {
    out.kind = TomlNode::Kind::kValue;
    if (const auto* boolean = node.as_boolean()) {
      out.value = Value(boolean->get());
    } else if (const auto* integer = node.as_integer()) {
      out.value = Value(integer->get());
    } else if (const auto* real = node.as_floating_point()) {
      out.value = Value(real->get());
    } else if (const auto* text = node.as_string()) {
      out.value = Value(text->get());
    } else {
      out.kind = TomlNode::Kind::kOther;
    }
  }

  const std::string& file_;
};

// A description from toml++ may hold bytes of the file.
std::string printable(std::string_view description) {
  constexpr std::size_t kShown = 300;
  std::string out;
  for (const char c : description.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return description.size() > kShown ? out + "..." : out;
}

}  // namespace

const TomlEntry* TomlNode::find(std::string_view name) const {
  for (const TomlEntry& entry : entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::string TomlNode::kind_name() const {
  switch (kind) {
    case Kind::kTable:
      return "a table";
    case Kind::kArray:
      return "an array";
    case Kind::kOther:
      return "a date or time";
    case Kind::kValue:
      break;
  }
  switch (value.type()) {
    case ValueType::kBoolean:
      return "a boolean";
    case ValueType::kInteger:
      return "an integer";
    case ValueType::kReal:
      return "a real number";
    case ValueType::kText:
      return "a text";
    case ValueType::kStructured:
    case ValueType::kAbsent:
      break;
  }
  return "";
}

TomlNode parse_toml(std::string_view text, const std::string& file) {
  try {
    const toml::table root = toml::parse(text);
    return Converter(file).convert(root);
  } catch (const toml::parse_error& error) {
    fail_at(place_of(error.source(), file), "not TOML: {}", printable(error.description()));
  }
}

}  // namespace polysweep
