#include <array>

#include "scoring/bleu.h"
#include "scoring/unicode_text.h"

namespace polysweep {

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }

// {-~  [-`  space-&  (-+  :-@  /
constexpr bool is_symbol(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

constexpr auto kIsSymbol = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c)
    table[static_cast<std::size_t>(c)] = is_symbol(static_cast<char>(c));
  return table;
}();

// No rewriting makes a text more than three times as long.
template <typename Write>
std::string rewritten(std::string_view text, Write write) {
  std::string out(3 * text.size(), '\0');
  char* end = write(text, out.data());
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

std::string space_symbols(std::string_view text) {
  return rewritten(text, [](std::string_view from, char* to) {
    for (const char c : from) {
      if (kIsSymbol[static_cast<unsigned char>(c)]) {
        *to++ = ' ';
        *to++ = c;
        *to++ = ' ';
      } else {
        *to++ = c;
      }
    }
    return to;
  });
}

// Rewrites each two bytes (a, b) with `matches(a, b)`, from the left, without
// overlap, as a b with spaces: before a, between the two, after b as asked for.
// Looking at bytes is enough: the only characters asked for by name are ASCII.
template <bool kBefore, bool kAfter, typename Matches>
std::string space_pairs(std::string_view text, Matches matches) {
  return rewritten(text, [&](std::string_view from, char* to) {
    std::size_t i = 0;
    while (i + 1 < from.size()) {
      if (!matches(from[i], from[i + 1])) {
        *to++ = from[i++];
        continue;
      }
      if (kBefore) *to++ = ' ';
      *to++ = from[i++];
      *to++ = ' ';
      *to++ = from[i++];
      if (kAfter) *to++ = ' ';
    }
    if (i < from.size()) *to++ = from[i];
    return to;
  });
}

}  // namespace

std::string tokenize_13a(std::string_view given) {
  std::string text(given);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  if (text.find('&') != std::string::npos) {
    replace_all(text, "&quot;", "\"");
    replace_all(text, "&amp;", "&");
    replace_all(text, "&lt;", "<");
    replace_all(text, "&gt;", ">");
  }
  text = space_symbols(" " + text + " ");
  if (text.find_first_of(".,") != std::string::npos) {
    text =
        space_pairs<false, true>(text, [](char x, char y) { return !is_digit(x) && is_stop(y); });
    text =
        space_pairs<true, false>(text, [](char x, char y) { return is_stop(x) && !is_digit(y); });
  }
  if (text.find('-') != std::string::npos) {
    text = space_pairs<false, true>(text, [](char x, char y) { return is_digit(x) && y == '-'; });
  }
  std::string out;
  out.reserve(text.size());
  for (const std::string_view word : split_words(text)) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

}  // namespace polysweep
