#include "cli/shared/terminal_sanitizer.h"

#include "tests/support/catch.h"

using namespace polysweep;

TEST_CASE("a terminal gets colours of a log, and nothing that steers it", "[cli]") {
  TerminalSanitizer text;
  CHECK(text.safe("plain\n\ttext\r\033[1;31mred\033[0m \u00e9") ==
        "plain\n\ttext\r\033[1;31mred\033[0m \u00e9");
  CHECK(text.safe("a\033[2Jb\033]0;title\007c\bd") == "a?[2Jb?]0;title?c?d");
  CHECK(text.safe("\u009b2J") == "?2J");
  // Whatever the pieces are.
  std::string out;
  for (const char byte : std::string("\033[32mgreen\033[0m\u00e9\033[Hx")) {
    out += text.safe(std::string(1, byte));
  }
  CHECK(out == "\033[32mgreen\033[0m\u00e9?[Hx");
}
