// A folder that is written under a temporary name and gets its own when it is
// whole; and files whose every failure is an Error. For results/*.cc alone.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace polysweep {

class ExportFolder {
 public:
  // Makes a folder in `where` ("": beside `place`; on the same file system).
  // Throws Error where `place` exists, or where nothing can be made there.
  explicit ExportFolder(const std::filesystem::path& place,
                        const std::filesystem::path& where = {});
  // Removes what did not get its name.
  ~ExportFolder();
  ExportFolder(const ExportFolder&) = delete;
  ExportFolder& operator=(const ExportFolder&) = delete;

  // Where to write.
  const std::filesystem::path& path() const { return temporary_; }
  // Makes all of it durable and gives it its name, in one step. Throws Error
  // where that was taken meanwhile.
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
  ~OutputFile();  // without what the buffer holds
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);
  // All of it is with the system. To be called before the destructor.
  void close();

 private:
  void write_out(std::string_view bytes);

  std::filesystem::path path_;
  std::string buffer_;
  int descriptor_ = -1;
};

// OutputFile in one call.
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace polysweep
