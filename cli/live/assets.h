// The files in assets/, which the build embeds (cmake/assets.cmake).
#pragma once

#include <string_view>

namespace polysweep {

extern const std::string_view kLiveCss;
extern const std::string_view kLiveHtml;  // the body
extern const std::string_view kLiveJs;

}  // namespace polysweep
