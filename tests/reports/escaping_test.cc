#include "reports/text/escaping.h"

#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("clean text is valid UTF-8 without control characters", "[escaping]") {
  CHECK(clean_text("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xB2\n\ttab") ==
        "plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xB2\n\ttab");
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(clean_text(std::string("a\0b", 3)) == "a" + bad + "b");
  CHECK(clean_text("\x1b[31mred") == bad + "[31mred");
  CHECK(clean_text("\xFF\xC0\xAF") == bad + bad + bad);            // never UTF-8; overlong
  CHECK(clean_text("\xED\xA0\x80") == bad + bad + bad);            // a surrogate
  CHECK(clean_text("\xE2\x82") == bad + bad);                      // cut off
  CHECK(clean_text("abc\xE2\x80\xAEgnp") == "abc" + bad + "gnp");  // right to left
  CHECK(clean_text("line\r\nline") == "line\nline");
}

TEST_CASE("texts cannot leave their place in HTML", "[escaping]") {
  CHECK(html_escaped("<a href=\"x\">'&'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  for (const auto& name : kHostileNames) {
    CHECK(html_escaped(name).find_first_of("<>\"'") == std::string::npos);
  }
}

TEST_CASE("texts cannot leave their place in Markdown", "[escaping]") {
  CHECK(markdown_escaped("a|b\nc") == "a&#124;b c");
  CHECK(markdown_escaped("legendre_position") == "legendre_position");
  CHECK(markdown_escaped("_emphasis_ (_too_)") == "\\_emphasis\\_ (\\_too\\_)");
  CHECK(markdown_escaped("# `x` *y* [z](http://w)") == "\\# \\`x\\` \\*y\\* \\[z\\](http&#58;//w)");
  CHECK(markdown_escaped("<b> & @name") == "&lt;b&gt; &amp; &#64;name");
}

TEST_CASE("base64 equals the RFC's examples", "[escaping]") {
  // RFC 4648, section 10.
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("long texts are cut between code points", "[escaping]") {
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdefg", 6) == "abc...");
  CHECK(shortened("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 4) == "\xC3\xA9...");
  CHECK(shortened(std::string(1000000, 'x'), 60).size() == 60);
  CHECK(text_length("\xC3\xA9\xE2\x82\xACz") == 3);
}

}  // namespace polysweep
