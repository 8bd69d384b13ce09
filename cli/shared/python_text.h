// Texts and calls in the source of a Python script, as far as they can be read without
// running it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

bool is_python_word(char c);

// A string literal.
struct PythonLiteral {
  std::string_view text;                     // without its quotes, escapes as written
  bool formatted = false;                    // f"..."
  std::size_t end = std::string_view::npos;  // behind it; npos: none, or it does not end
};

// The one that begins at `at`, its prefix included.
PythonLiteral python_literal(std::string_view script, std::size_t at);

// The text of an expression that is one plain literal, or several joined ones.
std::optional<std::string> python_text(std::string_view expression);

// The script without its comments and without texts that stand alone, such as docstrings.
std::string without_comments(std::string_view script);

struct PythonCall {
  std::size_t at = 0;                  // where the function's name begins
  std::vector<std::string> arguments;  // their text: "epoch", "flush=True"
};

// The calls of `function` (".add_argument": of any object), in order. `script` is
// without comments. A call is read for 4 KiB; what of it follows is left out.
std::vector<PythonCall> python_calls(std::string_view script, std::string_view function);

// The parts between commas of a list, dictionary or call whose text begins behind its bracket;
// cut as a call.
std::vector<std::string> python_items(std::string_view script, std::size_t at);

// "sep" of "sep=' '"; "" where the argument has no keyword.
std::string keyword_of(std::string_view argument);

// The expression given for `keyword`, or without any keyword as argument number `position`;
// "" where there is none.
std::string argument_of(const std::vector<std::string>& arguments, std::string_view keyword,
                        std::size_t position = std::string_view::npos);

}  // namespace polysweep
