#include "framework/core/utf8.h"

#include "framework/core/name_rule.h"
#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("code points are those of RFC 3629", "[utf8]") {
  const auto value_of = [](std::string_view bytes) { return first_code_point(bytes).value; };
  CHECK(value_of("a") == 'a');
  CHECK(value_of("\xc3\xa4") == 0xe4);
  CHECK(value_of("\xe2\x82\xac") == 0x20ac);
  CHECK(value_of("\xf0\x9f\x90\x95 dog") == 0x1f415);
  CHECK(first_code_point("\xf0\x9f\x90\x95 dog").size == 4);
  // A continuation, an overlong form, a surrogate, beyond U+10FFFF, cut short.
  for (const char* bytes : {"\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    INFO(bytes);
    CHECK(first_code_point(bytes).size == 0);
    CHECK(utf8_sequence(bytes) == 0);
    CHECK_FALSE(is_utf8(bytes));
  }
  CHECK(first_code_point("").size == 0);
}

TEST_CASE("a text is cut between code points", "[utf8]") {
  const std::string text = "a\xc3\xa4\xe2\x82\xac";  // 1, 2 and 3 bytes
  CHECK(utf8_length(text) == 3);
  const std::vector<std::size_t> expected = {0, 1, 1, 3, 3, 3, 6, 6};
  for (std::size_t limit = 0; limit < expected.size(); ++limit) {
    INFO(limit);
    CHECK(utf8_cut(text, limit) == expected[limit]);
    CHECK(is_utf8(text.substr(0, utf8_cut(text, limit))));
  }
}

TEST_CASE("a name has the alphabet of names", "[utf8]") {
  for (const char* name : {"a", "0", "learning_rate", "v1.2-b"}) CHECK(is_name(name));
  for (const char* name : {"", "a b", "a=b", "\xc3\xa4", "a/b"}) CHECK_FALSE(is_name(name));
  CHECK(is_name(std::string(kMaxNameBytes, 'x')));
  CHECK_FALSE(is_name(std::string(kMaxNameBytes + 1, 'x')));
}

}  // namespace polysweep
