// Figures drawn by gnuplot, as a program of its own.
#pragma once

#include "reports/figures/figure.h"

namespace polysweep {

// Runs gnuplot on a script in a temporary file. Throws Error where gnuplot is
// not installed or complains.
Draw gnuplot_drawing();

}  // namespace polysweep
