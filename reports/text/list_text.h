// Lists written as one text: "a, b and 3 more".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

// Appends `item` to `list`, after `separator` unless the list is empty.
void append_item(std::string& list, std::string_view item, std::string_view separator = ", ");

// All items; "" for none.
std::string list_text(const std::vector<std::string>& items, std::string_view separator = ", ");

// At most `most` items, then how many are left: "a; b and 3 more".
std::string list_text_of_at_most(const std::vector<std::string>& items, std::size_t most,
                                 std::string_view separator = ", ");

}  // namespace polysweep
