// The training losses of the two cells that the paper compares.
#pragma once

#include <optional>
#include <string>

#include "reports/analysis/sweep_analysis.h"
#include "reports/figures/figure.h"

namespace polysweep {

// Training loss against steps: a legendre_position cell beside the sinusoidal cell
// that is most like it, mean over seeds with the t interval. Empty, with the
// reason, where the sweep trains no translation or has no such two cells with curves.
struct MaybeFigure {
  std::optional<Figure> figure;
  std::string reason;
};
MaybeFigure paper_loss_figure(const std::string& id, const SweepAnalysis& analysis);

}  // namespace polysweep
