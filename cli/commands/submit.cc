// polysweep submit: pilots of a sweep, as jobs of a cluster.
#include "cli/commands/command_table.h"
#include "cli/shared/cluster_head.h"
#include "cli/shared/host_configuration.h"
#include "cli/shared/plan_from_file.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

void declare_submit(CommandOptions& options) {
  declare_store(options);
  declare_cluster(options);
  declare_planning(options);
  declare_selection(options);
  declare_slots(options);
  declare_host(options);
  options.shown.add_options()(
      "lease", po::value<double>()->value_name("SECONDS"),
      "others take over the trials of a pilot that is silent for this time (default: 30, on a "
      "network file system 120)")("breaker", po::value<int>()->default_value(5)->value_name("K"),
                                  "as of `polysweep run`, for each pilot");
  options.argument("file");
  options.argument("overrides", true);
}

int run_submit(const po::variables_map& given) {
  if (given.count("cluster") == 0)
    fail("--cluster is missing: expected the name of a cluster file");
  return submit_pilots(given, plan_from_file(given, "submit"));
}

}  // namespace

const Command kSubmitCommand = {
    "submit",
    "Submits pilots that run the pending trials of a sweep on a Slurm cluster, and returns",
    "FILE --cluster NAME [name=value ... --as NAME] [--code DIGEST] [--data FOLDER]",
    "  polysweep submit my_sweep.toml --cluster gpu --store /shared/runs",
    declare_submit,
    run_submit,
};

}  // namespace polysweep
