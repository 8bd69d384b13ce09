// The curves of a paper's figure, from the cells of a sweep.
#pragma once

#include <optional>
#include <string>

#include "reports/analysis/sweep_analysis.h"
#include "reports/figures/figure.h"
#include "reports/figures/paper_figures.h"

namespace polysweep {

struct MaybeFigure {
  std::optional<Figure> figure;
  std::string reason;  // why there is none; "" where there is
};

// Mean over replicates with the t interval, a line for each cell that `figure` (of kind
// kCurves) asks for. None, with the reason, where the sweep is of another experiment or
// has no such cells with done trials and curves.
MaybeFigure paper_curves_figure(const PaperFigure& figure, const SweepAnalysis& analysis);

}  // namespace polysweep
