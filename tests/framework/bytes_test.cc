#include "framework/core/bytes.h"

#include <rapidcheck.h>

#include <cmath>
#include <limits>

#include "framework/core/error.h"
#include "tests/support/catch.h"

using namespace polysweep;

TEST_CASE("numbers have the bytes that the format says", "[bytes]") {
  ByteWriter out;
  out.u32_fixed(0x04030201);
  out.u64_fixed(0x0807060504030201);
  out.varint(300);
  out.zigzag(-2);
  out.f64(1.0);
  out.text("ab");
  CHECK(out.bytes() == std::string("\x01\x02\x03\x04"
                                   "\x01\x02\x03\x04\x05\x06\x07\x08"
                                   "\xAC\x02"
                                   "\x03"
                                   "\0\0\0\0\0\0\xF0\x3F"
                                   "\x02"
                                   "ab",
                                   4 + 8 + 2 + 1 + 8 + 3));
}

TEST_CASE("what is written is read back", "[bytes]") {
  CHECK(rc::check([](std::uint64_t u, std::int64_t i, double d, const std::string& text) {
    ByteWriter out;
    out.varint(u);
    out.zigzag(i);
    out.f64(d);
    out.text(text);
    ByteReader in(out.bytes());
    RC_ASSERT(in.varint() == u);
    RC_ASSERT(in.zigzag() == i);
    RC_ASSERT(in.f64() == d);
    RC_ASSERT(in.text() == text);
    in.expect_end();
  }));
}

TEST_CASE("the ends of the ranges are read back", "[bytes]") {
  ByteWriter out;
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  out.varint(std::numeric_limits<std::uint64_t>::max());
  out.zigzag(least);
  out.zigzag(std::numeric_limits<std::int64_t>::max());
  out.f64(std::numeric_limits<double>::quiet_NaN());
  out.f64(-std::numeric_limits<double>::infinity());
  ByteReader in(out.bytes());
  CHECK(in.varint() == std::numeric_limits<std::uint64_t>::max());
  CHECK(in.zigzag() == least);
  CHECK(in.zigzag() == std::numeric_limits<std::int64_t>::max());
  CHECK(std::isnan(in.f64()));
  CHECK(in.f64() == -std::numeric_limits<double>::infinity());
}

TEST_CASE("reading beyond the end is an error", "[bytes]") {
  CHECK_THROWS_WITH(ByteReader("abc").u32_fixed(), "truncated: 4 bytes wanted where 3 are left");
  CHECK_THROWS_WITH(ByteReader("\x05xy").text(), "truncated: a text of 5 bytes where 2 are left");
  CHECK_THROWS_WITH(ByteReader("\x80").varint(), "truncated: 1 bytes wanted where 0 are left");
  CHECK_THROWS_WITH(ByteReader("ab").expect_end(), "2 bytes too many after byte 0");
  CHECK_THROWS_WITH(ByteReader(std::string(10, '\xFF')).varint(),
                    "a number of more than 64 bits at byte 10 of 10");
}
