// The training losses of the two cells that the paper compares.
#pragma once

#include <string>

#include "reports/analysis/sweep_analysis.h"
#include "reports/document/paper_curves.h"

namespace polysweep {

// Training loss against steps: a legendre_position cell beside the sinusoidal cell
// that is most like it, mean over seeds with the t interval. Empty, with the
// reason, where the sweep trains no translation or has no such two cells with curves.
MaybeFigure paper_loss_figure(const std::string& id, const SweepAnalysis& analysis);

}  // namespace polysweep
