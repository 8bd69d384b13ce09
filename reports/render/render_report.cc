#include "reports/render/render_report.h"

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/render/report_format.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

struct Format {
  const char* name;
  std::string (*page)(const Report&, const Draw&, PageParts&);
};

// A format that is one text has no parts.
template <std::string (*kPage)(const Report&, const Draw&)>
std::string without_parts(const Report& report, const Draw& draw, PageParts&) {
  return kPage(report, draw);
}

constexpr Format kFormats[] = {
    {"html", without_parts<html_page>},
    {"markdown", without_parts<markdown_page>},
    {"text", without_parts<text_page>},
    {"latex", latex_page},
};

}  // namespace

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& format : kFormats) names.emplace_back(format.name);
  return names;
}

std::string badges_text(const std::vector<Badge>& badges) {
  std::vector<std::string> texts;
  for (const Badge& badge : badges) texts.push_back(badge.text);
  return list_text(texts, "; ");
}

std::string render_report(const Report& report, std::string_view name, const Draw& draw,
                          PageParts* parts) {
  PageParts dropped;
  for (const auto& format : kFormats) {
    if (name == format.name) return format.page(report, draw, parts == nullptr ? dropped : *parts);
  }
  fail("unknown report format '{}'{}; expected one of {}", name, suggestion(name, format_names()),
       list_text(format_names()));
}

}  // namespace polysweep
