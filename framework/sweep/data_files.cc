#include "framework/sweep/data_files.h"

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

std::string origin(const std::string& source) {
  return source.empty() ? "" : fmt::format("; its source: {}", source);
}

}  // namespace

std::filesystem::path locate_data_file(const std::filesystem::path& folder, const std::string& path,
                                       const std::string& source) {
  fs::path plain = folder / path;
  fs::path packed = folder / (path + ".gz");
  if (fs::is_regular_file(plain)) return plain;
  if (fs::is_regular_file(packed)) return packed;
  fail("there is no data file at {} or {}{}", plain.string(), packed.string(), origin(source));
}

DataFolder::DataFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::string DataFolder::digest_for(const std::vector<DataSpec>& specs,
                                   const Parameters& parameters) {
  std::map<std::string, std::string> wanted;
  for (const DataSpec& spec : specs) {
    if (!all_hold(spec.when, parameters)) continue;
    for (const DataFile& file : spec.files) {
      if (folder_.empty()) {
        fail(
            "a trial reads the data file {}, but no data folder is given; name it with "
            "--data FOLDER{}",
            in_quotes(file.path), origin(spec.source));
      }
      if (!digests_.contains(file.path)) {
        const fs::path found = locate_data_file(folder_, file.path, spec.source);
        digests_[file.path] = sha256_hex(read_file_or_gz(found));
      }
      const std::string& digest = digests_[file.path];
      if (!file.sha256.empty() && digest != file.sha256) {
        fail("the data file {} has the SHA-256 {}; expected {}{}",
             locate_data_file(folder_, file.path, spec.source).string(), digest, file.sha256,
             origin(spec.source));
      }
      wanted[file.path] = digest;
    }
  }
  if (wanted.empty()) return "";
  std::string lines;
  for (const auto& [path, digest] : wanted) {
    lines += fmt::format("{} {}\n", path, digest);
  }
  return sha256_hex(lines);
}

}  // namespace polysweep
