// Finds metrics in what a program prints, as [capture] of its sweep file says.
//
// A line ends at '\n' or '\r', as progress bars write them. The content of a line beyond
// kLongestOutputLine bytes is not looked at.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/command_spec.h"
#include "framework/sweep/output_pattern.h"
#include "runners/command/report_line.h"

namespace polysweep {

inline constexpr std::size_t kLongestOutputLine = 64 * 1024;

// Receives what was found, and where (report_line.h). What was found may have nothing but
// refused values.
using CaptureSink = std::function<void(const ReportedItem& item, const ReportedWhere& where)>;

class OutputCapture {
 public:
  // Throws Error if a pattern does not compile.
  OutputCapture(const CaptureSpec& spec, CaptureSink sink);

  void append(std::string_view bytes);
  // What follows the last line end, once nothing more will be printed.
  void finish();
  // The patterns that matched no line, and "json = true" if no line was one.
  std::vector<std::string> unmatched() const;

 private:
  struct Hit {
    std::string_view line;
    std::size_t source = 0;  // index of the pattern; their number: JSON
  };

  // `lines` ends with '\n'.
  void scan(std::string_view lines);
  void find_matches(std::string_view lines, std::size_t pattern);
  void find_json(std::string_view lines);
  void take_match(std::string_view line, std::size_t pattern);
  void take_json(std::string_view line);

  std::vector<OutputPattern> patterns_;
  bool json_ = false;
  CaptureSink sink_;
  std::vector<bool> matched_;     // by source
  std::string buffer_;            // line ends are '\n'
  bool has_epoch_parts_ = false;  // an object had an epoch such as 0.5: epochs are not steps
  bool skipping_ = false;         // inside a line that is too long
  std::vector<Hit> hits_;
  std::vector<OutputPattern::Group> groups_;
};

// The metrics of a JSON object, or a Python dictionary, whose members are numbers or null; its
// member step, else (with `epochs`) an integer member epoch, is their step. Other members are left
// out. A line of the protocol (docs/protocol.md) is read as one. False if `line` is not such an
// object or has no metric.
bool read_json_metrics(std::string_view line, ReportedItem& item, bool epochs = true);

}  // namespace polysweep
