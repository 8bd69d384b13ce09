#include "cli/shared/output_format.h"

#include "framework/core/error.h"

namespace polysweep {

void declare_json_and_csv(CommandOptions& options) {
  declare_json(options);
  options.shown.add_options()("csv", po::bool_switch(), "print CSV");
}

OutputFormat output_format(const po::variables_map& given) {
  const bool json = given["json"].as<bool>();
  const bool csv = given["csv"].as<bool>();
  if (json && csv) fail("--json and --csv exclude each other; give one of them");
  if (json) return OutputFormat::kJson;
  return csv ? OutputFormat::kCsv : OutputFormat::kTable;
}

}  // namespace polysweep
