#include "runners/code/code_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "framework/core/error_place.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "runners/process/descriptor.h"
#include "runners/process/program_output.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSourceEndings[] = {
    ".py",  ".pyx", ".pxd", ".pyi", ".ipynb", ".sh",    ".bash", ".zsh",    ".jl",    ".R",
    ".r",   ".lua", ".js",  ".mjs", ".cjs",   ".ts",    ".rb",   ".pl",     ".pm",    ".php",
    ".c",   ".cc",  ".cpp", ".cxx", ".cu",    ".cuh",   ".h",    ".hh",     ".hpp",   ".hxx",
    ".rs",  ".go",  ".kt",  ".f",   ".f90",   ".f95",   ".java", ".scala",  ".swift", ".m",
    ".hs",  ".ml",  ".ex",  ".clj", ".yaml",  ".yml",   ".ini",  ".cfg",    ".conf",  ".jinja",
    ".gin", ".sql", ".awk", ".sed", ".proto", ".cmake", ".mk",   ".gnuplot"};
// Of interpreters and package managers, and where trackers write; some of what they write
// ends in .yaml.
constexpr std::string_view kSkippedNames[] = {"__pycache__", "node_modules", "lightning_logs",
                                              "mlruns",      "wandb",        "multirun"};
constexpr std::size_t kMostVisited = 200'000;  // entries of the folders that are searched
constexpr double kGitTime_s = 30;
constexpr std::size_t kTextProbe = 1024;
constexpr std::uint64_t kLongestScript = 1024 * 1024;

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto ends = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return ends.first == folder.end();
}

fs::path common_ancestor(const fs::path& a, const fs::path& b) {
  fs::path out;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end() && *x == *y; ++x, ++y) {
    out /= *x;
  }
  return out;
}

// Without a '/' at its end.
fs::path normal(const fs::path& path) {
  fs::path out = path.lexically_normal();
  return out.has_filename() || !out.has_relative_path() ? out : out.parent_path();
}

bool is_script(const fs::path& path, const struct stat& facts) {
  if ((facts.st_mode & S_IXUSR) == 0 || static_cast<std::uint64_t>(facts.st_size) > kLongestScript)
    return false;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char bytes[kTextProbe];
  const ssize_t size = file.get() < 0 ? -1 : read(file.get(), bytes, sizeof bytes);
  return size > 2 && std::memchr(bytes, 0, static_cast<std::size_t>(size)) == nullptr;
}

// The folders that never hold code: those above, and what the sweep file names as outputs.
class SkippedFolders {
 public:
  void add(const fs::path& folder) { known_[folder.native()] = true; }
  bool skips(const fs::path& folder) {
    const auto [place, is_new] = known_.try_emplace(folder.native(), false);
    if (is_new) place->second = look(folder);
    return place->second;
  }
  // Whether a folder between `base` and `file` is skipped.
  bool skips_above(const fs::path& base, const fs::path& file) {
    for (fs::path at = file.parent_path(); at != base && is_below(at, base);
         at = at.parent_path()) {
      if (skips(at)) return true;
    }
    return false;
  }

 private:
  static bool look(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const bool is_known = std::find(std::begin(kSkippedNames), std::end(kSkippedNames), name) !=
                          std::end(kSkippedNames);
    if (name.starts_with(".") || is_known) return true;
    const auto has = [&](const char* entry) { return access((folder / entry).c_str(), F_OK) == 0; };
    return has("pyvenv.cfg") || has("conda-meta") ||
           (has("journal") && (has("trials") || has("polysweep.db")));
  }

  std::unordered_map<std::string, bool> known_;
};

class CodeSearch {
 public:
  CodeSearch(const CommandSpec& command, const CodeLimits& limits)
      : command_(command), limits_(limits), sweep_folder_(normal(command.sweep_folder)) {
    for (const std::string& output : command.code.outputs) {
      outputs_.insert(normal(sweep_folder_ / output));
      skipped_.add(normal(sweep_folder_ / output));
    }
  }

