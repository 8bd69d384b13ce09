#include "framework/sweep/command_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/parameter_text.h"

namespace polysweep {

namespace {

std::string earlier_name(const std::string& name, const EarlierParameters& earlier) {
  const auto was = earlier.names.find(name);
  return was == earlier.names.end() ? name : was->second;
}

// The template with its places as they were called.
std::string earlier_text(const WordTemplate& word, const EarlierParameters& earlier) {
  std::string out = word.text();
  for (const auto& [name, was] : earlier.names) {
    const std::string begin = "{" + name;
    for (std::size_t at = out.find(begin); at != std::string::npos; at = out.find(begin, at + 1)) {
      const std::string_view rest = std::string_view(out).substr(at + begin.size());
      const bool is_place =
          rest.starts_with("}") || rest.starts_with(":") || rest.starts_with("..");
      if (is_place) out.replace(at + 1, name.size(), was);
    }
  }
  return out;
}

bool is_missing(const WordTemplate& word, const EarlierParameters& earlier) {
  const auto& places = word.places();
  return std::any_of(places.begin(), places.end(),
                     [&](const std::string& place) { return earlier.missing.contains(place); });
}

bool is_missing(const CommandWords& group, const EarlierParameters& earlier) {
  return std::any_of(group.words.begin(), group.words.end(),
                     [&](const WordTemplate& word) { return is_missing(word, earlier); }) ||
         std::any_of(group.when.begin(), group.when.end(), [&](const Condition& condition) {
           return earlier.missing.contains(condition.parameter);
         });
}

void append_conditions(std::string& out, const std::vector<Condition>& conditions,
                       const EarlierParameters& earlier) {
  for (const Condition& condition : conditions) {
    out += " when ";
    append_json_text(out, earlier_name(condition.parameter, earlier));
    for (const Value& value : condition.any_of) {
      out += ' ';
      value.append_canonical(out);
    }
  }
}

// A line for each thing that makes the command do what it does.
std::string identity_lines(const CommandSpec& command, const EarlierParameters& earlier) {
  std::string out;
  for (const CommandWords& group : command.words) {
    if (is_missing(group, earlier)) continue;
    out += "words";
    for (const WordTemplate& word : group.words) {
      out += ' ';
      append_json_text(out, earlier_text(word, earlier));
    }
    append_conditions(out, group.when, earlier);
    out += '\n';
  }
  for (const CommandVariable& variable : command.environment) {
    if (is_missing(variable.value, earlier)) continue;
    out += fmt::format("environment {} ", variable.name);
    append_json_text(out, earlier_text(variable.value, earlier));
    out += '\n';
  }
  out += "folder ";
  append_json_text(out, earlier_text(command.folder, earlier));
  out += '\n';
  return out;
}

bool is_plain(char c) {
  return is_letter_or_digit(c) ||
         std::string_view("_-+=:,./@%{}").find(c) != std::string_view::npos;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string_view undeclared_name(Undeclared policy) {
  switch (policy) {
    case Undeclared::kRecord:
      return "record";
    case Undeclared::kIgnore:
      return "ignore";
    case Undeclared::kError:
      return "error";
  }
  check(false, "an undeclared metric is recorded, ignored or an error");
  return "";
}

Undeclared undeclared_from_name(std::string_view name) {
  std::vector<std::string> known;
  for (const Undeclared each : {Undeclared::kRecord, Undeclared::kIgnore, Undeclared::kError}) {
    if (name == undeclared_name(each)) return each;
    known.emplace_back(undeclared_name(each));
  }
  fail("{}", unknown_name("value of 'undeclared'", name, known));
}

std::string CommandSpec::identity_digest(std::string_view data_digest,
                                         const EarlierParameters& earlier) const {
  std::string lines = identity_lines(*this, earlier);
  if (!data_digest.empty()) lines += fmt::format("data {}\n", data_digest);
  return sha256_hex(lines);
}

std::string CommandSpec::code_digest() const {
  if (files.empty()) return "";
  std::string lines;
  if (code.sweep_in_root != ".") {
    lines += "sweep ";
    append_json_text(lines, code.sweep_in_root);
    lines += '\n';
  }
  for (const InputFile& file : files) {
    lines += file.executable ? "program " : "file ";
    append_json_text(lines, file.path);
    lines += fmt::format(" {}\n", file.sha256);
  }
  return sha256_hex(lines);
}

std::string CommandSpec::identity_code() const {
  return code.stands_for.empty() || files.empty() ? code_digest() : code.stands_for;
}

bool CommandSpec::has_place(std::string_view place) const {
  const auto has = [place](const WordTemplate& word) {
    const std::vector<std::string>& places = word.places();
    return std::find(places.begin(), places.end(), place) != places.end();
  };
  return has(folder) ||
         std::any_of(words.begin(), words.end(),
                     [&](const CommandWords& group) {
                       return std::any_of(group.words.begin(), group.words.end(), has);
                     }) ||
         std::any_of(environment.begin(), environment.end(),
                     [&](const CommandVariable& variable) { return has(variable.value); });
}

FilledCommand fill_command(const CommandSpec& command, const Parameters& parameters,
                           const std::vector<std::pair<std::string_view, std::string>>& places) {
  std::map<std::string_view, std::string> values(places.begin(), places.end());
  for (const auto& [name, value] : parameters) values.emplace(name, value.display());
  values.emplace(kOverridesPlace, "");
  const WordTemplate::Items items = [&parameters](std::string_view place) {
    std::vector<std::string> out;
    if (place == kOverridesPlace) return hydra_overrides(parameters);
    for (const Value& item : items_of(parameters.at(place))) out.push_back(item.display());
    return out;
  };
  const WordTemplate::Find find = [&values](std::string_view place) {
    const auto found = values.find(place);
    return found == values.end() ? nullptr : &found->second;
  };
  FilledCommand filled;
  for (const CommandWords& group : command.words) {
    if (!all_hold(group.when, parameters)) continue;
    std::vector<std::string> words;
    bool applies = true;
    for (const WordTemplate& word : group.words) {
      std::optional<std::vector<std::string>> texts = word.words(find, items);
      applies = applies && texts.has_value();
      if (applies) words.insert(words.end(), texts->begin(), texts->end());
    }
    if (!applies) continue;
    filled.argv.insert(filled.argv.end(), words.begin(), words.end());
  }
  for (const CommandVariable& variable : command.environment) {
    std::optional<std::string> text = variable.value.fill(find, items);
    if (text) filled.environment.emplace_back(variable.name, std::move(*text));
  }
  const std::optional<std::string> folder = command.folder.fill(find, items);
  check(!filled.argv.empty() && folder, "a command has a program and a folder in every trial");
  filled.folder = *folder;
  return filled;
}

std::string shell_words(const std::vector<std::string>& argv) {
  std::string out;
  for (const std::string& word : argv) {
    if (!out.empty()) out += ' ';
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
      out += word;
    } else if (std::any_of(word.begin(), word.end(), is_control)) {
      out += "$'";
      for (const char c : word) {
        if (is_control(c)) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        }
      }
      out += '\'';
    } else {
      out += '\'';
      for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
      out += '\'';
    }
  }
  return out;
}

}  // namespace polysweep
