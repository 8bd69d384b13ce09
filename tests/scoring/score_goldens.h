// What sacreBLEU 2.6.0 says of small odd corpora: tests/golden/scores/scores.json,
// written by scores.py beside it.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace polysweep {

inline const nlohmann::json& score_goldens() {
  static const nlohmann::json all = [] {
    std::ifstream in(std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/golden/scores/scores.json");
    return nlohmann::json::parse(in);
  }();
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace polysweep
