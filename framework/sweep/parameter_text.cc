#include "framework/sweep/parameter_text.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "framework/core/utf8.h"
#include "framework/sweep/value_json.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

// Sorted by name at each depth.
struct Tree {
  std::map<std::string, Tree> children;
  const Value* value = nullptr;
};

Tree tree_of(const Parameters& parameters) {
  Tree root;
  for (const auto& [name, value] : parameters) {
    Tree* at = &root;
    for (std::size_t begin = 0; begin <= name.size();) {
      const std::size_t end = std::min(name.find('.', begin), name.size());
      at = &at->children[name.substr(begin, end - begin)];
      begin = end + 1;
    }
    check(at->value == nullptr && at->children.empty(), "no parameter is also a group of others");
    at->value = &value;
  }
  return root;
}

void append_json(const Tree& tree, std::string& out) {
  if (tree.value != nullptr) return tree.value->append_canonical(out);
  char separator = '{';
  for (const auto& [name, child] : tree.children) {
    out += separator;
    append_json_text(out, name);
    out += ':';
    append_json(child, out);
    separator = ',';
  }
  if (separator == '{') out += separator;
  out += '}';
}

// In double quotes; what is not ASCII is escaped, since YAML folds or refuses some of it.
void append_yaml_text(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    check(point.size > 0, "texts of parameters are UTF-8");
    if (point.value == '"' || point.value == '\\') {
      out += '\\';
      out += text[0];
    } else if (point.value >= 0x20 && point.value < 0x7f) {
      out += text[0];
    } else if (point.value < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(point.value));
    } else {
      out += fmt::format("\\U{:08x}", static_cast<std::uint32_t>(point.value));
    }
    text.remove_prefix(point.size);
  }
  out += '"';
}

// 1e-05 is a text for YAML 1.1, 1.0e-05 a number.
std::string yaml_real(double value) {
  std::string text = Value(value).canonical();
  const std::size_t e = text.find('e');
  if (e != std::string::npos && text.find('.') == std::string::npos) text.insert(e, ".0");
  return text;
}

// Flow style.
void append_yaml(const Json& json, std::string& out) {
  const auto separate = [&out](bool first) { out += first ? "" : ", "; };
  if (json.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < json.size(); ++i) {
      separate(i == 0);
      append_yaml(json[i], out);
    }
    out += ']';
  } else if (json.is_object()) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : json.items()) {
      separate(std::exchange(first, false));
      append_yaml_text(key, out);
      out += ": ";
      append_yaml(value, out);
    }
    out += '}';
  } else if (json.is_string()) {
    append_yaml_text(json.get<std::string>(), out);
  } else {
    out += json.is_number_float() ? yaml_real(json.get<double>()) : json.dump();
  }
}

bool is_plain_word(std::string_view word) {
  const auto is_letter = [](char c) { return is_letter_or_digit(c) && !(c >= '0' && c <= '9'); };
  return !word.empty() && (is_letter(word[0]) || word[0] == '_') &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

// Words that YAML 1.1 or Hydra read as something else.
bool is_reserved(std::string_view word) {
  static const std::set<std::string, std::less<>> kWords = {
      "true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", "nan", "inf"};
  std::string lower(word);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return kWords.contains(lower);
}

void append_yaml(const Tree& tree, const std::string& indent, std::string& out) {
  for (const auto& [name, child] : tree.children) {
    out += indent;
    if (is_plain_word(name) && !is_reserved(name)) {
      out += name;
    } else {
      append_yaml_text(name, out);
    }
    out += ':';
    if (child.value != nullptr) {
      out += ' ';
      append_yaml(json_of(*child.value), out);
      out += '\n';
    } else {
      out += '\n';
      append_yaml(child, indent + "  ", out);
    }
  }
}

// Hydra keeps a backslash as it is unless a quote follows the run that it is in. OmegaConf
// takes ${ for an interpolation unless a backslash is before it.
std::string hydra_quoted(std::string_view text) {
  std::string out = "'";
  std::size_t backslashes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') out.append(backslashes + 1, '\\');
    if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') out.append(backslashes + 1, '\\');
    backslashes = c == '\\' ? backslashes + 1 : 0;
    out += c;
  }
  return out.append(backslashes, '\\') + "'";
}

std::string hydra_text(const std::string& text) {
  return is_plain_word(text) && !is_reserved(text) ? text : hydra_quoted(text);
}

// Keys cannot be in quotes.
std::string hydra_key(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (std::string_view("\\()[]{}:=, \t").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string hydra_value(const Json& json) {
  std::string out;
  if (json.is_array()) {
    for (const Json& item : json) out += (out.empty() ? "[" : ",") + hydra_value(item);
    return out.empty() ? "[]" : out + "]";
  }
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      out += (out.empty() ? "{" : ",") + hydra_key(key) + ":" + hydra_value(value);
    }
    return out.empty() ? "{}" : out + "}";
  }
  if (json.is_string()) return hydra_text(json.get<std::string>());
  return json.is_number_float() ? Value(json.get<double>()).canonical() : json.dump();
}

}  // namespace

std::vector<Value> items_of(const Value& value) {
  if (value.type() != ValueType::kStructured) return {value};
  const Json json = Json::parse(value.structure());
  if (!json.is_array()) return {value};
  std::vector<Value> items;
  for (const Json& item : json) items.push_back(value_of(item));
  return items;
}

std::string nested_json(const Parameters& parameters) {
  std::string out;
  append_json(tree_of(parameters), out);
  return out + "\n";
}

std::string nested_yaml(const Parameters& parameters) {
  if (parameters.empty()) return "{}\n";
  std::string out;
  append_yaml(tree_of(parameters), "", out);
  return out;
}

std::vector<std::string> hydra_overrides(const Parameters& parameters) {
  std::vector<std::string> words;
  for (const auto& [name, value] : parameters) {
    words.push_back(name + "=" + hydra_value(json_of(value)));
  }
  return words;
}

std::string unnestable_name(const std::vector<std::string>& names) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& name : sorted) {
    const auto next = std::lower_bound(sorted.begin(), sorted.end(), name + ".");
    if (next != sorted.end() && next->starts_with(name + ".")) return name;
  }
  return "";
}

}  // namespace polysweep
