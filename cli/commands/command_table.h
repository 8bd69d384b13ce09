// All commands of polysweep.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/shared/command.h"

namespace polysweep {

// Each is defined by the file of its name.
extern const Command kInitCommand;
extern const Command kPlanCommand;
extern const Command kTryCommand;
extern const Command kPowerCommand;
extern const Command kRunCommand;
extern const Command kStopCommand;
extern const Command kSubmitCommand;
extern const Command kPilotsCommand;
extern const Command kPilotCommand;
extern const Command kClusterCommand;
extern const Command kStatusCommand;
extern const Command kListCommand;
extern const Command kShowCommand;
extern const Command kLogsCommand;
extern const Command kExplainCommand;
extern const Command kDiffCommand;
extern const Command kQueryCommand;
extern const Command kBestCommand;
extern const Command kCurveCommand;
extern const Command kReportCommand;
extern const Command kFiguresCommand;
extern const Command kCompareCommand;
extern const Command kAblateCommand;
extern const Command kConvergenceCommand;
extern const Command kAuditCommand;
extern const Command kExportCommand;
extern const Command kScoreCommand;
extern const Command kExperimentsCommand;
extern const Command kRetryCommand;
extern const Command kVerifyCommand;
extern const Command kRebuildCommand;
extern const Command kGcCommand;
extern const Command kJournalCommand;
extern const Command kWatchCommand;
extern const Command kServeCommand;
extern const Command kHelpCommand;
extern const Command kCompletionCommand;
extern const Command kCompleteCommand;
extern const Command kManualCommand;
extern const Command kCommandWorkerCommand;

// In the order of the overview.
std::span<const Command> commands();

// Throws Error that names the nearest command.
const Command& find_command(const std::string& name);

// Runs `polysweep ARGUMENTS...` and returns its exit status. Throws Error.
int run_command_line(const std::vector<std::string>& arguments);

}  // namespace polysweep
