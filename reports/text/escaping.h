// Texts escaped for their context. Input may be any bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polysweep {

// Valid UTF-8: what is not, and control characters but newline and tab, become
// U+FFFD. So do characters that turn the direction of writing.
std::string clean_text(std::string_view text);

// For HTML text and quoted attributes: clean, with & < > " ' escaped.
std::string html_escaped(std::string_view text);

// For a line of Markdown or a table cell: clean, one line, everything that could
// start HTML, code, a link, emphasis or a new table cell escaped.
std::string markdown_escaped(std::string_view text);

// For a terminal: clean, on one line, no escape sequences.
std::string terminal_escaped(std::string_view text);

// An argument of a shell's command line: plain where possible, else in single quotes.
std::string shell_escaped(std::string_view text);

std::string base64(std::string_view bytes);

// At most `most` code points; a longer text ends in "...", cut between code points.
std::string shortened(std::string_view text, std::size_t most);

// Code points of valid UTF-8.
std::size_t text_length(std::string_view text);

}  // namespace polysweep
