// The formats of a report. Adding one: a file that defines its function, a row in
// the table of render_report.cc.
//
// Internal to reports; callers use render_report().
#pragma once

#include <string>
#include <vector>

#include "reports/document/report.h"
#include "reports/render/page_parts.h"

namespace polysweep {

std::string html_page(const Report& report, const Draw& draw);
std::string markdown_page(const Report& report, const Draw& draw);
std::string text_page(const Report& report, const Draw& draw);
std::string latex_page(const Report& report, const Draw& draw, PageParts& parts);

// "24 trials of 24 done; no missing values; ...".
std::string badges_text(const std::vector<Badge>& badges);

// The page's style sheet and its only script, as they are in it.
const std::string& page_style();
const std::string& page_script();

}  // namespace polysweep
