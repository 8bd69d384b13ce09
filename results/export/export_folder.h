// A folder that is written under a temporary name and renamed when it is
// complete; and files whose every failure is an Error. Internal to results/.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace polysweep {

class ExportFolder {
 public:
  // Makes a folder beside `place`. Throws Error if `place` exists, or if the
  // folder cannot be made.
  explicit ExportFolder(const std::filesystem::path& place);
  // Removes the folder unless finish() has returned.
  ~ExportFolder();
  ExportFolder(const ExportFolder&) = delete;
  ExportFolder& operator=(const ExportFolder&) = delete;

  // Where to write.
  const std::filesystem::path& path() const { return temporary_; }
  // Makes the content durable and renames the folder, in one step. Throws Error
  // if `place` exists by now.
  void finish();

 private:
  std::filesystem::path place_;
  std::filesystem::path temporary_;
};

// Throws Error that names the folder.
void make_folder(const std::filesystem::path& path);

// A new file, written through a buffer.
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path);
  ~OutputFile();  // does not write what the buffer still holds
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);
  // Writes the buffer. Must be called before the destructor. Throws Error.
  void close();

 private:
  void write_out(std::string_view bytes);

  std::filesystem::path path_;
  std::string buffer_;
  int descriptor_ = -1;
};

}  // namespace polysweep
