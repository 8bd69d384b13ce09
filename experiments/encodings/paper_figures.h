// The six figures of the paper on PoPE (Aggarwal 2024, arXiv:2405.04585), described for
// `polysweep figures --paper`.
#pragma once

#include <string>
#include <vector>

namespace polysweep {

// JSON in the form of reports/figures/paper_figures.h. `arguments` are name=value, for
// what the paper leaves open: positions (50) and dimension (128) of the maps, heads (4),
// head (0: whose map of the polynomial table is drawn), offset (1: the degree at the first
// position, 0 or 1), grid (paper: the arguments of the polynomials). Throws Error for an
// unknown name and for a value that does not fit.
std::string paper_figures_json(const std::vector<std::string>& arguments);

}  // namespace polysweep
