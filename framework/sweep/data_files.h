// The data files a trial reads, and their digest, which is part of its identity.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "framework/sweep/parameters.h"

namespace polysweep {

// One file below the data folder, at PATH or, compressed, at PATH.gz; the digest
// is always that of the uncompressed content.
struct DataFile {
  std::string path;
  std::string sha256;  // pinned, 64 hex digits; "" accepts any content
};

// A set of files that is read where all of `when` hold.
struct DataSpec {
  std::vector<Condition> when;
  std::vector<DataFile> files;
  std::string source;  // one line: where the files come from, for error messages
};

// The digests of files below one folder, each file read at most once.
class DataFolder {
 public:
  // `folder` may be "" as long as no data is read.
  explicit DataFolder(std::filesystem::path folder);

  // SHA-256 (hex) over the lines "PATH DIGEST\n" of all files that `specs` ask
  // for under `parameters`, sorted by path; "" where they ask for none. Throws
  // Error for a missing file, no folder, or a content that is not the pinned
  // one (both digests named).
  std::string digest_for(const std::vector<DataSpec>& specs, const Parameters& parameters);

  // Of the files read so far: path -> digest.
  const std::map<std::string, std::string>& digests() const { return digests_; }

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> digests_;
};

// The place of `file` below `folder`: PATH or PATH.gz. Throws Error naming both
// and `source` if neither exists.
std::filesystem::path locate_data_file(const std::filesystem::path& folder, const std::string& path,
                                       const std::string& source);

}  // namespace polysweep
