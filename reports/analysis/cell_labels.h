// How the cells of a sweep are named, styled and grouped, the same everywhere.
//
// A cell's label is its name and its context. The context are the factors that apply to every
// cell and that the baseline does not name (as the dimension where encodings are compared; without
// a baseline no drawn ones); the name are the others. Cells are compared within one context.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "framework/sweep/level_names.h"
#include "reports/text/cell_style.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct CellLabels {
  struct Cell {
    std::string label;  // name and context: "rope, dimension 64"
    std::string name;   // "legendre_position, order 16"
    std::size_t context_index = 0;
    // Colour and shape are those of the level of the colour factor, the baseline's
    // are 0 and 0; dashes distinguish cells of one level and context.
    CellStyle style;
  };
  std::vector<Cell> cells;                   // by index of SweepResults::cells
  std::string colour_factor;                 // its levels have the colours; "" for none
  std::vector<std::string> context_factors;  // in the sweep's order
  std::vector<std::string> contexts;         // in the order of the cells; "": no context
  std::map<std::string, LevelNames> levels;  // by factor

  // "dimension 64"; "" where there is none.
  const std::string& context(std::size_t cell) const;
  // "16", "4.64e-3": a level of a factor beside its name, at most `most` letters.
  std::string level(const std::string& factor, const Value& value, std::size_t most = 60) const;
  // "order 16", "rope": a level as it is shown beside others.
  std::string level_text(const std::string& factor, const Value& value) const;
};

// Linear in cells and levels.
CellLabels cell_labels(const SweepResults& results);

struct LabelParts {
  std::string name;
  std::string context;
};

// The parts of a cell's label, without the factor `without`.
LabelParts label_parts(const SweepResults& results, const CellLabels& labels, std::size_t cell,
                       const std::string& without);

}  // namespace polysweep
