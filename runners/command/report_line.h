// What a program says of its trial: one JSON object a line, as docs/protocol.md
// has it.
//
// Anything may stand in such a file: a line that is none of the protocol's is an
// Error that says why, and nothing else happens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace polysweep {

inline constexpr std::size_t kLongestReportLine = 1024 * 1024;  // bytes, without its end

// {"metric": "loss", "step": 10, "value": 0.5} and
// {"metrics": {"loss": 0.5, "accuracy": 0.9}, "step": 10}.
struct SaidMetrics {
  std::vector<std::pair<std::string, double>> values;
  std::optional<std::int64_t> step;
};

// {"result": {"loss": 0.5}}: final values, and that nothing is left to do.
struct SaidResult {
  std::vector<std::pair<std::string, double>> values;
};

// {"text": "sample", "step": 10, "value": "..."}
struct SaidText {
  std::string name;
  std::string value;
  std::optional<std::int64_t> step;
};

// {"progress": 0.4} and {"progress": 40, "total": 100}.
struct SaidProgress {
  double done = 0;
  double total = 1;
};

// {"resumed": 10}: the attempt goes on from a checkpoint taken after step 10.
struct SaidResumed {
  std::int64_t step = 0;
};

// {"artifact": "model.pt"}: a file worth keeping, below the trial's folder.
struct SaidArtifact {
  std::string path;
};

using Said =
    std::variant<SaidMetrics, SaidResult, SaidText, SaidProgress, SaidResumed, SaidArtifact>;

// A value may be a number, "NaN", "Infinity", "-Infinity" (quoted or bare, as
// Python writes them) or null, which is NaN. Throws Error.
Said parse_report_line(std::string_view line);

// Bytes cut into lines, of which none is kept that is longer than a line may be.
class ReportLines {
 public:
  struct Line {
    std::string text;  // without its end; "" where it is too long
    bool too_long = false;
  };

  void append(std::string_view bytes) { buffer_ += bytes; }
  // The next whole line, without blank ones; empty where none is there yet.
  std::optional<Line> next();
  // What stands behind the last line's end, once no more will come.
  std::optional<Line> rest();

 private:
  void forget_taken();

  std::string buffer_;
  std::size_t taken_ = 0;     // bytes of buffer_ that were given out
  std::size_t searched_ = 0;  // bytes of it without a line's end
  bool skipping_ = false;     // inside a line that is too long
};

}  // namespace polysweep
