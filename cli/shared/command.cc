#include "cli/shared/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <typeindex>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {
namespace {

std::string upper_case(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

[[noreturn]] void fail_unknown_option(const Command& command, const CommandOptions& options,
                                      const std::string& given) {
  const std::string name = given.substr(given.find_first_not_of('-'));
  std::string hint;
  if (options.arguments.find_nothrow(name, false) != nullptr) {
    hint = fmt::format("; {} is an argument: give it without --{}", upper_case(name), name);
  } else {
    std::vector<std::string> known;
    for (const auto& option : options.shown.options()) known.push_back("--" + option->long_name());
    hint = suggestion("--" + name, known);
  }
  fail("unknown option {}{}; `polysweep {} --help` lists the options", in_quotes(given), hint,
       command.name);
}

enum class NumberKind { kNone, kInteger, kReal };

NumberKind number_kind(const po::option_description& option) {
  const auto* typed = dynamic_cast<const po::typed_value_base*>(option.semantic().get());
  if (typed == nullptr) return NumberKind::kNone;
  const std::type_index type = typed->value_type();
  if (type == typeid(double)) return NumberKind::kReal;
  const bool integer = type == typeid(int) || type == typeid(std::int64_t) ||
                       type == typeid(std::uint32_t) || type == typeid(std::uint64_t);
  return integer ? NumberKind::kInteger : NumberKind::kNone;
}

bool is_natural(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_finite_and_not_negative(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && std::isfinite(value) && !std::signbit(value);
}

// What an option accepts, where the name of its value says more than its type.
std::string range_of(const po::option_description& option, NumberKind kind) {
  const std::string value_name = option.format_parameter();
  if (value_name == "P" || value_name.starts_with("P ")) {
    return "a number between 0 and 1, for example 0.95";
  }
  if (value_name == "COUNT") return "an integer, 1 or more";
  return kind == NumberKind::kInteger ? "an integer, 0 or more" : "a number, 0 or more";
}

// Boost reads "-1" into an unsigned integer, and "nan" into a double.
void check_numbers(const CommandOptions& options, const po::parsed_options& parsed) {
  for (const po::option& given : parsed.options) {
    const auto* option = options.shown.find_nothrow(given.string_key, false);
    if (option == nullptr || given.value.empty()) continue;
    const NumberKind kind = number_kind(*option);
    const std::string& text = given.value.front();
    const bool fits = kind == NumberKind::kInteger ? is_natural(text)
                      : kind == NumberKind::kReal  ? is_finite_and_not_negative(text)
                                                   : true;
    if (fits) continue;
    fail("--{} {}: expected {}", given.string_key, in_quotes(text), range_of(*option, kind));
  }
}

// With "--" before the first word that is neither an option nor the value of one.
std::vector<std::string> with_options_ended(const CommandOptions& options,
                                            std::vector<std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") return arguments;
    if (!word.starts_with("-")) {
      arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(i), "--");
      return arguments;
    }
    if (!word.starts_with("--") || word.find('=') != std::string::npos) continue;
    const auto* option = options.shown.find_nothrow(word.substr(2), false);
    if (option != nullptr && option->semantic()->max_tokens() > 0) ++i;
  }
  return arguments;
}

}  // namespace

CommandOptions::CommandOptions(const Command& command) {
  shown.add_options()("help,h", "show this help");
  command.declare(*this);
}

void CommandOptions::argument(const char* name, bool many) {
  arguments.add_options()(name, po::value<std::vector<std::string>>());
  order.add(name, many ? -1 : 1);
}

void CommandOptions::command_line(const char* name) {
  argument(name, true);
  ends_in_command_line = true;
}

po::variables_map parse_arguments(const Command& command, const CommandOptions& options,
                                  const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(options.shown).add(options.arguments);
  po::variables_map given;
  try {
    // Only the shown options can be given by name.
    po::parsed_options parsed =
        po::command_line_parser(
            options.ends_in_command_line ? with_options_ended(options, arguments) : arguments)
            .options(options.shown)
            .positional(options.order)
            .style(po::command_line_style::unix_style ^ po::command_line_style::allow_guessing)
            .run();
    check_numbers(options, parsed);
    parsed.description = &all;
    po::store(parsed, given);
    po::notify(given);
  } catch (const po::unknown_option& unknown) {
    fail_unknown_option(command, options, unknown.get_option_name());
  } catch (const po::too_many_positional_options_error&) {
    fail("too many arguments; usage: polysweep {} {}", command.name, command.arguments);
  } catch (const po::error& wrong) {
    fail("{}; `polysweep {} --help` lists the options", wrong.what(), command.name);
  }
  return given;
}

std::string help_text(const Command& command) {
  std::ostringstream options;
  options << CommandOptions(command).shown;
  return fmt::format("usage: polysweep {} {}\n\n{}.\n\n{}\nexample:\n{}\n", command.name,
                     command.arguments, command.summary, options.str(), command.example);
}

void declare_store(CommandOptions& options) {
  options.shown.add_options()("store",
                              po::value<std::string>()->default_value("runs")->value_name("FOLDER"),
                              "folder of the journals, the database and the trials")(
      "database", po::value<std::string>()->value_name("FOLDER"),
      "folder of databases on a local disk, for a store on a network file system (default: "
      "$XDG_CACHE_HOME/polysweep/databases)");
}

void declare_json(CommandOptions& options) {
  options.shown.add_options()("json", po::bool_switch(), "print JSON instead of a table");
}

std::string text_or(const po::variables_map& given, const char* name,
                    const std::string& otherwise) {
  return given.count(name) > 0 ? given[name].as<std::string>() : otherwise;
}

std::vector<std::string> texts_of(const po::variables_map& given, const char* name) {
  return given.count(name) > 0 ? given[name].as<std::vector<std::string>>()
                               : std::vector<std::string>{};
}

std::string required_argument(const po::variables_map& given, const char* name, const char* what) {
  const std::vector<std::string> found = texts_of(given, name);
  if (found.empty()) fail("{} is missing: expected {}", upper_case(name), what);
  return found[0];
}

}  // namespace polysweep
