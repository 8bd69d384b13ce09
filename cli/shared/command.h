// A command of polysweep: its name, its arguments and options, and what it does.
//
// Each file in cli/commands/ defines one Command; cli/commands/command_table.cc
// lists them. Help, completion and the manual page are made from these values.
#pragma once

#include <boost/program_options.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

namespace po = boost::program_options;

// The exit status of polysweep.
enum ExitCode : int {
  kExitComplete = 0,  // succeeded, and nothing is missing
  kExitMissing = 1,   // succeeded, but trials are missing or failed, or something differs
  kExitError = 2,     // failed; the message gives the reason
  kExitStopped = 3,   // stopped by a signal; the same command resumes
};

struct Command;

// What a command accepts.
struct CommandOptions {
  explicit CommandOptions(const Command& command);

  po::options_description shown{"Options"};  // --NAME
  po::options_description arguments;         // by position, under the names of `order`
  po::positional_options_description order;

  // Declares the next positional argument; `many`: it takes all that remain.
  void argument(const char* name, bool many = false);
  // Declares a command line as the last argument: from its first word on nothing is an
  // option of this command.
  void command_line(const char* name);
  bool ends_in_command_line = false;
};

struct Command {
  std::string_view name;
  std::string_view summary;    // one line
  std::string_view arguments;  // of the usage line: "FILE [name=value ...]"
  std::string_view example;    // complete command lines
  void (*declare)(CommandOptions& options);
  int (*run)(const po::variables_map& given);
  bool listed = true;  // false: for programs, not in the overview
};

// Options by name, and positional arguments under the names that they were
// declared with. An argument's name is not an option. Numeric options are finite
// and not negative. Throws Error that names the option and the nearest known one.
po::variables_map parse_arguments(const Command& command, const CommandOptions& options,
                                  const std::vector<std::string>& arguments);

// The text of `polysweep COMMAND --help`.
std::string help_text(const Command& command);

// --store and --json.
void declare_store(CommandOptions& options);
void declare_json(CommandOptions& options);

// An option or argument that may be absent.
std::string text_or(const po::variables_map& given, const char* name, const std::string& otherwise);
std::vector<std::string> texts_of(const po::variables_map& given, const char* name);
// Throws Error that says what is missing: "SWEEP is missing: expected `what`".
std::string required_argument(const po::variables_map& given, const char* name, const char* what);

}  // namespace polysweep
