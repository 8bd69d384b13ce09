#include "cli/shared/figure_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/shared/absolute_path.h"
#include "cli/shared/gnuplot.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/suggestion.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

std::string drawn_file(const fs::path& file, const Figure& figure) {
  static const Draw draw = gnuplot_drawing();
  if (file.extension() == ".pdf") return finished_pdf(draw(pdf_script(figure)), figure);
  return standalone_svg(draw(svg_script(figure)), figure);
}

}  // namespace

void write_figures(const po::variables_map& given, const std::vector<Figure>& figures) {
  if (given.count("out") == 0) return;
  const fs::path file = absolute_path("out", given["out"].as<std::string>());
  if (file.extension() != ".svg" && file.extension() != ".pdf") {
    fail("--out {}: expected a file name that ends in .svg or .pdf", in_quotes(file.string()));
  }
  if (figures.empty()) fail("there is nothing to draw");
  system_files().create_folders(file.parent_path());
  for (std::size_t i = 0; i < figures.size(); ++i) {
    fs::path target = file;
    if (figures.size() > 1) {
      target.replace_filename(
          fmt::format("{}-{}{}", file.stem().string(), i + 1, file.extension().string()));
    }
    system_files().replace(target, drawn_file(target, figures[i]));
    fmt::print(stderr, "{}\n", target.string());
  }
}

}  // namespace polysweep
