#include "framework/sweep/file/input_files.h"

#include <map>

#include "framework/core/digest.h"
#include "framework/core/error_place.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/file/sweep_nodes.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 10'000;

class InputFiles {
 public:
  explicit InputFiles(const fs::path& folder) : folder_(folder) {}

  void add(const std::string& path) {
    const fs::path found = folder_ / path;
    std::error_code unknown;
    if (fs::is_directory(found, unknown)) {
      const fs::path normal = fs::path(path).lexically_normal();
      if (normal.is_absolute() || normal.generic_string().starts_with("..")) {
        fail("the folder {} does not lie below {}, where the sweep is", in_quotes(path),
             folder_.string());
      }
      add_folder(normal, found);
    } else if (fs::is_regular_file(found, unknown)) {
      add_file(fs::path(path).lexically_normal().generic_string(), found);
    } else {
      fail("no file {} in {}", in_quotes(path), folder_.string());
    }
  }

  std::vector<InputFile> sorted() const {
    std::vector<InputFile> out;
    for (const auto& [path, file] : files_) out.push_back(file);
    return out;
  }

 private:
  void add_folder(const fs::path& path, const fs::path& found) {
    std::error_code wrong;
    fs::recursive_directory_iterator at(found, wrong);
    while (!wrong && at != fs::recursive_directory_iterator()) {
      const std::string name = at->path().filename().string();
      std::error_code unknown;
      if (name.starts_with(".") || name == "__pycache__") {
        at.disable_recursion_pending();
      } else if (at->is_regular_file(unknown)) {
        add_file((path / at->path().lexically_relative(found)).generic_string(), at->path());
      }
      at.increment(wrong);
    }
    if (wrong) fail("cannot list {}: {}", found.string(), wrong.message());
  }

  void add_file(const std::string& path, const fs::path& found) {
    if (!is_utf8(path)) fail("the name of file {} is not UTF-8", in_quotes(path));
    if (files_.size() >= kMaxFiles) fail("more than {} input files", kMaxFiles);
    const auto [place, is_new] = files_.try_emplace(path);
    if (!is_new) return;
    const fs::perms mode = fs::status(found).permissions();
    place->second = {path, sha256_hex_of_file(found),
                     (mode & fs::perms::owner_exec) != fs::perms::none};
  }

  const fs::path& folder_;
  std::map<std::string, InputFile> files_;
};

}  // namespace

std::vector<InputFile> read_input_files(const TomlEntry& entry, const fs::path& folder) {
  if (entry.node.kind != TomlNode::Kind::kArray) {
    fail_at(entry.node.place, "'files' is {}; expected a list of files", entry.node.kind_name());
  }
  InputFiles files(folder);
  for (const TomlNode& item : entry.node.items) {
    const std::string& path = text_of(item, "a file of 'files'");
    in_place(item.place, [&] { files.add(path); });
  }
  return files.sorted();
}

}  // namespace polysweep
