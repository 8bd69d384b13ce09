// The page's only script, from assets/*.js.
#include "reports/render/assets.h"
#include "reports/render/report_format.h"

namespace polysweep {

const std::string& page_script() {
  static const std::string script = [] {
    std::string all;
    for (const std::string_view part :
         {kTablesJs, kDrawingJs, kForestJs, kCurvesJs, kParallelJs, kFiguresJs}) {
      all += part;
    }
    return all;
  }();
  return script;
}

}  // namespace polysweep
