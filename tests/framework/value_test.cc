#include "framework/sweep/value.h"

#include <rapidcheck.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "framework/core/error.h"
#include "framework/core/utf8.h"
#include "framework/sweep/value_reader.h"
#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("reals are written as Python's repr writes them", "[value]") {
  CHECK(Value(3.0).canonical() == "3.0");
  CHECK(Value(1e-5).canonical() == "1e-05");
  CHECK(Value(0.0001).canonical() == "0.0001");
  CHECK(Value(0.00012345).canonical() == "0.00012345");
  CHECK(Value(0.1).canonical() == "0.1");
  CHECK(Value(1.0 / 3).canonical() == "0.3333333333333333");
  CHECK(Value(100.25).canonical() == "100.25");
  CHECK(Value(1e15).canonical() == "1000000000000000.0");
  CHECK(Value(1e16).canonical() == "1e+16");
  CHECK(Value(123456789012345680.0).canonical() == "1.2345678901234568e+17");
  CHECK(Value(9007199254740993.0).canonical() == "9007199254740992.0");
  CHECK(Value(-2.5e-7).canonical() == "-2.5e-07");
  CHECK(Value(5e-324).canonical() == "5e-324");
  CHECK(Value(1.7976931348623157e308).canonical() == "1.7976931348623157e+308");
  CHECK(Value(-0.0).canonical() == "0.0");
  CHECK(Value(-0.0) == Value(0.0));
}

TEST_CASE("the other types are written as JSON", "[value]") {
  CHECK(Value(true).canonical() == "true");
  CHECK(Value(-3).canonical() == "-3");
  CHECK(Value(std::numeric_limits<std::int64_t>::min()).canonical() == "-9223372036854775808");
  CHECK(Value("rope").canonical() == "\"rope\"");
  CHECK(Value("a\"b\\c\n\x01/é").canonical() == "\"a\\\"b\\\\c\\n\\u0001/é\"");
  CHECK(Value("rope").display() == "rope");
  CHECK(Value(3.0).display() == "3.0");
}

TEST_CASE("what is no value is refused", "[value]") {
  CHECK_THROWS_WITH(Value(std::nan("")), "nan is not a value; a real number must be finite");
  CHECK_THROWS_WITH(Value(-std::numeric_limits<double>::infinity()),
                    "-inf is not a value; a real number must be finite");
  CHECK_THROWS_WITH(Value(std::string("a\0b", 3)), "the text 'a\\x00b' contains a NUL");
  CHECK_THROWS_WITH(Value("\xc0\xaf"), "the text '\\xc0\\xaf' is not UTF-8");
  CHECK_THROWS_WITH(type_from_name("float"),
                    "unknown type 'float'; known: boolean, integer, real, text, structured");
}

TEST_CASE("a value is asked for in its own type", "[value]") {
  CHECK(Value(3).real() == 3.0);
  CHECK_THROWS_AS(Value(3.0).integer(), std::logic_error);
  CHECK_THROWS_AS(Value("3").real(), std::logic_error);
  CHECK_THROWS_AS(Value(1).boolean(), std::logic_error);
  CHECK_THROWS_AS(Value(1).text(), std::logic_error);
}

TEST_CASE("values are ordered by type, then by value", "[value]") {
  CHECK(Value(true) < Value(-5));
  CHECK(Value(5) < Value(-1.0));
  CHECK(Value(1e300) < Value(""));
  CHECK(Value(-1.5) < Value(2.0));
  CHECK(Value("a") < Value("b"));
}

TEST_CASE("JSON that is not one value is refused", "[value]") {
  for (const char* json : {"", "[1", "{]", "01", "nan", "tru", "\"a", " 1", "1 ", "1,2", "1e999",
                           "9223372036854775808", "-9223372036854775809", "99999999999999999999",
                           "\"\xff\"", "\"\\u0000\""}) {
    INFO(json);
    CHECK_THROWS_AS(value_from_json(json), Error);
  }
  CHECK_THROWS_WITH(value_from_json("99999999999999999999"),
                    "cannot read '99999999999999999999' as JSON values: "
                    "an integer beyond 64 bits");
  CHECK_THROWS_WITH(value_from_json("1 "), "'1 ' is not one JSON value");
}

TEST_CASE("words of a command line are values", "[value]") {
  CHECK(value_from_argument("true") == Value(true));
  CHECK(value_from_argument("3") == Value(3));
  CHECK(value_from_argument("-3") == Value(-3));
  CHECK(value_from_argument("3e6") == Value(3e6));
  CHECK(value_from_argument(".5") == Value(0.5));
  CHECK(value_from_argument("rope") == Value("rope"));
  CHECK(value_from_argument("\"3\"") == Value("3"));
  CHECK(value_from_argument("'true'") == Value("true"));
  CHECK(value_from_argument("nan") == Value("nan"));
  CHECK(value_from_argument("inf") == Value("inf"));
  CHECK(value_from_argument("1-2") == Value("1-2"));
  CHECK(value_from_argument("0x10") == Value("0x10"));
  CHECK(value_from_argument("") == Value(""));
}

TEST_CASE("every canonical text reads back to the same value", "[value]") {
  CHECK(rc::check("integers", [](std::int64_t value) {
    RC_ASSERT(value_from_json(Value(value).canonical()) == Value(value));
  }));
  CHECK(rc::check("reals, by their bits", [](std::uint64_t bits) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    RC_PRE(std::isfinite(value));
    const std::string text = Value(value).canonical();
    RC_ASSERT(value_from_json(text) == Value(value));
    RC_ASSERT(value_from_json(text).type() == ValueType::kReal);
  }));
  CHECK(rc::check("reals of everyday size", [](std::int32_t digits) {
    const double value = digits / 1000.0;
    RC_ASSERT(value_from_json(Value(value).canonical()) == Value(value));
  }));
  const std::vector<std::string> pieces = {"a",    "\"",   "\\", "/", "\n",
                                           "\x01", "\x7f", "é",  "€", "😀"};
  CHECK(rc::check("texts", [&](const std::vector<std::uint8_t>& choices) {
    std::string text;
    for (const std::uint8_t choice : choices) text += pieces[choice % pieces.size()];
    RC_ASSERT(value_from_json(Value(text).canonical()) == Value(text));
  }));
}

TEST_CASE("UTF-8 is told from what looks like it", "[value]") {
  CHECK(is_utf8("aé€😀"));
  CHECK(is_utf8("\xf4\x8f\xbf\xbf"));
  for (const char* bytes :
       {"\x80", "\xc3", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xe2\x82"}) {
    CHECK_FALSE(is_utf8(bytes));
  }
}

}  // namespace polysweep
