// Follows a CSV file of metrics, as CSVLogger of Lightning and of Keras write them.
//
// Its first line names the columns; a later line without any number names them again. Of a
// line, the column step is the step, else epoch, else the line's number; every other column
// with a value is a metric. An empty field is skipped. A file that is written again with
// other columns is read again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/command/output_capture.h"
#include "runners/command/report_line.h"
#include "runners/process/followed_file.h"

namespace polysweep {

// The fields of a line, without their quotes. A field does not contain a line end.
std::vector<std::string> csv_fields(std::string_view line);

class CsvCapture {
 public:
  // `path`, relative to `folder`, may have the wildcards of fnmatch(3); the folders
  // `others` are not searched.
  CsvCapture(std::filesystem::path folder, std::string path,
             std::vector<std::filesystem::path> others, CaptureSink sink);

  // Takes the lines that are new.
  void follow();
  // The lines that are there belong to an earlier attempt.
  void skip_present();
  // Also takes a last line without its end. Nothing is written any more.
  void finish();
  bool has_matched() const { return has_matched_; }

 private:
  struct File {
    explicit File(const std::filesystem::path& path) : name(path.filename()), followed(path) {}

    std::string name;
    FollowedFile followed;
    ReportLines lines;
    std::vector<std::string> columns;
    std::uint64_t line = 0;  // the number of the last one
    std::int64_t row = 0;    // lines of values so far
  };

  void find_files();
  void read(const std::filesystem::path& path, File& file);
  void read_on(File& file);
  void take(File& file, const ReportLines::Line& line);

  std::filesystem::path folder_;
  std::string pattern_;
  std::vector<std::filesystem::path> others_;
  CaptureSink sink_;
  std::vector<std::pair<std::filesystem::path, File>> files_;
  bool is_skipping_ = false;
  bool has_matched_ = false;
};

}  // namespace polysweep
