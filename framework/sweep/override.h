// An override of the command line: a parameter and the values that it is to have.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

struct Override {
  std::string word;  // as given: "lr=0.1,0.01"
  std::string name;
  std::vector<Value> values;  // typed, distinct, at least one
};

}  // namespace polysweep
