// The head of a sweep on a cluster: plans it, submits pilots, and watches.
#pragma once

#include <string>

#include "cli/shared/command.h"
#include "cli/shared/plan_from_file.h"
#include "runners/cluster/pilot_supply.h"

namespace polysweep {

// --cluster NAME.
void declare_cluster(CommandOptions& options);

// The cluster file of --cluster: beside the sweep file, or the user's.
struct NamedCluster {
  ClusterSpec spec;
  std::string text;
};
NamedCluster named_cluster(const std::string& name, const std::filesystem::path& sweep_folder);

// Records the plan and what its trials run in the store, then submits as many pilots as
// there is work for, and returns an exit status. Throws Error.
int submit_pilots(const po::variables_map& given, const PlanFromFile& planned);
// The same, then shows the sweep until it is complete, no pilot is left, or a signal comes,
// after which the pilots continue.
int run_on_cluster(const po::variables_map& given, const PlanFromFile& planned);

// Why Slurm will never start a job that waits for this reason; "" if it may.
std::string hopeless_reason(const std::string& reason);

}  // namespace polysweep
