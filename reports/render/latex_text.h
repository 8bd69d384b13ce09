// Texts made safe for LaTeX with its oldest fonts (OT1), and tables of booktabs.
#pragma once

#include <string>
#include <string_view>

#include "reports/text/table.h"

namespace polysweep {

// On one line, every character that LaTeX acts upon escaped. Letters of Latin-1
// stay; other characters beyond ASCII become their number ("U+4E2D").
std::string latex_escaped(std::string_view text);

// Lines in a typewriter's font, their spaces and breaks kept.
std::string latex_listing(std::string_view text);

// A table environment with caption, label and notes, scaled down where it is too
// wide; a longtable where it has more rows than fit a page. Needs booktabs,
// longtable and graphicx.
std::string table_latex(const Table& table);

}  // namespace polysweep
