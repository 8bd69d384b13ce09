#include "reports/figures/panel_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "framework/core/error.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr double kTextWidth_px = 7.3;
constexpr double kLineHeight_px = 14;
constexpr double kMostShift_px = 14;  // of a name from the end of its line
constexpr double kLeft_px = 62;       // numbers of the y axis
constexpr double kGap_px = 24;
constexpr double kTop_px = 26;          // the title of the y axis
constexpr double kTitle_px = 22;        // of a panel
constexpr double kBottom_px = 50;       // numbers and title of the x axis
constexpr std::size_t kShortName = 28;  // beside a row of a picture of half a page
constexpr int kWidth_px = 900;
constexpr double kNarrowWidth_px = 360;
constexpr double kNarrowHeight_px = 165;

struct Shape {
  std::size_t columns;
  double width;
  double height;  // of one panel's plot
};

Shape shape_of(const PanelRoom& room) {
  if (room.narrow) return {1, kNarrowWidth_px, room.panels == 1 ? 230 : kNarrowHeight_px};
  if (room.panels == 1) return {1, kHalfWidth_px, 270};
  if (room.panels == 2 && room.own_x) return {2, kHalfWidth_px, 230};
  if (room.panels == 2 || room.panels == 4) return {2, 900, 230};
  return {3, kFullWidth_px, 210};
}

}  // namespace

PanelLayout panel_layout(const PanelRoom& room) {
  check(room.panels > 0, "a figure has a panel");
  const Shape shape = shape_of(room);
  const double columns = static_cast<double>(shape.columns);
  const double plot = (shape.width - kLeft_px - (columns - 1) * kGap_px) / columns - room.right;
  const double title = room.titles ? kTitle_px : 6;
  const double gap = room.own_x ? kBottom_px + 8 : kGap_px;
  const std::size_t rows = (room.panels + shape.columns - 1) / shape.columns;
  PanelLayout layout;
  layout.width = shape.width;
  layout.columns = shape.columns;
  for (std::size_t i = 0; i < room.panels; ++i) {
    const std::size_t row = i / shape.columns;
    const std::size_t column = i % shape.columns;
    PanelPlace place;
    place.left = kLeft_px + static_cast<double>(column) * (plot + room.right + kGap_px);
    place.right = place.left + plot;
    place.top = kTop_px + title + static_cast<double>(row) * (shape.height + title + gap);
    place.bottom = place.top + shape.height;
    place.has_x = room.own_x || i + shape.columns >= room.panels;
    place.has_y = column == 0;
    layout.places.push_back(place);
  }
  layout.key_top =
      kTop_px + static_cast<double>(rows) * (shape.height + title + gap) - gap + kBottom_px;
  layout.height =
      layout.key_top +
      (room.key_rows > 0 ? static_cast<double>(room.key_rows) * kKeyRowHeight_px + 8 : 0);
  return layout;
}

int width_beside(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const auto& name : names) longest = std::max(longest, text_length(name));
  return longest <= kShortName ? kHalfWidth_px : kWidth_px;
}

double text_width_px(std::size_t length) { return kTextWidth_px * static_cast<double>(length); }

std::optional<std::vector<double>> separate_ends(const std::vector<double>& ends,
                                                 const PanelPlace& place) {
  std::vector<std::size_t> order(ends.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ends[a] < ends[b]; });
  // Groups of names that touch, each centred on its ends.
  struct Group {
    double sum = 0;  // of end - offset within the group
    std::size_t size = 0;
    double top() const { return sum / static_cast<double>(size); }
  };
  std::vector<Group> groups;
  for (const std::size_t i : order) {
    groups.push_back({ends[i], 1});
    while (groups.size() > 1) {
      Group& above = groups[groups.size() - 2];
      const Group& below = groups.back();
      const double height = kLineHeight_px * static_cast<double>(above.size);
      if (above.top() + height <= below.top()) break;
      above.sum += below.sum - height * static_cast<double>(below.size);
      above.size += below.size;
      groups.pop_back();
    }
  }
  std::vector<double> placed(ends.size());
  std::size_t at = 0;
  for (const Group& group : groups) {
    for (std::size_t i = 0; i < group.size; ++i, ++at) {
      const double y = group.top() + kLineHeight_px * static_cast<double>(i);
      const double end = ends[order[at]];
      if (std::abs(y - end) > kMostShift_px || y < place.top - 6 || y > place.bottom + 6) {
        return std::nullopt;
      }
      placed[order[at]] = y;
    }
  }
  return placed;
}

}  // namespace polysweep
