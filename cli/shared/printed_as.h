// --json and --csv of the commands that print one table.
#pragma once

#include "cli/shared/command.h"

namespace polysweep {

enum class PrintedAs { kTable, kJson, kCsv };

void declare_json_and_csv(CommandOptions& options);
// Throws Error where both were given.
PrintedAs printed_as(const po::variables_map& given);

}  // namespace polysweep
