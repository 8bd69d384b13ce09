#include "framework/sweep/file/listed_values.h"

#include "framework/core/error_place.h"
#include "framework/sweep/file/sweep_nodes.h"
#include "framework/sweep/sweep.h"

namespace polysweep {

std::vector<PlacedValue> listed_values(const std::string& what, const TomlNode& node) {
  if (node.kind != TomlNode::Kind::kArray) {
    fail_at(node.place, "the levels of {} are {}; expected a list such as [1, 2]", what,
            node.kind_name());
  }
  if (node.items.size() > kMaxLevels) {
    fail_at(node.place, "{} has {} levels; at most {} are allowed", what, node.items.size(),
            kMaxLevels);
  }
  std::vector<PlacedValue> levels;
  for (const TomlNode& item : node.items) {
    levels.push_back({value_of(item, "a level of " + what), item.place});
  }
  return levels;
}

}  // namespace polysweep
