// gnuplot's SVG, changed so that it can be part of a page.
#include <array>
#include <charconv>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "framework/core/error.h"
#include "reports/figures/figure.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::string_view kAxesMark = "<!-- axes ";
constexpr std::size_t kLongestAxes = 300;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t next = text.find(from); next != std::string::npos; next = text.find(from, at)) {
    result.append(text, at, next - at).append(to);
    at = next + from.size();
  }
  text = result.append(text, at);
}

// Removes everything from `begin` to `end`, both included, wherever they are.
void remove_between(std::string& text, std::string_view begin, std::string_view end) {
  std::string result;
  std::size_t at = 0;
  while (true) {
    const std::size_t first = text.find(begin, at);
    const std::size_t last =
        first == std::string::npos ? first : text.find(end, first + begin.size());
    if (last == std::string::npos) break;
    result.append(text, at, first - at);
    at = last + end.size();
  }
  text = result.append(text, at);
}

// "rgb(  0, 114, 178)" as "#0072b2"; black becomes the colour of the text.
void shorten_colours(std::string& text) {
  std::string result;
  std::size_t at = 0;
  while (true) {
    const std::size_t first = text.find("rgb(", at);
    const std::size_t last = first == std::string::npos ? first : text.find(')', first);
    if (last == std::string::npos) break;
    int channel[3] = {0, 0, 0};
    int index = 0;
    for (std::size_t i = first + 4; i < last && index < 3; ++i) {
      if (text[i] == ',') {
        ++index;
      } else if (text[i] >= '0' && text[i] <= '9') {
        channel[index] = channel[index] * 10 + text[i] - '0';
      }
    }
    const bool black = channel[0] + channel[1] + channel[2] == 0;
    result.append(text, at, first - at);
    result += black ? "currentColor"
                    : fmt::format("#{:02x}{:02x}{:02x}", channel[0], channel[1], channel[2]);
    at = last + 1;
  }
  text = result.append(text, at);
}

// Groups in which nothing is drawn.
void remove_empty_groups(std::string& text) {
  std::string result;
  std::size_t at = 0;
  while (true) {
    const std::size_t first = text.find("<g ", at);
    if (first == std::string::npos) break;
    const std::size_t open = text.find('>', first);
    std::size_t next =
        open == std::string::npos ? open : text.find_first_not_of(" \t\r\n", open + 1);
    if (next == std::string::npos) break;
    const bool empty = text.compare(next, 4, "</g>") == 0;
    result.append(text, at, (empty ? first : open + 1) - at);
    at = empty ? next + 4 : open + 1;
  }
  text = result.append(text, at);
}

void put_labels(std::string& svg, const std::vector<std::string>& labels) {
  std::string result;
  std::size_t at = 0;
  while (true) {
    const std::size_t first = svg.find('@', at);
    const std::size_t last = first == std::string::npos ? first : svg.find('@', first + 1);
    if (last == std::string::npos) break;
    std::size_t index = labels.size();
    const auto read = std::from_chars(svg.data() + first + 1, svg.data() + last, index);
    check(read.ptr == svg.data() + last && index < labels.size(), "a token names a label");
    result.append(svg, at, first - at).append(html_escaped(labels[index]));
    at = svg.find_first_not_of('_', last + 1);
    if (at == std::string::npos) at = svg.size();
  }
  svg = result.append(svg, at);
}

// What svg_script() had gnuplot print about its axes, as attributes; "" where it
// printed nothing. y is reversed: px count from the top.
std::string axes_of(const std::string& answer, std::size_t from, const std::string& height,
                    const std::string& logarithmic) {
  const std::size_t start = answer.find(kAxesMark, from);
  if (start == std::string::npos) return "";
  std::istringstream printed(answer.substr(start + kAxesMark.size(), kLongestAxes));
  printed.imbue(std::locale::classic());
  std::array<double, 8> ends{};
  for (double& end : ends) printed >> end;
  if (!printed) return "";
  const double pixels = std::stod(height);
  return fmt::format(" data-axes=\"{} {} {:.6g} {:.6g} {} {} {} {}\" data-log=\"{}\"", ends[0],
                     ends[1], pixels - ends[2], pixels - ends[3], ends[4], ends[5], ends[6],
                     ends[7], logarithmic);
}

