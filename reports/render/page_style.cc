// The page's style sheet: rules for columns, then assets/*.css.
#include <fmt/format.h>

#include "reports/render/assets.h"
#include "reports/render/report_format.h"

namespace polysweep {

namespace {

constexpr int kStyledColumns = 40;

// Columns are styled by their position, so that the fields of long tables need
// no class each.
std::string column_rules() {
  std::string rules;
  for (int i = 1; i <= kStyledColumns; ++i) {
    rules += fmt::format(
        ".r{0} tr>:nth-child({0}){{text-align:right;padding-left:var(--gap)}}"
        ".r{0} td:nth-child({0}){{white-space:var(--number)}}"
        ".c{0} tr>:nth-child({0}){{text-align:center}}"
        ".w{0} td:nth-child({0}){{white-space:nowrap}}"
        ".s{0} tr>:nth-child({0}){{white-space:var(--short);min-width:var(--short-width)}}"
        ".l{0} tr>:nth-child({0}){{min-width:var(--long-width);max-width:46rem;"
        "overflow-wrap:break-word}}\n",
        i);
  }
  return rules;
}

}  // namespace

const std::string& page_style() {
  static const std::string style =
      column_rules() + std::string(kReportCss) + std::string(kSearchCss);
  return style;
}

}  // namespace polysweep
