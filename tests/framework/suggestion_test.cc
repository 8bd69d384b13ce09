#include "framework/core/suggestion.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("the nearest known name is suggested", "[suggestion]") {
  const std::vector<std::string> known = {"encoding", "dimension", "seed", "seeds"};
  CHECK(suggestion("encodign", known) == " (did you mean 'encoding'?)");  // a swap is one edit
  CHECK(suggestion("dimenson", known) == " (did you mean 'dimension'?)");
  CHECK(suggestion("dimensions", known) == " (did you mean 'dimension'?)");
  CHECK(suggestion("sead", known) == " (did you mean 'seed'?)");
  CHECK(suggestion("Seed", known) == " (did you mean 'seed'?)");
}

TEST_CASE("nothing is suggested beyond a third of the name's length", "[suggestion]") {
  const std::vector<std::string> known = {"encoding", "lr"};
  CHECK(suggestion("encxxxng", known).empty());
  CHECK(suggestion("lx", known).empty());
  CHECK(suggestion("", known).empty());
  CHECK(suggestion(std::string(1'000'000, 'e'), known).empty());
  CHECK(suggestion("encodign", {}).empty());
}

TEST_CASE("of equally near names the first is suggested", "[suggestion]") {
  CHECK(suggestion("cat", std::vector<std::string>{"bat", "rat"}) == " (did you mean 'bat'?)");
}

TEST_CASE("a name in a message is short and printable", "[suggestion]") {
  CHECK(in_quotes("rope") == "'rope'");
  CHECK(in_quotes("é") == "'é'");
  CHECK(in_quotes(std::string("a\0b\n\x1b", 5)) == "'a\\x00b\\x0a\\x1b'");
  CHECK(in_quotes("\xff\xc3") == "'\\xff\\xc3'");
  CHECK(in_quotes(std::string(1'000'000, 'x')) ==
        "'" + std::string(60, 'x') + "...' (1000000 bytes)");
}

TEST_CASE("an unknown name is told with the nearest or with all known ones", "[suggestion]") {
  const std::vector<std::string> known = {"bleu", "loss"};
  CHECK(unknown_name("metric", "time", known) == "unknown metric 'time'; known: bleu, loss");
  CHECK(unknown_name("metric", "blu", known) == "unknown metric 'blu' (did you mean 'bleu'?)");
  CHECK(unknown_name("metric", "blu", {}) == "unknown metric 'blu'");
}

TEST_CASE("known names with control characters are escaped in a message", "[suggestion]") {
  // U+009B is a control sequence introducer for terminals, as ESC [ is.
  const std::vector<std::string> known = {"q\x1b[31mR", "r\nz", "c\xc2\x9b", "é",
                                          std::string(100, 'x')};
  CHECK(unknown_name("level", "nope", known) ==
        "unknown level 'nope'; known: q\\x1b[31mR, r\\x0az, c\\xc2\\x9b, é, " +
            std::string(60, 'x') + "...");
}

}  // namespace polysweep
