// --json and --csv of commands that print one table.
#pragma once

#include "cli/shared/command.h"

namespace polysweep {

enum class OutputFormat { kTable, kJson, kCsv };

void declare_json_and_csv(CommandOptions& options);
// Throws Error if both were given.
OutputFormat output_format(const po::variables_map& given);

}  // namespace polysweep
