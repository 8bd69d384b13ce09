#include "reports/render/latex_text.h"

#include <cstdlib>
#include <fstream>

#include "reports/document/build_report.h"
#include "reports/render/render_report.h"
#include "tests/reports/gnuplot.h"
#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

SweepResults hostile_sweep() {
  SweepBuilder builder(kHostileNames[0]);
  auto& results = builder.results();
  results.text = "\\end{verbatim}\\input{/etc/passwd}\n\tx = 1\n";
  results.primary.name = "\\write18{touch owned}";
  results.factors = {{"arm", {}, "%", ""}};
  results.baseline.set("arm", Value("base"));
  std::vector<std::string> names = kHostileNames;
  names.insert(names.begin(), {"base", "\\input{/etc/passwd}", "^^41 ~ # $ & _ { } \\", "--- `` ''",
                               "Grüße, Œuvre, 中文", "\\\\[1cm] [x]", ""});
  for (const auto& name : names) {
    CellResult cell;
    cell.levels.set("arm", Value(name));
    results.factors[0].levels.push_back(Value(name));
    results.cells.push_back(cell);
    const std::size_t index = results.cells.size() - 1;
    builder.done(index, 0, static_cast<double>(index));
    builder.done(index, 1, 2.0 * static_cast<double>(index));
    builder.other(index, 2, TrialState::kFailed, "error", name);
  }
  return builder.build();
}

}  // namespace

TEST_CASE("no character of a text is acted upon by LaTeX", "[latex]") {
  CHECK(latex_escaped("a_b & 50% of $x$ #1 {y}") ==
        "a\\_\\allowbreak{}b \\& 50\\% of \\$x\\$ \\#1 \\{y\\}");
  CHECK(latex_escaped("\\input{x}") == "\\textbackslash{}input\\{x\\}");
  CHECK(latex_escaped("^^41~") == "\\textasciicircum{}\\textasciicircum{}41\\textasciitilde{}");
  CHECK(latex_escaped("a\nb") == "a b");
  CHECK(latex_escaped("Grüße 中") == "Grüße U+4E2D");
  CHECK(latex_escaped("27.60 ± 1.35 -") == "27.60 $\\pm$ 1.35 {-}");
}

TEST_CASE("a minus sign is only written before numbers", "[latex]") {
  CHECK(latex_escaped("-0.5 to -0.1") == "$-$0.5 to $-$0.1");
  CHECK(latex_escaped("one-sided --- (-3)") == "one{-}sided {-}{-}{-} ($-$3)");
}

TEST_CASE("a table of LaTeX has the rules of booktabs", "[latex]") {
  Table table;
  table.id = "t";
  table.caption = "A & B";
  table.columns = {{"arm", Align::kLeft, ""}, {"mean", Align::kRight, "BLEU"}};
  table.rows = {{"rope", TableCell("1.5", 1.5)}, {"best", TableCell("2.5", Tone::kGood)}};
  const std::string latex = table_latex(table);
  CHECK_THAT(latex, Catch::Matchers::Contains(
                        "\\begin{tabular}{lr}\n\\toprule\narm & mean (BLEU) \\\\\n\\midrule\nrope "
                        "& 1.5 \\\\\nbest & \\textbf{2.5} \\\\\n\\bottomrule\n"));
  // Where the table emphasises, only that is bold.
  table.rows[0][1].strong = true;
  CHECK_THAT(table_latex(table),
             Catch::Matchers::Contains("& \\textbf{1.5} \\\\\nbest & 2.5 \\\\"));
  table.rows[0][1].strong = false;
  CHECK_THAT(latex, Catch::Matchers::Contains("\\caption{A \\& B}\\label{tab:t}"));
  table.rows.assign(100, table.rows[0]);
  CHECK_THAT(table_latex(table), Catch::Matchers::Contains("\\begin{longtable}{lr}"));
}

TEST_CASE("reports compile, hostile ones too, and read no other file", "[latex]") {
  if (std::system("command -v pdflatex >/dev/null 2>&1 && kpsewhich booktabs.sty >/dev/null") !=
      0) {
    POLYSWEEP_SKIP("no pdflatex with booktabs on this machine");
  }
  for (const auto& results : {hostile_sweep(), sample_sweep()}) {
    const TemporaryFolder folder;
    PageParts parts;
    folder.write("report.tex", render_report(build_report(results), "latex", gnuplot(), &parts));
    for (const auto& [name, text] : parts.files) folder.write(parts.folder + "/" + name, text);
    const std::string compile = "cd '" + folder.path().string() +
                                "' && pdflatex -interaction=nonstopmode -halt-on-error "
                                "-no-shell-escape report.tex >output.txt 2>&1";
    const int status = std::system(compile.c_str());
    std::ifstream log(folder.path() / "output.txt");
    const std::string said((std::istreambuf_iterator<char>(log)), {});
    INFO(said.substr(said.size() > 1500 ? said.size() - 1500 : 0));
    CHECK(status == 0);
    CHECK(said.find("passwd)") == std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "owned"));
    if (gnuplot()) CHECK(parts.files.count("forest.pdf") == 1);
  }
}

}  // namespace polysweep
