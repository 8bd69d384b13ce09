#include "reports/text/cell_style.h"

namespace polysweep {

CellStyle numbered_style(std::size_t index) {
  constexpr std::size_t kColours = kCellColourCount - 1;
  constexpr std::size_t kShapes = kCellShapeCount - 1;
  return {static_cast<int>(1 + index % kColours),
          static_cast<int>(1 + (index + index / kColours) % kShapes), 1};
}

}  // namespace polysweep
