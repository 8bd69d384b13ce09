#include "reports/render/face.h"

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {
namespace {

struct Face {
  const char* name;
  std::string (*page)(const Report&, const Draw&, PageParts&);
};

// A face that is one text has no parts.
template <std::string (*kPage)(const Report&, const Draw&)>
std::string whole(const Report& report, const Draw& draw, PageParts&) {
  return kPage(report, draw);
}

constexpr Face kFaces[] = {
    {"html", whole<html_page>},
    {"markdown", whole<markdown_page>},
    {"text", whole<text_page>},
    {"latex", latex_page},
};

}  // namespace

std::vector<std::string> face_names() {
  std::vector<std::string> names;
  for (const auto& face : kFaces) names.emplace_back(face.name);
  return names;
}

std::string render_report(const Report& report, std::string_view face, const Draw& draw,
                          PageParts* parts) {
  PageParts lost;
  for (const auto& known : kFaces) {
    if (face == known.name) return known.page(report, draw, parts == nullptr ? lost : *parts);
  }
  const auto names = face_names();
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  fail("a report has no face '{}'{}: there are {}", face, suggestion(face, names), list);
}

Drawn drawn(const Figure& figure, const Draw& draw) {
  if (!draw) return {"", "figures are not drawn here"};
  try {
    return {finished_svg(draw(svg_script(figure)), figure), ""};
  } catch (const Error& error) {
    return {"", error.what()};
  }
}

}  // namespace polysweep
