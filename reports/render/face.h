// The faces of a report. Adding one: a file that defines its function, a row in
// the table of face.cc.
//
// Internal to reports; callers use render_report().
#pragma once

#include <string>

#include "reports/document/report.h"

namespace polysweep {

// The outcome of drawing one figure: its SVG, or why there is none.
struct Drawn {
  std::string svg;     // finished_svg()
  std::string reason;  // "" where it was drawn
};
Drawn drawn(const Figure& figure, const Draw& draw);

std::string html_page(const Report& report, const Draw& draw);
std::string markdown_page(const Report& report, const Draw& draw);
std::string text_page(const Report& report, const Draw& draw);
std::string latex_page(const Report& report, const Draw& draw, PageParts& parts);

// The page's style sheet and its only script, as they stand in it; the script
// ends with page_figures().
const std::string& page_style();
const std::string& page_script();
const std::string& page_figures();

}  // namespace polysweep
