// Headless Chromium, without a network, and what a page reports about itself there.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "results/read/sweep_results.h"

namespace polysweep {

bool has_chromium();

// Where pages and screenshots are kept after the test, to be looked at.
std::filesystem::path pages_folder();

// The HTML report of a sweep, in the pages' folder as NAME.html.
std::filesystem::path write_page(const std::string& name, const SweepResults& results);

std::string content(const std::filesystem::path& path);

// Runs Chromium on a page; its log is pages_folder()/NAME.log. Every host name is
// sent to nowhere, so that a request would be an error in the log. Returns the
// exit status.
int browse(const std::filesystem::path& page, const std::string& name, const std::string& flags);

// The lines of that log that the page's console wrote.
std::string console_of(const std::string& name);

// Prints a page; returns the PDF.
std::filesystem::path print(const std::filesystem::path& page, const std::string& name);

bool has_pdftoppm();
// Of each page of a PDF the share of its height, the lower margin not counted, that is blank at
// its end.
std::vector<double> blank_ends(const std::filesystem::path& pdf);

// Runs the body of a JavaScript function in the page once it is loaded, and
// returns what it returns. `libraries` runs before. `flags` as for browse().
// Throws where the page gives no answer.
nlohmann::json probe(const std::filesystem::path& page, const std::string& name,
                     const std::string& function, const std::string& flags = "",
                     const std::string& libraries = "");

}  // namespace polysweep
