// Where the panels of a figure lie, and whether the names of lines fit at their ends.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace polysweep {

// In px, from the top left.
struct PanelPlace {
  double left = 0;
  double right = 0;
  double top = 0;
  double bottom = 0;
  bool has_x = false;  // outer: the numbers of the axis are shown
  bool has_y = false;
};

struct PanelRoom {
  std::size_t panels = 1;
  bool narrow = false;  // one column, for a phone
  bool titles = false;  // above the panels
  bool own_x = false;   // every panel has numbers and a title at its x axis
  double right = 12;    // of each panel, for names
  std::size_t key_rows = 0;
};

struct PanelLayout {
  double width = 0;
  double height = 0;
  std::size_t columns = 1;
  double key_top = 0;  // of the key below the panels
  std::vector<PanelPlace> places;
};

inline constexpr double kKeyRowHeight_px = 19;
inline constexpr int kHalfWidth_px = 580;   // of a picture beside another one
inline constexpr int kFullWidth_px = 1140;  // of one that has the page's width

PanelLayout panel_layout(const PanelRoom& room);

// The width of a picture whose rows have these names beside them: half a wide page, if the
// names are short.
int width_beside(const std::vector<std::string>& names);

// Width of a text of `length` code points at the figures' size, in px.
double text_width_px(std::size_t length);

// `ends` in px from the top, moved apart so that a text of one line fits at each, in their
// order. nullopt where one would be more than a line away from its end, or outside `place`.
std::optional<std::vector<double>> separate_ends(const std::vector<double>& ends,
                                                 const PanelPlace& place);

}  // namespace polysweep
