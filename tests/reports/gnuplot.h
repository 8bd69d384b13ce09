// gnuplot, run as the program runs it: a script in, SVG out.
#pragma once

#include "reports/figures/figure.h"

namespace polysweep {

// Empty where there is no gnuplot on this machine.
Draw gnuplot();

}  // namespace polysweep
