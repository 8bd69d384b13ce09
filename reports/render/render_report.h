// Renders a report in one of its formats.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reports/document/report.h"
#include "reports/render/page_parts.h"

namespace polysweep {

// A report as one text. `format` is a name of format_names(): "html" is one page that
// needs no network, "markdown" is GitHub's, "text" is for a terminal, "latex" a
// document whose tables and figures become `parts` (nullptr: they are dropped). `draw`
// is used by formats that show figures; where it is empty or throws Error, the page
// says why the figure is not drawn and shows its numbers. Throws Error for an unknown
// format.
std::string render_report(const Report& report, std::string_view format, const Draw& draw = {},
                          PageParts* parts = nullptr);
std::vector<std::string> format_names();

// The format "text", for a terminal of `width` columns (else 100). Files and commands
// are shown as they are, however long their lines.
std::string text_report(const Report& report, std::size_t width);

}  // namespace polysweep
