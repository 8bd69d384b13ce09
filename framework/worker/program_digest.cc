#include "framework/worker/program_digest.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>

#include "framework/core/digest.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr const char* kOwnFile = "/proc/self/exe";

std::string hex(std::string_view bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});  // NOLINT
}

std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

// The build id among the notes of a segment; "" where it has none.
std::string build_id_of_notes(std::string_view notes) {
  while (notes.size() > sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof header);
    const std::size_t name_at = sizeof header;
    const std::size_t content_at = name_at + padded(header.n_namesz);
    const std::size_t end = content_at + padded(header.n_descsz);
    if (end > notes.size()) break;
    const std::string_view name = notes.substr(name_at, header.n_namesz);
    if (header.n_type == NT_GNU_BUILD_ID && name == std::string_view("GNU\0", 4)) {
      return hex(notes.substr(content_at, header.n_descsz));
    }
    notes.remove_prefix(end);
  }
  return "";
}

std::string build_id(const dl_phdr_info& object) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const char* const begin =
        reinterpret_cast<const char*>(object.dlpi_addr + segment.p_vaddr);  // NOLINT
    std::string id = build_id_of_notes({begin, segment.p_memsz});
    if (!id.empty()) return id;
  }
  return "";
}

bool is_of_the_system(std::string_view path) {
  if (!path.starts_with('/')) return true;  // the kernel's own, as linux-vdso.so.1
  for (const char* folder : {"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"}) {
    if (path.starts_with(folder)) return true;
  }
  return false;
}

// Tools that watch a process (profilers, tracers, fault injection) are preloaded:
// they are not part of the program.
bool is_preloaded(std::string_view path) {
  const char* preloaded = std::getenv("LD_PRELOAD");
  if (preloaded == nullptr) return false;
  std::string_view rest = preloaded;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(" :"), rest.size());
    if (rest.substr(0, end) == path) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

struct LoadedCode {
  bool has_program = false;
  std::string program;                           // its build id; "" where it has none
  std::map<std::string, std::string> libraries;  // path -> build id
};

// The first object is the program itself.
int visit(dl_phdr_info* object, std::size_t /*size*/, void* target) {
  LoadedCode& code = *static_cast<LoadedCode*>(target);
  const std::string_view path = object->dlpi_name == nullptr ? "" : object->dlpi_name;
  if (!code.has_program) {
    code.has_program = true;
    code.program = build_id(*object);
  } else if (!is_of_the_system(path) && !is_preloaded(path)) {
    code.libraries.emplace(path, build_id(*object));
  }
  return 0;
}

LoadedCode loaded_code() {
  LoadedCode code;
  dl_iterate_phdr(visit, &code);
  check(code.has_program, "a process has loaded its program");
  return code;
}

}  // namespace

std::string program_digest() {
  const LoadedCode code = loaded_code();
  std::vector<std::string> lines;
  for (const auto& [path, id] : code.libraries) {
    const std::filesystem::path file(path);
    std::error_code unknown;
    lines.push_back(id.empty() ? fmt::format("{} {}", file.filename().string(),
                                             std::filesystem::file_size(file, unknown))
                               : id);
  }
  // Not in the order of their paths: those differ between machines.
  std::sort(lines.begin(), lines.end());
  lines.insert(lines.begin(), code.program.empty() ? sha256_hex_of_file(kOwnFile) : code.program);
  return sha256_hex(fmt::format("{}", fmt::join(lines, "\n"))).substr(0, 16);
}

std::vector<std::filesystem::path> program_libraries() {
  std::vector<std::filesystem::path> paths;
  for (const auto& [path, id] : loaded_code().libraries) paths.emplace_back(path);
  return paths;
}

}  // namespace polysweep