  // What `files` names.
  void declared() {
    for (const CodeSpec::Declared& one : *command_.code.declared) {
      in_place(one.place, [&] { add_declared(one.path); });
    }
  }

  void found() {
    const fs::path folder = working_folder();
    std::set<fs::path> bases;
    const bool in_git = has_git(sweep_folder_);
    if (in_git) bases.insert(sweep_folder_);
    if (folder != sweep_folder_) bases.insert(folder);
    for (const fs::path& file : named_files(folder)) {
      if (outside_.contains(file)) {
        add_outside(file);
        continue;
      }
      add(file);
      const bool is_covered = in_git && is_below(file, sweep_folder_);
      if (!is_covered) bases.insert(file.parent_path());
    }
    for (const fs::path& base : bases) add_sources(base);
  }

  void finish(CommandSpec& command, DigestCache& cache) const {
    fs::path root = sweep_folder_;
    for (const auto& [path, facts] : files_) {
      if (outside_.count(path) == 0) root = common_ancestor(root, path);
    }
    root = normal(root);
    command.code.root = root.string();
    const fs::path below = sweep_folder_.lexically_relative(root);
    command.code.sweep_in_root = below.empty() ? "." : below.generic_string();
    command.files.clear();
    for (const auto& [path, facts] : files_) {
      const bool is_outside = outside_.count(path) != 0;
      const std::string name =
          is_outside ? path.string() : path.lexically_relative(root).generic_string();
      if (!is_utf8(name)) {
        fail(
            "in {}, the name of the file {} is not UTF-8; rename it, or leave it out of files = "
            "[...]",
            path.parent_path().string(), in_quotes(path.filename().string()));
      }
      command.files.push_back({name, cache.digest(path, facts), (facts.st_mode & S_IXUSR) != 0});
    }
    std::sort(command.files.begin(), command.files.end(),
              [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
  }

 private:
  void add_declared(const std::string& given) {
    const fs::path path = normal(sweep_folder_ / given);
    const bool is_outside = fs::path(given).is_absolute() && !is_below(path, sweep_folder_);
    std::error_code unknown;
    if (is_output(path))
      fail("{} is named by 'outputs', too: expected code or an output", in_quotes(given));
    if (fs::is_directory(path, unknown)) {
      if (!is_below(path, sweep_folder_)) {
        fail("the folder {} does not lie below {}, where the sweep is", in_quotes(given),
             sweep_folder_.string());
      }
      walk(path, [](const fs::path&, const struct stat&) { return true; });
      return;
    }
    if (!fs::is_regular_file(path, unknown)) {
      fail("no file {} in {}", in_quotes(given), sweep_folder_.string());
    }
    if (is_outside) outside_.insert(path);
    add(path);
  }

  bool is_output(const fs::path& path) const {
    return std::any_of(outputs_.begin(), outputs_.end(),
                       [&](const fs::path& output) { return is_below(path, output); });
  }

  // The literal part of `folder`: where names in the command are looked up.
  fs::path working_folder() const {
    std::string text = command_.folder.text();
    constexpr std::string_view kSweep = "{sweep_folder}";
    if (text.starts_with(kSweep)) text = "./" + text.substr(kSweep.size());
    if (text.find('{') != std::string::npos || fs::path(text).is_absolute()) return sweep_folder_;
    const fs::path folder = normal(sweep_folder_ / text);
    std::error_code unknown;
    return fs::is_directory(folder, unknown) ? folder : sweep_folder_;
  }

  // A program that is named by an absolute path elsewhere runs there, and so does what it
  // imports: all of it is looked at before and after an attempt.
  void add_outside(const fs::path& file) {
    is_outside_ = true;
    add(file);
    add_sources(file.parent_path());
    is_outside_ = false;
  }

  std::vector<fs::path> named_files(const fs::path& folder) {
    std::vector<fs::path> out;
    const auto take = [&](std::string word) {
      constexpr std::string_view kSweep = "{sweep_folder}/";
      if (word.starts_with(kSweep)) word = word.substr(kSweep.size());
      if (word.empty() || word.find('{') != std::string::npos) return;
      if (fs::path(word).is_absolute()) {
        std::error_code unknown;
        const fs::path file = normal(word);
        const bool is_code = is_below(file, sweep_folder_) || is_source_name(word);
        if (is_code && fs::is_regular_file(file, unknown)) {
          out.push_back(file);
          if (!is_below(file, sweep_folder_)) outside_.insert(file);
        }
        return;
      }
      for (const fs::path& base : {folder, sweep_folder_}) {
        std::error_code unknown;
        const fs::path file = normal(base / word);
        if (!fs::is_regular_file(file, unknown)) continue;
        out.push_back(file);
        return;
      }
    };
    for (std::size_t i = 0; i < command_.words.size(); ++i) {
      const std::vector<WordTemplate>& words = command_.words[i].words;
      for (std::size_t k = 0; k < words.size(); ++k) {
        const std::string& text = words[k].text();
        const bool is_program = i == 0 && k == 0;
        if (!is_program || text.find('/') != std::string::npos) take(text);
        const bool is_module = i > 0 && k == 0 && command_.words[i - 1].words.size() == 1 &&
                               command_.words[i - 1].words[0].text() == "-m";
        if (!is_module) continue;
        std::string module = text;
        std::replace(module.begin(), module.end(), '.', '/');
        take(module + ".py");
        take(module + "/__main__.py");
      }
    }
    return out;
  }

  static bool has_git(const fs::path& folder) {
    for (fs::path at = folder;; at = at.parent_path()) {
      if (access((at / ".git").c_str(), F_OK) == 0) return true;
      if (at == at.parent_path()) return false;
    }
  }

  void add_sources(const fs::path& base) {
    const auto is_code = [](const fs::path& path, const struct stat& facts) {
      return is_source_name(path.filename().native()) ||
             (path.extension().empty() && is_script(path, facts));
    };
    if (has_git(base)) {
      for (const std::string& name : git_files(base)) {
        const fs::path path = normal(base / name);
        if (skipped_.skips_above(base, path)) continue;
        struct stat facts {};
        if (lstat(path.c_str(), &facts) != 0) continue;  // it was removed
        // A submodule, or another repository.
        if (S_ISDIR(facts.st_mode)) {
          if (!skipped_.skips(path)) walk(path, is_code);
          continue;
        }
        if (stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
        if (!path.filename().native().starts_with(".") && is_code(path, facts)) add(path);
      }
      return;
    }
    walk(base, is_code);
  }

  // Below `base`. Throws Error where git does not answer: other files would be other code.
  static std::vector<std::string> git_files(const fs::path& base) {
    // A work tree of another owner, as in a container, is read all the same.
    const std::string list =
        "git -c safe.directory='*' -C \"$0\" ls-files -z --cached --others --exclude-standard";
    const ProgramResult result =
        run_program({"/bin/sh", "-c", list + " 2>/dev/null", base.string()}, {kGitTime_s});
    if (!result.succeeded()) {
      const ProgramResult why =
          run_program({"/bin/sh", "-c", list + " 2>&1 >/dev/null", base.string()}, {kGitTime_s});
      fail("git does not list the files of {}: {}; files = [...] in the sweep file names its code",
           base.string(), in_quotes(why.output.substr(0, why.output.find('\n'))));
    }
    std::vector<std::string> out;
    std::string_view left = result.output;
    while (!left.empty()) {
      const std::string_view name = left.substr(0, left.find('\0'));
      left.remove_prefix(std::min(left.size(), name.size() + 1));
      out.emplace_back(name);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  // What it holds might be code.
  static void expect_readable(const fs::path& folder) {
    if (access(folder.c_str(), R_OK | X_OK) == 0) return;
    fail(
        "cannot list the folder {}, where code may be: {}; make it readable, or name what is code, "
        "as files = [\"train.py\", \"model\"]",
        folder.string(), std::strerror(errno));
  }

  void walk(const fs::path& base,
            const std::function<bool(const fs::path&, const struct stat&)>& takes) {
    std::error_code wrong;
    expect_readable(base);
    fs::recursive_directory_iterator at(base, wrong);
    while (!wrong && at != fs::recursive_directory_iterator()) {
      const fs::path& path = at->path();
      struct stat facts {};
      std::error_code unknown;
      if (++visited_ > kMostVisited) {
        fail(
            "{} holds more than {} files and folders to look for code in. Name the files that "
            "belong to it, as files = [\"train.py\", \"model\"], or files = [] for none",
            base.string(), kMostVisited);
      }
      if (at->is_directory(unknown) && !at->is_symlink(unknown)) {
        if (skipped_.skips(path)) {
          at.disable_recursion_pending();
        } else {
          expect_readable(path);
        }
      } else if (!path.filename().native().starts_with(".") && stat(path.c_str(), &facts) == 0 &&
                 S_ISREG(facts.st_mode) && takes(path, facts)) {
        add(path);
      }
      at.increment(wrong);
    }
    if (wrong) fail("cannot list {}: {}", base.string(), wrong.message());
  }

  void add(const fs::path& path) {
    if (is_output(path)) return;
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) {
      fail("cannot read {}: {}", path.string(), std::strerror(errno));
    }
    if (!files_.emplace(path, facts).second) return;
    if (is_outside_ && !is_below(path, sweep_folder_)) outside_.insert(path);
    bytes_ += static_cast<std::uint64_t>(facts.st_size);
    if (files_.size() > limits_.files || bytes_ > limits_.bytes) fail_large();
  }

  [[noreturn]] void fail_large() const {
    const auto largest = std::max_element(
        files_.begin(), files_.end(),
        [](const auto& a, const auto& b) { return a.second.st_size < b.second.st_size; });
    fail(
        "the code of the sweep has more than {}; the largest file is {} ({} bytes). Name the files "
        "that belong to it, as files = [\"train.py\", \"model\"], or files = [] for none",
        files_.size() > limits_.files ? fmt::format("{} files", limits_.files)
                                      : fmt::format("{} MiB", limits_.bytes >> 20),
        largest->first.lexically_relative(sweep_folder_).string(), largest->second.st_size);
  }

  const CommandSpec& command_;
  const CodeLimits& limits_;
  fs::path sweep_folder_;
  SkippedFolders skipped_;
  std::map<fs::path, struct stat> files_;
  std::set<fs::path> outside_;  // run where they are
  bool is_outside_ = false;     // what is added is
  std::set<fs::path> outputs_;
  std::uint64_t bytes_ = 0;
  std::size_t visited_ = 0;
};

}  // namespace

bool is_source_name(std::string_view name) {
  if (name == "Makefile" || name == "CMakeLists.txt") return true;
  return std::any_of(std::begin(kSourceEndings), std::end(kSourceEndings),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

void resolve_code(CommandSpec& command, DigestCache& cache, const CodeLimits& limits) {
  CodeSearch search(command, limits);
  if (command.code.declared) {
    search.declared();
  } else {
    search.found();
  }
  search.finish(command, cache);
}

std::string code_difference(const CommandSpec& command, DigestCache& cache) {
  for (const InputFile& file : command.files) {
    const bool is_outside = fs::path(file.path).is_absolute();
    if (!command.code.is_live && !is_outside) continue;
    const fs::path path =
        is_outside ? fs::path(file.path) : fs::path(command.code.root) / file.path;
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) return file.path + " is not there any more";
    const bool is_executable = (facts.st_mode & S_IXUSR) != 0;
    if (cache.digest(path, facts) != file.sha256 || is_executable != file.executable) {
      return file.path + " differs from when the trial was planned";
    }
  }
  return "";
}

}  // namespace polysweep
