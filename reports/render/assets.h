// The files in assets/, which the build embeds (cmake/assets.cmake).
#pragma once

#include <string_view>

namespace polysweep {

// Concatenated in this order.
extern const std::string_view kReportCss;
extern const std::string_view kSearchCss;
// Concatenated in this order.
extern const std::string_view kTablesJs;
extern const std::string_view kDrawingJs;
extern const std::string_view kForestJs;
extern const std::string_view kCurvesJs;
extern const std::string_view kParallelJs;
extern const std::string_view kFiguresJs;

}  // namespace polysweep
