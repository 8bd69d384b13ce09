// Figures of a command, written to the file of --out.
#pragma once

#include <vector>

#include "cli/shared/command.h"
#include "reports/figures/figure.h"

namespace polysweep {

// Writes the figures to the file of --out, if it was given, as SVG or PDF by
// its ending. Several figures are numbered: F-1.svg, F-2.svg. Prints the paths to
// standard error. Throws Error for another ending, and where there are no figures.
void write_figures(const po::variables_map& given, const std::vector<Figure>& figures);

}  // namespace polysweep
