// The files that a rendered page refers to.
#pragma once

#include <map>
#include <string>

namespace polysweep {

// They are in a folder beside the page.
struct PageParts {
  std::string folder = "report-parts";       // its name: letters, digits, '-', '_' and '.'
  std::map<std::string, std::string> files;  // name -> content
};

}  // namespace polysweep