// What is before the first plot, in a group of its own: the page's script replaces
// it with other axes when it zooms.
void group_axes(std::string& body) {
  const std::string defs = "</defs>";
  const std::size_t first = body.find(defs);
  const std::size_t plot = body.find("<g id=\"gnuplot_plot_1\"");
  if (first == std::string::npos || plot == std::string::npos || plot < first) return;
  body.insert(plot, "</g>\n");
  body.insert(first + defs.size(), "\n<g class=\"axes\">");
}

// Every panel in a group with its axes, which it ends with; in it, as group_axes().
void group_panels(std::string& body, const std::string& height, const std::string& logarithmic) {
  const std::string defs = "</defs>";
  const std::string end_of_group = "</g>";
  std::size_t at = body.find(defs);
  if (at == std::string::npos) return;
  at += defs.size();
  std::string result = body.substr(0, at);
  for (std::size_t print = body.find(kAxesMark, at); print != std::string::npos;
       print = body.find(kAxesMark, at)) {
    // Inside a group in which nothing is drawn yet.
    const std::size_t printed = body.find('\n', print);
    const std::size_t plot = body.find("<g id=\"gnuplot_plot_1", at);
    const std::size_t last = body.find(end_of_group, print);
    if (printed > last || last == std::string::npos || plot > print) break;
    result += "\n<g class=\"panel\"" + axes_of(body, print, height, logarithmic) +
              "><g class=\"axes\">" + body.substr(at, plot - at) + "</g>\n" +
              body.substr(plot, print - plot) + end_of_group + "</g>\n";
    at = last + end_of_group.size();
  }
  body = result.append(body, at);
}

struct Drawing {
  std::string width;
  std::string height;
  std::string axes;
  std::string body;
};

Drawing drawing_of(const std::string& svg, const Figure& figure) {
  const std::string box = "viewBox=\"0 0 ";
  const std::size_t start = svg.find(box);
  const std::size_t canvas = svg.find("<g id=\"gnuplot_canvas\">");
  const std::size_t end = svg.rfind("</svg>");
  if (start == std::string::npos || canvas == std::string::npos || end == std::string::npos ||
      canvas > end) {
    fail("figure '{}' was not drawn: gnuplot answered {} bytes that are not its SVG", figure.id,
         svg.size());
  }
  Drawing drawing;
  const std::size_t sizes = start + box.size();
  const std::size_t space = svg.find(' ', sizes);
  const std::size_t quote = svg.find('"', sizes);
  drawing.width = svg.substr(sizes, space - sizes);
  drawing.height = svg.substr(space + 1, quote - space - 1);
  drawing.axes = axes_of(svg, end, drawing.height, figure.logarithmic);
  drawing.body = svg.substr(canvas, end - canvas);
  std::string& body = drawing.body;
  if (body.find(kAxesMark) == std::string::npos) {
    group_axes(body);
  } else {
    group_panels(body, drawing.height, figure.logarithmic);
  }
  remove_between(body, "<filter", "</filter>");
  remove_between(body, "<title>", "</title>");
  remove_between(body, " font-family=\"", "\"");
  shorten_colours(body);
  replace_all(body, "\"black\"", "\"currentColor\"");
  replace_all(body, "'black'", "'currentColor'");
  replace_all(body, "\"gray\"", "\"#8a8a8a\"");
  replace_all(body, "'gray'", "'#8a8a8a'");
  for (int pass = 0; pass < 3; ++pass) remove_empty_groups(body);
  replace_all(body, "id='", "id='" + figure.id + "-");
  replace_all(body, "id=\"", "id=\"" + figure.id + "-");
  replace_all(body, "xlink:href='#", "href='#" + figure.id + "-");
  put_labels(body, figure.labels);
  return drawing;
}

}  // namespace

std::string finished_svg(const std::string& svg, const Figure& figure) {
  const Drawing drawing = drawing_of(svg, figure);
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" width=\"{}\"{} role=\"img\" aria-labelledby=\"{}-title\">\n"
      "<title id=\"{}-title\">{}</title>\n{}</svg>\n",
      drawing.width, drawing.height, drawing.width, drawing.axes, figure.id, figure.id,
      html_escaped(figure.description), drawing.body);
}

std::string standalone_svg(const std::string& svg, const Figure& figure) {
  const Drawing drawing = drawing_of(svg, figure);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" "
      "font-family=\"sans-serif\">\n<title>{}</title>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
      drawing.width, drawing.height, drawing.width, drawing.height,
      html_escaped(figure.description), drawing.body);
}

}  // namespace polysweep
