#include "cli/shared/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/core/suggestion.h"

namespace polysweep {
namespace {

// In the order of the overview.
const std::vector<Command>& table() {
  static const std::vector<Command> commands_in_order = {
      kPlanCommand,           //
      kRunCommand,            //
      kStopCommand,           //
      kStatusCommand,         //
      kListCommand,           //
      kShowCommand,           //
      kLogsCommand,           //
      kExplainCommand,        //
      kDiffCommand,           //
      kQueryCommand,          //
      kBestCommand,           //
      kCurveCommand,          //
      kReportCommand,         //
      kFiguresCommand,        //
      kCompareCommand,        //
      kAblateCommand,         //
      kConvergenceCommand,    //
      kAuditCommand,          //
      kExportCommand,         //
      kScoreCommand,          //
      kExperimentsCommand,    //
      kRetryCommand,          //
      kVerifyCommand,         //
      kRebuildCommand,        //
      kGcCommand,             //
      kJournalCommand,        //
      kWatchCommand,          //
      kServeCommand,          //
      kCompletionCommand,     //
      kCompleteCommand,       //
      kManualCommand,         //
      kCommandWorkerCommand,  //
  };
  return commands_in_order;
}

void print_overview() {
  fmt::print(
      "polysweep {}: plans, runs and reports reproducible sweeps of training jobs\n\n"
      "usage: polysweep COMMAND [words] [--options]\n\n",
      version());
  for (const Command& command : commands()) {
    if (command.listed) fmt::print("  {:<12} {}\n", command.name, command.summary);
  }
  fmt::print(
      "\npolysweep COMMAND --help shows a command's options and an example.\n"
      "exit status: 0 nothing is missing, 1 something is missing or failed, 2 error, 3 stopped\n");
}

void print_help(const Command& command, const CommandOptions& options) {
  std::ostringstream shown;
  shown << options.shown;
  fmt::print("usage: polysweep {} {}\n\n{}.\n\n{}\nexample:\n{}\n", command.name, command.words,
             command.summary, shown.str(), command.example);
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    if (command.listed) names.emplace_back(command.name);
  }
  fail("'{}' is no command{}; `polysweep --help` lists them", name.substr(0, 60),
       suggestion(name, names));
}

po::variables_map parse(const Command& command, const CommandOptions& options,
                        const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(options.shown).add(options.positional);
  po::variables_map given;
  try {
    po::store(
        po::command_line_parser(arguments)
            .options(all)
            .positional(options.order)
            .style(po::command_line_style::unix_style ^ po::command_line_style::allow_guessing)
            .run(),
        given);
    po::notify(given);
  } catch (const po::error& wrong) {
    fail("{}; `polysweep {} --help` shows what it takes", wrong.what(), command.name);
  }
  return given;
}

}  // namespace

CommandOptions::CommandOptions(const Command& command) {
  shown.add_options()("help,h", "show this");
  command.declare(*this);
}

void CommandOptions::word(const char* name, bool many) {
  positional.add_options()(name, po::value<std::vector<std::string>>());
  order.add(name, many ? -1 : 1);
}

std::span<const Command> commands() { return table(); }

int run_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help") {
    print_overview();
    return arguments.empty() ? kExitError : kExitComplete;
  }
  if (arguments[0] == "--version") {
    fmt::print("polysweep {}\n", build_digest());
    return kExitComplete;
  }
  const Command& command = find_command(arguments[0]);
  const CommandOptions options(command);
  const po::variables_map given = parse(command, options, {arguments.begin() + 1, arguments.end()});
  if (given.count("help") > 0) {
    print_help(command, options);
    return kExitComplete;
  }
  return command.run(given);
}

void declare_store(CommandOptions& options) {
  options.shown.add_options()("store",
                              po::value<std::string>()->default_value("runs")->value_name("FOLDER"),
                              "folder of the journals, the database and the trials");
}

void declare_json(CommandOptions& options) {
  options.shown.add_options()("json", po::bool_switch(), "print JSON instead of a table");
}

void declare_planning(CommandOptions& options) {
  options.shown.add_options()("data", po::value<std::string>()->value_name("FOLDER"),
                              "folder of the data files that the experiment reads")(
      "worker", po::value<std::string>()->value_name("PROGRAM"),
      "the worker program (default: polysweep-worker beside polysweep)");
}

std::string text_or(const po::variables_map& given, const char* name,
                    const std::string& otherwise) {
  return given.count(name) > 0 ? given[name].as<std::string>() : otherwise;
}

std::vector<std::string> texts_of(const po::variables_map& given, const char* name) {
  return given.count(name) > 0 ? given[name].as<std::vector<std::string>>()
                               : std::vector<std::string>{};
}

std::string required_word(const po::variables_map& given, const char* name, const char* what) {
  const std::vector<std::string> words = texts_of(given, name);
  if (words.empty()) fail("{} is missing: give {}", name, what);
  return words[0];
}

}  // namespace polysweep
