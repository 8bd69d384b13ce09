#include "reports/text/list_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace polysweep {

void append_item(std::string& list, std::string_view item, std::string_view separator) {
  if (!list.empty()) list += separator;
  list += item;
}

std::string list_text(const std::vector<std::string>& items, std::string_view separator) {
  return list_text_of_at_most(items, items.size(), separator);
}

std::string list_text_of_at_most(const std::vector<std::string>& items, std::size_t most,
                                 std::string_view separator) {
  std::string list;
  for (std::size_t i = 0; i < std::min(most, items.size()); ++i) {
    append_item(list, items[i], separator);
  }
  if (items.size() > most) list += fmt::format(" and {} more", items.size() - most);
  return list;
}

}  // namespace polysweep
