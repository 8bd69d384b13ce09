// The commands of polysweep: what each is called, takes and does.
//
// A command is one file that defines one Command, and a row in the table of
// command.cc; help and completion are made from the same values.
#pragma once

#include <boost/program_options.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

namespace po = boost::program_options;

// What the shell is told.
enum ExitCode : int {
  kExitComplete = 0,  // done, and nothing is missing
  kExitMissing = 1,   // done, but trials are missing or failed, or something differs
  kExitError = 2,     // could not be done; the message says why
  kExitStopped = 3,   // stopped by a signal; run again to go on
};

struct Command;

// What a command takes: its options (shown), and its positional
// words (bound to options of the same names; the last takes all that is left).
struct CommandOptions {
  explicit CommandOptions(const Command& command);

  po::options_description shown{"Options"};
  po::options_description positional;
  po::positional_options_description order;

  // A word without dashes; `many`: all that are left.
  void word(const char* name, bool many = false);
};

struct Command {
  std::string_view name;
  std::string_view summary;  // one line
  std::string_view words;    // after the name: "FILE [name=value ...]"
  std::string_view example;  // lines a person can type
  void (*declare)(CommandOptions& options);
  int (*run)(const po::variables_map& given);
  bool listed = true;  // false: for programs, not in the overview
};

std::span<const Command> commands();

// Runs `polysweep ARGUMENTS...` and returns its exit status. Throws Error.
int run_command_line(const std::vector<std::string>& arguments);

// --store, --json, --worker, --data: the options that many commands share.
void declare_store(CommandOptions& options);
void declare_json(CommandOptions& options);
void declare_planning(CommandOptions& options);

// Options that may be left out.
std::string text_or(const po::variables_map& given, const char* name, const std::string& otherwise);
std::vector<std::string> texts_of(const po::variables_map& given, const char* name);
// Throws Error that says what the word is for.
std::string required_word(const po::variables_map& given, const char* name, const char* what);

extern const Command kPlanCommand;
extern const Command kRunCommand;
extern const Command kStopCommand;
extern const Command kStatusCommand;
extern const Command kListCommand;
extern const Command kShowCommand;
extern const Command kLogsCommand;
extern const Command kExplainCommand;
extern const Command kQueryCommand;
extern const Command kDiffCommand;
extern const Command kBestCommand;
extern const Command kCurveCommand;
extern const Command kExportCommand;
extern const Command kScoreCommand;
extern const Command kReportCommand;
extern const Command kFiguresCommand;
extern const Command kCompareCommand;
extern const Command kAblateCommand;
extern const Command kConvergenceCommand;
extern const Command kAuditCommand;
extern const Command kExperimentsCommand;
extern const Command kRetryCommand;
extern const Command kVerifyCommand;
extern const Command kGcCommand;
extern const Command kRebuildCommand;
extern const Command kJournalCommand;
extern const Command kCompletionCommand;
extern const Command kCompleteCommand;
extern const Command kManualCommand;
extern const Command kServeCommand;
extern const Command kWatchCommand;
extern const Command kCommandWorkerCommand;

}  // namespace polysweep
