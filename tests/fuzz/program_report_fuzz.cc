// What a program writes into its metrics file: JSON lines, or anything. The file
// is that of a first attempt; a second resumes from what it reached.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "framework/core/error.h"
#include "runners/command/report_file.h"
#include "runners/command/report_line.h"
#include "runners/command/trial_report.h"
#include "runners/store/store_layout.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/recording_recorder.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

ExperimentSpec declared() {
  ExperimentSpec spec;
  spec.metrics = {{"loss"}, {"accuracy"}, {"elapsed_s"}};
  spec.command.emplace();
  spec.command->primary = "loss";
  spec.command->diverging = {"loss"};
  return spec;
}

// Expects what TrialReport promises of steps.
class CheckingRecorder : public RecordingRecorder {
 public:
  void metric(std::string_view name, std::int64_t step, double value) override {
    expect(step >= 0, "a step is not negative");
    expect(!resumed_after || step > *resumed_after, "a resumed attempt keeps off earlier steps");
    RecordingRecorder::metric(name, step, value);
  }
  void progress(double done, double total) override {
    expect(done >= 0 && done <= total, "progress is a share");
    RecordingRecorder::progress(done, total);
  }
};

void feed(TrialReport& report, std::string_view input, std::size_t piece, std::uint64_t& count) {
  ReportLines lines;
  const auto take = [&](const ReportLines::Line& line) {
    expect(line.text.size() <= kLongestReportLine, "a line is not longer than a line may be");
    report.take(line);
    ++count;
  };
  for (std::size_t at = 0; at < input.size(); at += piece) {
    lines.append(input.substr(at, piece));
    while (const auto line = lines.next()) take(*line);
  }
  if (const auto line = lines.rest()) take(*line);
}

}  // namespace

void fuzz(std::string_view input) {
  const TemporaryFolder folder;
  const ExperimentSpec spec = declared();
  std::map<std::string, std::map<std::int64_t, double>> whole;
  for (const std::size_t piece : {input.size() + 1, std::size_t{7}}) {
    CheckingRecorder recorder;
    ReportHistory history(spec, folder.path(), 1);  // none
    TrialReport report(spec, folder.path(), recorder, history);
    std::uint64_t count = 0;
    feed(report, input, piece, count);
    expect(report.accepted() + report.rejected() == count, "every line is accepted or rejected");
    const bool is_clean = report.rejected() == 0 && report.findings().conflicts == 0;
    expect(report.rejection().empty() == is_clean, "what is rejected or in conflict is told");
    report.finish();
    if (piece > input.size()) whole = recorder.metrics;
    for (const auto& [name, series] : recorder.metrics) {
      expect(whole[name].size() == series.size(), "pieces make no difference");
    }
  }
  std::ofstream(report_path(folder.path(), 1), std::ios::binary) << input;
  for (const std::int64_t step : {0, 3, 1000}) {
    CheckingRecorder recorder;
    ReportHistory history(spec, folder.path(), 2);
    TrialReport report(spec, folder.path(), recorder, history);
    report.take({fmt::format("{{\"resumed\":{}}}", step), false});
    expect(report.accepted() == 1, "an attempt may say that it resumes");
    for (const auto& [name, series] : recorder.metrics) {
      expect(series.rbegin()->first <= step, "nothing beyond the checkpoint is taken over");
    }
  }
}

}  // namespace polysweep
