#include "cli/commands/command_table.h"

#include <fmt/format.h>

#include <set>

#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

std::vector<Command> table() {
  return {
      kInitCommand,           //
      kPlanCommand,           //
      kTryCommand,            //
      kPowerCommand,          //
      kRunCommand,            //
      kSubmitCommand,         //
      kPilotsCommand,         //
      kPilotCommand,          //
      kClusterCommand,        //
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
      kHelpCommand,           //
      kCompletionCommand,     //
      kCompleteCommand,       //
      kManualCommand,         //
      kCommandWorkerCommand,  //
  };
}

std::vector<Command> checked(std::vector<Command> commands_in_order) {
  std::set<std::string_view> names;
  for (const Command& command : commands_in_order) {
    check(command.declare != nullptr && command.run != nullptr, "a command can be run");
    check(names.insert(command.name).second, "no two commands have the same name");
  }
  return commands_in_order;
}

void print_overview() {
  fmt::print(
      "polysweep {}: plans, runs and reports reproducible sweeps of training jobs\n\n"
      "usage: polysweep COMMAND [arguments] [--options]\n\n",
      version());
  for (const Command& command : commands()) {
    if (command.listed) fmt::print("  {:<12} {}\n", command.name, command.summary);
  }
  fmt::print(
      "\n`polysweep help COMMAND` shows the options of a command and an example.\n"
      "exit status: 0 nothing is missing, 1 something is missing or failed, 2 error, 3 stopped\n");
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> all = checked(table());
  return all;
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    if (command.listed) names.emplace_back(command.name);
  }
  fail("unknown command {}{}; `polysweep --help` lists the commands", in_quotes(name),
       suggestion(name, names));
}

int run_command_line(const std::vector<std::string>& arguments) {
  const bool overview = arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
                        (arguments[0] == "help" && arguments.size() == 1);
  if (overview) {
    print_overview();
    return arguments.empty() ? kExitError : kExitComplete;
  }
  if (arguments[0] == "--version") {
    fmt::print("polysweep {}\n", build_digest());
    return kExitComplete;
  }
  const Command& command = find_command(arguments[0]);
  const CommandOptions options(command);
  const po::variables_map given =
      parse_arguments(command, options, {arguments.begin() + 1, arguments.end()});
  if (given.count("help") > 0) {
    fmt::print("{}", help_text(command));
    return kExitComplete;
  }
  return command.run(given);
}

}  // namespace polysweep
