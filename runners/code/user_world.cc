#include "runners/code/user_world.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "runners/code/code_snapshot.h"
#include "runners/process/child_process.h"
#include "runners/process/program_output.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr double kMost_s = 20;
constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

// What one answer begins with.
constexpr std::string_view kMark = "polysweep:";

// Empty where the program does not answer in time.
std::optional<std::string> answer_of(std::vector<std::string> argv) {
  try {
    ProcessOptions options;
    options.argv = std::move(argv);
    options.environment = {{"PYTHONDONTWRITEBYTECODE", "1"},
                           {"GIT_OPTIONAL_LOCKS", "0"},
                           {"GIT_TERMINAL_PROMPT", "0"}};
    options.folder = "/";
    options.channel = false;
    ChildProcess process(options);
    std::optional<std::string> output = process.read_all_output(kMost_s, kMostBytes);
    if (!output) process.kill(SIGKILL);
    const ExitStatus status = process.wait();
    const auto* exited = std::get_if<Exited>(&status);
    if (exited == nullptr || exited->code != 0) return std::nullopt;
    return output;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::optional<std::string> git(const fs::path& root, const std::string& words) {
  return answer_of({"/bin/sh", "-c",
                    "exec git -c safe.directory='*' -C \"$0\" " + words + " 2>/dev/null",
                    root.string()});
}

void keep_diff(const CommandSpec& command, const fs::path& store, const std::string& diff,
               Provenance& world) {
  const std::string digest = sha256_hex(diff);
  world.add("code.diff", digest);
  const std::string code = command.code_digest();
  const fs::path file = snapshot_folder(store, code) / (digest.substr(0, 32) + ".diff");
  if (!has_snapshot(store, code) || access(file.c_str(), F_OK) == 0) return;
  try {
    system_files().replace(file, diff);
  } catch (const Error& problem) {
    world.add("code.diff_problem", problem.what());
  }
}

void add_commit(const CommandSpec& command, const fs::path& store, Provenance& world) {
  const fs::path root = command.code.root;
  const std::optional<std::string> commit = git(root, "rev-parse --verify -q HEAD");
  if (!commit) return;
  world.add("code.commit", trimmed(*commit));
  world.add("code.branch", trimmed(git(root, "rev-parse --abbrev-ref HEAD").value_or("not known")));
  const std::optional<std::string> diff =
      git(root, "diff --no-ext-diff --no-textconv --no-color --relative HEAD -- .");
  const std::optional<std::string> changes =
      git(root, "status --porcelain --untracked-files=normal -- .");
  const bool is_known = diff && changes;
  world.add("code.dirty", !is_known ? "not known" : changes->empty() ? "false" : "true");
  if (diff && !diff->empty()) keep_diff(command, store, *diff, world);
}

// The interpreter that the first line of a script names; "" for none.
fs::path interpreter_in(const fs::path& script) {
  std::ifstream in(script, std::ios::binary);
  std::string line(256, '\0');
  in.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(in.gcount()));
  if (!line.starts_with("#!")) return {};
  line = line.substr(2, line.find('\n') - 2);
  std::istringstream words(line);
  std::string first;
  std::string second;
  words >> first >> second;
  if (fs::path(first).filename() != "env") return first;
  return second.empty() ? fs::path() : find_program(second);
}

bool is_python(const fs::path& program) {
  const std::string name = program.filename().string();
  return name.starts_with("python") || name.starts_with("pypy");
}

constexpr const char* kPythonFacts = R"(
import json, sys
packages, problem = {}, ''
try:
    from importlib import metadata
    for one in metadata.distributions():
        name = one.metadata['Name']
        if name: packages.setdefault(name, one.version or '')
except Exception as error:
    problem = repr(error)
print('polysweep:' + json.dumps({'path': sys.executable, 'version': sys.version.replace('\n', ' '),
                                 'packages': packages, 'problem': problem}))
)";

void add_python(const fs::path& python, Provenance& world) {
  const std::optional<std::string> answer = answer_of({python.string(), "-c", kPythonFacts});
  const std::size_t begin = answer ? answer->rfind(kMark) : std::string::npos;
  const nlohmann::json facts =
      begin == std::string::npos
          ? nlohmann::json()
          : nlohmann::json::parse(answer->substr(begin + kMark.size()), nullptr, false);
  if (!facts.is_object()) {
    world.add("interpreter.path", python.string());
    world.add("interpreter.problem",
              fmt::format("it did not tell its version and packages within {} s", kMost_s));
    return;
  }
  world.add("interpreter.path", facts.value("path", python.string()));
  world.add("interpreter.version", facts.value("version", ""));
  const std::string problem = facts.value("problem", "");
  if (!problem.empty()) world.add("interpreter.problem", "packages: " + problem);
  for (const auto& [name, version] : facts.at("packages").items()) {
    if (version.is_string()) world.add("package." + name, version.get<std::string>());
  }
}

void add_interpreter(const fs::path& program, Provenance& world) {
  if (program.empty()) return;
  fs::path interpreter = program;
  if (!is_python(program)) interpreter = interpreter_in(program);
  if (interpreter.empty()) return;
  if (is_python(interpreter)) {
    add_python(interpreter, world);
  } else {
    world.add("interpreter.path", interpreter.string());
  }
}

void add_container(Provenance& world) {
  for (const char* name : {"APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"}) {
    const char* image = std::getenv(name);
    if (image == nullptr) continue;
    world.add("container", image);
    return;
  }
  if (access("/.dockerenv", F_OK) == 0) world.add("container", "docker");
  if (access("/run/.containerenv", F_OK) != 0) return;
  std::ifstream in("/run/.containerenv");
  std::string image = "podman";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("image=")) image = line.substr(6);
  }
  world.add("container", image);
}

}  // namespace

Provenance user_world(const CommandSpec& command, const fs::path& store, const fs::path& program) {
  Provenance world;
  if (command.files.empty()) return world;
  world.add("code.digest", command.code_digest());
  add_commit(command, store, world);
  add_interpreter(program, world);
  add_container(world);
  return world;
}

}  // namespace polysweep
