// The lines of a metrics file: one JSON object per line, as docs/protocol.md describes.
//
// A metrics file may contain anything: a line that does not follow the protocol is an
// Error with the reason, and has no other effect. Of a line with several values, one that
// is none costs itself alone.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace polysweep {

inline constexpr std::size_t kLongestReportLine = 1024 * 1024;  // bytes, without its newline

// {"metric": "loss", "step": 10, "value": 0.5} and
// {"metrics": {"loss": 0.5, "accuracy": 0.9}, "step": 10}.
struct ReportedMetrics {
  std::vector<std::pair<std::string, double>> values;
  std::optional<double> step;        // from 0 to 2^53; may be real
  std::vector<std::string> refused;  // why other values of the line are none
};

// {"result": {"loss": 0.5}}: final values; nothing is left to do.
struct ReportedResult {
  std::vector<std::pair<std::string, double>> values;
  std::vector<std::string> refused;
};

// {"text": "sample", "step": 10, "value": "..."}
struct ReportedText {
  std::string name;
  std::string value;
  std::optional<std::int64_t> step;
};

// {"progress": 0.4} and {"progress": 40, "total": 100}.
struct ReportedProgress {
  double done = 0;
  double total = 1;
};

// {"resumed": 10}: the attempt resumes from a checkpoint taken after step 10.
struct ReportedResumption {
  std::int64_t step = 0;
};

// {"artifact": "model.pt"}: a file to keep, in the trial's folder.
struct ReportedArtifact {
  std::string path;
};

// Says where an item stands: "line 3", "output 'epoch 3 loss 0.5'". Called for messages only.
using ReportedWhere = std::function<std::string()>;

using ReportedItem = std::variant<ReportedMetrics, ReportedResult, ReportedText, ReportedProgress,
                                  ReportedResumption, ReportedArtifact>;

// A value may be a number, NaN, Infinity or -Infinity as Python writes them, or one of
// these in quotes. A value that is null is left out. Throws Error.
ReportedItem parse_report_line(std::string_view line);

// The JSON object that a line is, with NaN and infinities as texts. Throws Error.
nlohmann::json parse_report_object(std::string_view line);

// The line that parse_report_line() reads as `item`, of metrics, a result or a resumption.
std::string report_line(const ReportedItem& item);

// The number that `text` is: as C writes them, or nan, inf, infinity in any case, with or
// without a sign. Empty if it is anything else.
std::optional<double> number_in(std::string_view text);

// Splits bytes into lines. The content of lines that are too long is dropped.
class ReportLines {
 public:
  struct Line {
    std::string text;  // without its newline; "" if too long
    bool too_long = false;
  };

  void append(std::string_view bytes) { buffer_ += bytes; }
  // The next complete line, skipping blank lines; empty if there is none yet.
  std::optional<Line> next();
  // What follows the last newline, once nothing more will be appended.
  std::optional<Line> rest();

 private:
  void forget_taken();

  std::string buffer_;
  std::size_t taken_ = 0;     // bytes of buffer_ that were returned
  std::size_t searched_ = 0;  // bytes of it known to have no newline
  bool skipping_ = false;     // inside a line that is too long
};

}  // namespace polysweep
