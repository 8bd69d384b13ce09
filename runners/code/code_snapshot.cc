#include "runners/code/code_snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "framework/core/clock.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/suggestion.h"
#include "runners/process/descriptor.h"
#include "runners/store/host_name.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kManifest = "manifest.json";
constexpr int kFormat = 1;
constexpr std::size_t kPiece = 256 * 1024;
constexpr std::size_t kFewFiles = 16;  // each synced by itself

fs::path objects_folder(const fs::path& store) { return snapshots_folder(store) / "objects"; }

bool is_digest(const std::string& name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == name.npos;
}

std::int64_t ns_of(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// When the snapshot was complete; 0: the store does not have it.
std::int64_t made_ns(const fs::path& store, std::string_view digest) {
  struct stat facts {};
  const fs::path manifest = snapshot_folder(store, digest) / kManifest;
  return stat(manifest.c_str(), &facts) == 0 ? ns_of(facts.st_mtim) : 0;
}

bool can_be_read(const fs::path& store, std::string_view digest) {
  try {
    load_snapshot(store, digest);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Copies files into objects: under temporary names first, then, once all are durable,
// under their own.
class ObjectWriter {
 public:
  // Objects that changed after `made_ns`, when their snapshot was complete, are read; 0: they
  // are not.
  explicit ObjectWriter(const fs::path& store, std::int64_t made_ns = 0)
      : store_(store), made_ns_(made_ns) {
    fs::create_directories(objects_folder(store));
  }
  ~ObjectWriter() {
    for (const auto& [temporary, name] : written_) unlink(temporary.c_str());
  }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void add(const InputFile& file, const fs::path& source) {
    const fs::path name = code_object(store_, file);
    struct stat facts {};
    const bool is_there =
        stat(name.c_str(), &facts) == 0 && facts.st_mtim.tv_sec == object_time_s(file);
    const bool is_old = made_ns_ == 0 || ns_of(facts.st_ctim) <= made_ns_;
    if (is_there && (is_old || sha256_hex_of_file(name) == file.sha256)) return;
    if (names_.insert(name).second) missing_.push_back({file, source});
  }

  void finish() {
    for (const auto& [file, source] : missing_) write(file, source);
    rename_all();
  }

 private:
  void write(const InputFile& file, const fs::path& source) {
    const fs::path name = code_object(store_, file);
    const fs::path temporary = name.string() + fmt::format(".{}-{}-{}.tmp", machine_name(),
                                                           getpid(), new_temporary_number());
    const Descriptor in(open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (in.get() < 0) fail("cannot read {}: {}", source.string(), std::strerror(errno));
    const Descriptor out(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (out.get() < 0) fail("cannot write {}: {}", temporary.string(), std::strerror(errno));
    written_.emplace_back(temporary, name);
    if (copy(in, out, source, temporary) != file.sha256) {
      fail("{} changed while its snapshot was made; run the command again", source.string());
    }
    const timespec times[2] = {{0, UTIME_NOW}, {object_time_s(file), 0}};
    const bool is_closed =
        fchmod(out.get(), file.executable ? 0555 : 0444) == 0 && futimens(out.get(), times) == 0;
    if (!is_closed) fail("cannot write {}: {}", temporary.string(), std::strerror(errno));
    if (missing_.size() <= kFewFiles && fsync(out.get()) != 0) {
      fail("cannot sync {}: {}", temporary.string(), std::strerror(errno));
    }
  }

  void rename_all() {
    if (written_.empty()) return;
    const Descriptor folder(
        open(objects_folder(store_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (missing_.size() > kFewFiles && syncfs(folder.get()) != 0) {
      fail("cannot sync {}: {}", store_.string(), std::strerror(errno));
    }
    while (!written_.empty()) {
      const auto& [temporary, name] = written_.back();
      if (std::rename(temporary.c_str(), name.c_str()) != 0) {
        fail("cannot rename {}: {}", temporary.string(), std::strerror(errno));
      }
      written_.pop_back();
    }
    if (fsync(folder.get()) != 0) {
      fail("cannot sync {}: {}", store_.string(), std::strerror(errno));
    }
  }

  // The digest of what was copied.
  static std::string copy(const Descriptor& in, const Descriptor& out, const fs::path& source,
                          const fs::path& into) {
    Sha256 hash;
    std::string piece(kPiece, '\0');
    while (true) {
      const ssize_t size = read(in.get(), piece.data(), piece.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) fail("cannot read {}: {}", source.string(), std::strerror(errno));
      if (size == 0) return to_hex(hash.finish());
      hash.update({piece.data(), static_cast<std::size_t>(size)});
      for (ssize_t done = 0; done < size;) {
        const ssize_t some =
            ::write(out.get(), piece.data() + done, static_cast<std::size_t>(size - done));
        if (some < 0 && errno != EINTR) {
          fail("cannot write {}: {}", into.string(), std::strerror(errno));
        }
        done += std::max<ssize_t>(some, 0);
      }
    }
  }

  fs::path store_;
  std::int64_t made_ns_ = 0;
  std::set<fs::path> names_;
  std::vector<std::pair<InputFile, fs::path>> missing_;  // with what to copy
  std::vector<std::pair<fs::path, fs::path>> written_;   // temporary and own names
};

void write_manifest(const fs::path& store, const CodeSnapshot& snapshot) {
  Json files = Json::array();
  for (const InputFile& file : snapshot.files) {
    struct stat facts {};
    stat(code_object(store, file).c_str(), &facts);
    files.push_back({{"path", file.path},
                     {"mode", file.executable ? "0555" : "0444"},
                     {"sha256", file.sha256},
                     {"size", facts.st_size}});
  }
  const Json document = {{"format", kFormat},           {"code", snapshot.digest},
                         {"made_us", snapshot.made_us}, {"host", snapshot.host},
                         {"root", snapshot.root},       {"sweep_in_root", snapshot.sweep_in_root},
                         {"files", std::move(files)}};
  const fs::path folder = snapshot_folder(store, snapshot.digest);
  system_files().create_folders(folder);
  system_files().replace(folder / kManifest, document.dump(1) + "\n");
}

}  // namespace

fs::path snapshots_folder(const fs::path& store) { return store / "code"; }

fs::path snapshot_folder(const fs::path& store, std::string_view digest) {
  return snapshots_folder(store) / digest;
}

fs::path code_object(const fs::path& store, const InputFile& file) {
  return objects_folder(store) / (file.sha256 + (file.executable ? ".x" : ""));
}

std::int64_t object_time_s(const InputFile& file) {
  check(file.sha256.size() == 64, "an object is named by its digest");
  return 1'000'000'000 + std::stoll(file.sha256.substr(0, 7), nullptr, 16);
}

void make_snapshot(const fs::path& store, const CommandSpec& command) {
  check(command.has_snapshot(), "the command has code to take a snapshot of");
  const std::string digest = command.code_digest();
  const std::int64_t known_ns = made_ns(store, digest);
  try {
    ObjectWriter objects(store, known_ns);
    for (const InputFile& file : command.files) {
      const bool is_outside = fs::path(file.path).is_absolute();
      if (!is_outside) objects.add(file, fs::path(command.code.root) / file.path);
    }
    objects.finish();
  } catch (const Error& problem) {
    if (known_ns == 0) throw;
    fail(
        "the snapshot of code {:.12} in {} is damaged, and the work tree does not have that code: "
        "{}. Put these files back as they were, from version control or a backup of the store; "
        "without --code the code of now runs",
        digest, store.string(), problem.what());
  }
  if (can_be_read(store, digest)) return;
  write_manifest(store, {digest, command.code.root, command.code.sweep_in_root, machine_name(),
                         system_clock().wall_us(), command.files});
}

void copy_snapshot(const fs::path& from, const fs::path& to, std::string_view digest) {
  const CodeSnapshot snapshot = load_snapshot(from, digest);
  ObjectWriter objects(to);
  for (const InputFile& file : snapshot.files) {
    if (!fs::path(file.path).is_absolute()) objects.add(file, code_object(from, file));
  }
  objects.finish();
  if (!has_snapshot(to, digest)) write_manifest(to, snapshot);
}

bool has_snapshot(const fs::path& store, std::string_view digest) {
  return access((snapshot_folder(store, digest) / kManifest).c_str(), F_OK) == 0;
}

std::vector<std::string> snapshot_digests(const fs::path& store) {
  std::vector<std::string> out = system_files().list(snapshots_folder(store));
  std::erase_if(
      out, [&](const std::string& name) { return !is_digest(name) || !has_snapshot(store, name); });
  return out;
}

std::string find_snapshot(const fs::path& store, std::string_view prefix) {
  std::vector<std::string> known = snapshot_digests(store);
  std::vector<std::string> found;
  for (const std::string& digest : known) {
    if (digest.starts_with(prefix)) found.push_back(digest);
  }
  if (found.size() == 1) return found[0];
  std::string shown;
  const std::vector<std::string>& those = found.empty() ? known : found;
  for (std::size_t i = 0; i < std::min<std::size_t>(those.size(), 8); ++i) {
    shown += (shown.empty() ? "" : ", ") + those[i].substr(0, 12);
  }
  if (found.empty()) {
    fail("{} has no snapshot of code {}{}", store.string(), in_quotes(prefix),
         shown.empty() ? "" : "; it has " + shown);
  }
  fail("code {} is ambiguous; it begins {}", in_quotes(prefix), shown);
}

CodeSnapshot load_snapshot(const fs::path& store, std::string_view digest) {
  const fs::path file = snapshot_folder(store, digest) / kManifest;
  if (!has_snapshot(store, digest)) {
    fail("the snapshot of code {} is missing in {}", digest.substr(0, 12), store.string());
  }
  try {
    const Json document = Json::parse(system_files().read(file));
    CodeSnapshot out;
    out.digest = document.at("code").get<std::string>();
    out.made_us = document.at("made_us").get<std::int64_t>();
    out.host = document.at("host").get<std::string>();
    out.root = document.at("root").get<std::string>();
    out.sweep_in_root = document.at("sweep_in_root").get<std::string>();
    for (const Json& each : document.at("files")) {
      out.files.push_back({each.at("path").get<std::string>(), each.at("sha256").get<std::string>(),
                           each.at("mode").get<std::string>() == "0555"});
      if (!is_digest(out.files.back().sha256)) fail("a file has no digest");
    }
    return out;
  } catch (const std::exception& problem) {
    fail(
        "{} is not the manifest of a snapshot: {}; `polysweep run` makes it again while the work "
        "tree has that code",
        file.string(), problem.what());
  }
}

std::vector<fs::path> unused_code(const fs::path& store, const std::vector<std::string>& used) {
  std::vector<fs::path> out;
  std::set<fs::path> needed;
  bool all_known = true;  // a damaged manifest does not tell its objects
  for (const std::string& name : system_files().list(snapshots_folder(store))) {
    if (!is_digest(name)) continue;
    const bool is_used = std::find(used.begin(), used.end(), name) != used.end();
    if (!is_used || !has_snapshot(store, name)) {
      out.push_back(snapshot_folder(store, name));
      continue;
    }
    if (!can_be_read(store, name)) {
      all_known = false;
      continue;
    }
    for (const InputFile& file : load_snapshot(store, name).files) {
      needed.insert(code_object(store, file));
    }
  }
  if (!all_known) return out;
  for (const std::string& name : system_files().list(objects_folder(store))) {
    const fs::path object = objects_folder(store) / name;
    if (!needed.contains(object)) out.push_back(object);
  }
  return out;
}

}  // namespace polysweep
