#include "scoring/unicode_text.h"

#include "framework/core/error.h"
#include "tests/scoring/score_goldens.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Points = std::vector<std::uint32_t>;
using Views = std::vector<std::string_view>;

}  // namespace

TEST_CASE("text is code points", "[unicode]") {
  CHECK(code_points("aß€😀") == Points{'a', 0xDF, 0x20AC, 0x1F600});
  std::string back;
  for (const std::uint32_t point : code_points("aß€😀")) append_utf8(back, point);
  CHECK(back == "aß€😀");
  CHECK(code_points("").empty());
}

TEST_CASE("bytes that are not UTF-8 are named", "[unicode]") {
  CHECK_THROWS_WITH(code_points("ab\xff"), "not UTF-8: byte 0xff at byte 2 begins no character");
  for (const char* bad :
       {"\xC3", "\xE2\x82", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80"}) {
    CHECK_THROWS_AS(code_points(bad), Error);
  }
}

TEST_CASE("words and white space are Python's", "[unicode]") {
  CHECK(split_words(" a\tb\u00a0c\u3000d\x1f"
                    "e\u0085f\u2028 ") == Views{"a", "b", "c", "d", "e", "f"});
  CHECK(split_words("a\u200bb\ufeffc") == Views{"a\u200bb\ufeffc"});  // no white space
  CHECK(split_words(" \n").empty());
  CHECK(strip_right("a \u3000\u0085\n") == "a");
  CHECK(strip_right("a\u200b ") == "a\u200b");
  CHECK(strip_right(" ").empty());
}

TEST_CASE("lower case is Python's", "[unicode]") {
  REQUIRE(score_goldens()["lower_case"].size() > 400);
  for (const nlohmann::json& pair : score_goldens()["lower_case"]) {
    INFO(pair.dump());
    CHECK(lower_case(pair[0].get<std::string>()) == pair[1].get<std::string>());
  }
  CHECK(lower_case("AbC 1") == "abc 1");
}

}  // namespace polysweep
