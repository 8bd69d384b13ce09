#include "framework/sweep/role.h"

#include <string>
#include <vector>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

struct RoleRow {
  std::string_view name;
  bool of_parameter;
  bool of_metric;
};

// In the order of the enumeration.
constexpr RoleRow kRoles[] = {
    {"", true, true},     {"budget", true, true},    {"data", true, false},
    {"size", true, true}, {"progress", false, true}, {"cost", false, true},
};

Role role_from_name(std::string_view name, std::string_view kind, bool RoleRow::*allowed) {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < std::size(kRoles); ++i) {
    if (!(kRoles[i].*allowed)) continue;
    if (kRoles[i].name == name) return static_cast<Role>(i);
    if (!kRoles[i].name.empty()) known.emplace_back(kRoles[i].name);
  }
  fail("{}", unknown_name(kind, name, known));
}

}  // namespace

std::string_view role_name(Role role) { return kRoles[static_cast<std::size_t>(role)].name; }

Role parameter_role_from_name(std::string_view name) {
  return role_from_name(name, "role of a parameter", &RoleRow::of_parameter);
}

Role metric_role_from_name(std::string_view name) {
  return role_from_name(name, "role of a metric", &RoleRow::of_metric);
}

}  // namespace polysweep
