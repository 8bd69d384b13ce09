// Whether a file that was drawn can be read by others.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/catch.h"

namespace polysweep {

// By its ending: .svg, .pdf (asked of poppler where it is installed), .csv.
inline void check_drawn(const std::filesystem::path& file) {
  CAPTURE(file.string());
  std::ifstream in(file, std::ios::binary);
  std::ostringstream read;
  read << in.rdbuf();
  const std::string content = read.str();
  if (file.extension() == ".svg") {
    CHECK(content.starts_with("<?xml"));
    CHECK(content.find("</svg>") != std::string::npos);
  } else if (file.extension() == ".pdf") {
    CHECK(content.starts_with("%PDF-"));
    CHECK(content.ends_with("%%EOF\n"));
    const std::string quiet = " >/dev/null 2>&1";
    if (std::system(("command -v pdftoppm" + quiet).c_str()) == 0) {
      CHECK(std::system(("pdftoppm -r 20 '" + file.string() + "' /dev/null" + quiet).c_str()) == 0);
    }
  } else {
    CHECK(file.extension() == ".csv");
    CHECK(content.find("\r") == std::string::npos);
    CHECK(content.ends_with("\n"));
    CHECK(content.find(',') != std::string::npos);
  }
}

}  // namespace polysweep
