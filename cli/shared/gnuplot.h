// Figures drawn by the program gnuplot.
#pragma once

#include "reports/figures/figure.h"

namespace polysweep {

// Runs gnuplot on a script in a temporary file. Throws Error if gnuplot is not
// installed or fails.
Draw gnuplot_drawing();

}  // namespace polysweep
