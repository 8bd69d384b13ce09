#include "reports/text/table.h"

#include <sstream>

#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

Table small() {
  Table table;
  table.id = "small";
  table.caption = "A small | table";
  table.columns = {{"arm", Align::kLeft, ""}, {"score", Align::kRight, "points"}};
  table.rows = {{"rope", TableCell("1.25", 1.254)}, {"<none>", TableCell("-", Tone::kMuted)}};
  table.notes = {"A note."};
  return table;
}

}  // namespace

TEST_CASE("a table in Markdown", "[table]") {
  CHECK(table_markdown(small()) ==
        "**A small &#124; table**\n\n"
        "| arm | score (points) |\n|:--|--:|\n"
        "| rope | 1.25 |\n| &lt;none&gt; | - |\n\nA note.\n");
}

TEST_CASE("a table in HTML has a caption, scopes and a download", "[table]") {
  const std::string html = table_html(small());
  CHECK_THAT(html, Catch::Matchers::Contains("<caption><span>A small | table <a "));
  CHECK_THAT(html, Catch::Matchers::Contains("<a download=\"small.csv\""));
  CHECK_THAT(html, Catch::Matchers::Contains("<th scope=\"col\">score (points)</th>"));
  CHECK_THAT(html, Catch::Matchers::Contains("<table id=\"small\" class=\"r2\">"));
  CHECK_THAT(html, Catch::Matchers::Contains("<th scope=\"row\">&lt;none&gt;<td"));
  CHECK_THAT(html, Catch::Matchers::Contains("<td class=\"muted\">-\n"));
  CHECK_THAT(html, Catch::Matchers::Contains("base64," + base64(table_csv(small()))));
}

TEST_CASE("a table in CSV has the exact numbers", "[table]") {
  CHECK(table_csv(small()) == "arm,score (points)\nrope,1.254\n<none>,\n");
}

TEST_CASE("the ends of an interval are two exact numbers in CSV", "[table]") {
  Table table = small();
  table.columns.push_back({"95% t interval", Align::kRight, "points"});
  table.rows[0].emplace_back("-0.51 to 1.04", Interval{-0.5123, 1.0375});
  table.rows[1].emplace_back("-", std::optional<Interval>());
  CHECK(table_csv(table) ==
        "arm,score (points),95% t interval low (points),95% t interval high (points)\n"
        "rope,1.254,-0.5123,1.0375\n<none>,,,\n");
  CHECK_THAT(table_markdown(table), Contains("| rope | 1.25 | -0.51 to 1.04 |"));
  table.rows.erase(table.rows.begin());  // the columns stay where no interval is known
  CHECK(table_csv(table) ==
        "arm,score (points),95% t interval low (points),95% t interval high (points)\n"
        "<none>,,,\n");
}

TEST_CASE("a table for a terminal is aligned and fits", "[table]") {
  CHECK(table_text(small(), 80, false) ==
        "A small | table\n"
        "arm     score (points)\n"
        "----------------------\n"
        "rope              1.25\n"
        "<none>               -\n"
        "A note.\n");
  Table wide = small();
  wide.rows.push_back({"a label that is much longer than the others are", "2"});
  std::istringstream lines(table_text(wide, 40, false));
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  CHECK(longest == 40);
  const std::string text = table_text(wide, 40, false);
  for (const char* word : {"label", "much", "longer", "others", "are"}) {
    CHECK_THAT(text, Catch::Matchers::Contains(word));
  }
}

TEST_CASE("columns that do not fit a terminal follow in blocks, with unbroken words", "[table]") {
  Table table;
  table.columns = {{"cell", Align::kLeft, ""},
                   {"verdict", Align::kLeft, ""},
                   {"more seeds for the floor", Align::kRight, ""},
                   {"95% t interval", Align::kRight, ""}};
  table.rows = {{"legendre, order 2", "inconclusive", "6", "-45.6 to -32.2"}};
  const std::string text = table_text(table, 40, false);
  const std::string second = text.substr(text.find("\n\n") + 2);
  CHECK(second ==
        "cell               95% t interval\n"
        "---------------------------------\n"
        "legendre, order 2  -45.6 to -32.2\n");
  CHECK(table_text(table, 100, false).find("\n\n") == std::string::npos);
  for (std::size_t width = 8; width < 90; ++width) {
    std::istringstream lines(table_text(table, width, false));
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    INFO(width);
    CHECK(longest <= std::max<std::size_t>(width, 18));  // 8 and 8 and the gap
    CHECK(
        (width < 23 || table_text(table, width, false).find("inconclusive") != std::string::npos));
  }
}

TEST_CASE("colour is only there where it is asked for", "[table]") {
  Table table = small();
  table.rows[0][0].tone = Tone::kGood;
  CHECK(table_text(table, 80, false).find('\x1b') == std::string::npos);
  CHECK_THAT(table_text(table, 80, true), Catch::Matchers::Contains("\x1b[32mrope  \x1b[0m"));
  table.rows[0][0].text = "\x1b[2Jwiped";
  CHECK(table_text(table, 80, false).find('\x1b') == std::string::npos);
}

TEST_CASE("a row of the wrong length is our error", "[table]") {
  Table table = small();
  table.rows.push_back({"alone"});
  CHECK_THROWS_WITH(table_html(table),
                    Catch::Matchers::Contains("a row has as many cells as its table columns"));
}

TEST_CASE("numbers have the digits that their uncertainty supports", "[numbers]") {
  CHECK(rounded_text(28.12345, 0.34) == "28.12");
  CHECK(rounded_text(28.12345, 12.7) == "28");
  CHECK(rounded_text(28.12345, 3.4) == "28.1");
  CHECK(rounded_text(0.00012347, 0.0000034) == "1.235e-04");
  CHECK(rounded_text(1.23456e9, 1e6) == "1.2346e+09");
  CHECK(rounded_text(1.5e-300, 1e-301) == "1.50e-300");
  CHECK(rounded_text(28.12347, 0) == "28.1235");
  CHECK(signed_text(0.5, 0.1) == "+0.50");
  CHECK(signed_text(-0.001, 1.0) == "0.0");
  CHECK(interval_text({-0.512, 1.04}) == "-0.51 to 1.04");
  CHECK(p_text(0.0625) == "0.0625");
  CHECK(p_text(0.00001) == "1.0e-05");
  CHECK(significant_text(std::nan("")) == "not a number");
  CHECK(count_text(1, "seed") == "1 seed");
  CHECK(count_text(2, "seed") == "2 seeds");
}

}  // namespace polysweep
