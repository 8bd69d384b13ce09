// Follows the TensorBoard event files below a folder.
//
// A file whose name contains "tfevents" is one. A tag is a metric as it is ("loss/train");
// of a file in a folder train, validation, val, eval or test, where loggers put files with
// equal tags, with the folder's name before it ("validation/epoch_loss").
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/command/output_capture.h"
#include "runners/process/descriptor.h"

namespace polysweep {

class EventFileCapture {
 public:
  // The folders `others` are not searched.
  EventFileCapture(std::filesystem::path folder, std::vector<std::filesystem::path> others,
                   CaptureSink sink);

  // Takes the records that are new.
  void follow();
  // The complete records that are there belong to an earlier attempt.
  void skip_present();
  // Nothing is written any more: a record that is not complete is refused.
  void finish();
  bool has_matched() const { return has_matched_; }

 private:
  struct File {
    std::filesystem::path path;
    std::string prefix;  // of its metrics
    Descriptor open;
    std::uint64_t offset = 0;  // of the next record
    std::string bytes;         // from there on
    std::uint64_t skip = 0;    // bytes of a long record that are still to come
    std::uint64_t records = 0;
    bool is_damaged = false;
  };

  void find_files();
  void read(File& file);
  // Takes the complete records of `bytes`. False once the file is damaged.
  bool take_records(File& file);
  void take(File& file, std::string_view record);
  void refuse(const File& file, const std::string& why);

  std::filesystem::path folder_;
  std::vector<std::filesystem::path> others_;
  CaptureSink sink_;
  std::vector<File> files_;
  bool is_skipping_ = false;
  bool has_matched_ = false;
};

}  // namespace polysweep
