#include "reports/text/table.h"

#include <sstream>

#include "reports/render/latex_text.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

using Catch::Matchers::Contains;

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
  CHECK(rounded_text(0.00012347, 0.0000034) == "1.235e-4");
  CHECK(rounded_text(1.23456e9, 1e6) == "1.2346e9");
  CHECK(rounded_text(1.5e-300, 1e-301) == "1.50e-300");
  CHECK(rounded_text(28.12347, 0) == "28.1235");
  CHECK(signed_text(0.5, 0.1) == "+0.50");
  CHECK(signed_text(-0.001, 1.0) == "0.0");
  CHECK(interval_text({-0.512, 1.04}) == "-0.51 to 1.04");
  CHECK(p_text(0.0625) == "0.0625");
  CHECK(p_text(0.00001) == "1.0e-5");
  CHECK(significant_text(std::nan("")) == "not a number");
  CHECK(count_text(1, "seed") == "1 seed");
  CHECK(count_text(2, "seed") == "2 seeds");
  CHECK(significant_text(1e-9) == "1e-9");
  CHECK(significant_text(-2.5e10) == "-2.5e10");
}

TEST_CASE("the numbers of a column have the same digits", "[numbers]") {
  const auto shown = [](std::vector<double> values, const std::vector<double>& uncertainties) {
    const ColumnDigits digits = column_digits(values, uncertainties);
    std::string text;
    for (const double value : values) text += column_text(value, digits) + " ";
    return text;
  };
  CHECK(shown({93.7412, 27.6, 5}, {1.35, 0.5, 2.1}) == "93.74 27.60 5.00 ");
  CHECK(shown({93.7412, 27.6}, {12.7, 31}) == "93.7 27.6 ");
  CHECK(shown({1234.6, 2000}, {150, 220}) == "1235 2000 ");
  CHECK(shown({4.64123e-3, 5.2e-3}, {1.2e-4, 1.3e-4}) == "0.004641 0.005200 ");
  CHECK(shown({4.64123e-4, 5.2e-4}, {1.2e-5, 1.3e-5}) == "4.641e-4 5.200e-4 ");
  CHECK(shown({0.0464, 0.05}, {0.0012, 0.0013}) == "0.04640 0.05000 ");
  CHECK(shown({41, 5.68012e-12}, {3.2, 1.1e-12}) == "4.10e1 5.68e-12 ");
  CHECK(shown({1.23456e9, 2e9}, {1e6, 2e6}) == "1.23456e9 2.00000e9 ");
  // Without an uncertainty, what the values need.
  CHECK(shown({3, 2.5}, {0, 0}) == "3.0 2.5 ");
  CHECK(shown({1e-9, 2e-9}, {}) == "1.00e-9 2.00e-9 ");
  // Rounding noise decides nothing, and no value does not disturb.
  CHECK(shown({3, 2.5, std::nan("")}, {1e-16, 0.12, 0}) == "3.000 2.500 not a number ");
  CHECK(shown({}, {}).empty());
  const ColumnDigits digits{2, false};
  CHECK(signed_column_text(0.5, digits) == "+0.50");
  CHECK(signed_column_text(0.0001, digits) == "0.00");
  CHECK(signed_column_text(-0.0001, digits) == "0.00");
  CHECK(column_interval_text({-0.512, 1.04}, digits) == "-0.51 to 1.04");
  CHECK(column_text(0, {2, true}) == "0");
}

TEST_CASE("accuracies are plain decimals, however their intervals differ", "[numbers]") {
  const auto shown = [](const std::vector<double>& values,
                        const std::vector<double>& uncertainties) {
    const ColumnDigits digits = column_digits(values, uncertainties);
    std::string text;
    for (const double value : values) text += column_text(value, digits) + " ";
    return text;
  };
  // One cell hardly varies: intervals that span more than four powers of ten.
  CHECK(shown({0.936, 0.9512, 0.25}, {0.012, 1.5e-7, 0.02}) == "0.9360 0.9512 0.2500 ");
  // Every cell hardly varies: seven decimals and more are still decimals.
  CHECK(shown({0.936, 0.951}, {2.4e-8, 3.1e-8}) == "0.936000000 0.951000000 ");
  CHECK(shown({99876.5, 1.25}, {1e-4, 1e-4}) == "99876.500000 1.250000 ");
  CHECK(shown({0.001, 0.0015}, {1e-6, 1e-6}) == "0.00100000 0.00150000 ");
  // A value that its uncertainty hides does not make a column span powers of ten.
  CHECK(shown({0.31, 2e-9}, {0.012, 0.011}) == "0.3100 0.0000 ");
  CHECK(shown({0.31, 2e-9}, {0.012, 1e-10}) == "3.10e-1 2.00e-9 ");
  CHECK(rounded_text(0.936, 1.3e-7) == "0.93600000");
  CHECK(interval_text({0.9359999, 0.9360001}) == "0.93599990 to 0.93600010");
}

TEST_CASE("a mark follows its text in every format, and texts before marks stay aligned",
          "[table]") {
  Table table;
  table.id = "t";
  table.columns = {{"cell", Align::kLeft, ""}, {"mean", Align::kRight, ""}};
  table.rows = {{"a", "1.25"}, {"b", "10.25"}, {"c", "2"}};
  table.rows[0][1].mark = "worse";
  table.rows[1][1].mark = "better";
  table.rows[0][1].strong = true;
  CHECK(table_text(table, 80, false) ==
        "cell           mean\n"
        "-------------------\n"
        "a     *1.25* worse\n"
        "b      10.25 better\n"
        "c          2\n");
  CHECK_THAT(table_markdown(table), Contains("| a | **1.25** worse |"));
  CHECK_THAT(table_html(table),
             Contains("<td><b>1.25</b> <small>worse</small>") && Contains("<td>2 <small></small>"));
  CHECK_THAT(table_csv(table), Contains("a,1.25"));
  table.rows[0][1].mark = "50% & _x_";
  CHECK_THAT(table_latex(table), Contains("\\textbf{1.25} {\\scriptsize 50\\% \\& "));
}

TEST_CASE("what a table emphasises is bold in every format", "[table]") {
  Table table = small();
  table.rows[0][1].strong = true;
  table.rows[0][0].tone = Tone::kGood;
  CHECK_THAT(table_markdown(table), Contains("| rope | **1.25** |"));
  CHECK_THAT(table_html(table), Contains("<b>1.25</b>"));
  CHECK_THAT(table_text(table, 80, false), Contains("*1.25*"));
}

TEST_CASE("the fields of a table that stacks name their column", "[table]") {
  Table table = small();
  table.columns[1].title = "\" onload=\"x";
  table.stacked = true;
  CHECK_THAT(table_html(table), Contains("class=\"r2 stacked\"") &&
                                    Contains("data-title=\"&quot; onload=&quot;x (points)\">1.25"));
}

}  // namespace polysweep
