// Everything that [capture] of a sweep file names, of one attempt.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/command_spec.h"
#include "runners/command/csv_capture.h"
#include "runners/command/event_file_capture.h"
#include "runners/command/output_capture.h"

namespace polysweep {

class MetricCapture {
 public:
  // Files are looked for in each of `folders`; one that lies in another counts for
  // itself only.
  MetricCapture(const CaptureSpec& spec, const std::vector<std::filesystem::path>& folders,
                CaptureSink sink);

  // Before the program starts: what is in the folders is of earlier attempts.
  void begin();
  void output(std::string_view bytes) { output_.append(bytes); }
  // Looks for what is new in files; twice a second at most.
  void follow(double now_s);
  // The program has ended and its output was read.
  void finish();
  // What found nothing, as the sweep file has it.
  std::vector<std::string> unmatched() const;

 private:
  const CaptureSpec& spec_;
  OutputCapture output_;
  std::vector<EventFileCapture> events_;  // a folder each
  std::vector<CsvCapture> csv_;
  double followed_s_ = 0;
};

}  // namespace polysweep
