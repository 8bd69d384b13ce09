// Exports to an MLflow tracking server, over its REST interface. For results/*.cc
// alone.
//
// The experiment is made under a temporary name and gets the sweep's when all
// runs are there; a failure deletes it. Run ids are the server's: the tag
// polysweep.trial says which trial a run is.
#pragma once

#include <memory>

#include "results/export/exporter.h"

namespace polysweep {

std::unique_ptr<Exporter> mlflow_server_exporter(const ExportRequest& request);

}  // namespace polysweep
