#include "runners/command/command_worker.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/provenance.h"
#include "framework/sweep/experiment.h"
#include "runners/command/command_runner.h"
#include "runners/command/program_location.h"
#include "runners/process/child_process.h"

namespace polysweep {

namespace {

int channel_number() {
  const char* text = std::getenv(kChannelVariable);
  if (text == nullptr) {
    fail("{} is not set: `polysweep run` starts this worker; it cannot be started by hand",
         kChannelVariable);
  }
  int number = 0;
  const auto read = std::from_chars(text, text + std::strlen(text), number);
  if (read.ec != std::errc() || *read.ptr != '\0' || number < 0) {
    fail("{}={}: expected the number of a descriptor", kChannelVariable, text);
  }
  return number;
}

std::filesystem::path own_program() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown);
}

// The file of the code that is the program; nullptr where it is not code.
const InputFile* program_file(const CommandSpec& command, const std::string& program) {
  if (program.find('/') == std::string::npos) return nullptr;
  const std::string path =
      (std::filesystem::path(command.code.sweep_in_root) / program).lexically_normal().string();
  const auto found = std::find_if(command.files.begin(), command.files.end(),
                                  [&](const InputFile& file) { return file.path == path; });
  return found == command.files.end() ? nullptr : &*found;
}

Provenance provenance_of(const CommandSpec& command) {
  Provenance provenance = process_provenance();
  const WordTemplate& word = command.words.at(0).words.at(0);
  if (!word.is_literal()) return provenance;
  const std::string program = *word.fill([](std::string_view) { return nullptr; });
  if (const InputFile* file = program_file(command, program)) {
    provenance.add("command.program", file->path);
    provenance.add("command.program_digest", file->sha256);
    return provenance;
  }
  const std::filesystem::path found =
      locate_program(program, command.sweep_folder, own_program().parent_path());
  provenance.add("command.program", found.string());
  provenance.add("command.program_digest", sha256_hex_of_file(found));
  return provenance;
}

}  // namespace

WorkerCommand command_worker(const std::filesystem::path& polysweep, const Catalogue& catalogue,
                             const std::filesystem::path& store, const Provenance& world) {
  const std::string json = catalogue.to_json();
  WorkerCommand command;
  command.program = polysweep;
  command.build = catalogue.build;
  command.catalogue_digest = sha256_hex(json);
  const std::filesystem::path file =
      store / "commands" / (command.catalogue_digest.substr(0, 32) + ".json");
  system_files().create_folders(file.parent_path());
  system_files().replace(file, json);
  const std::string facts = world.to_json();
  const std::filesystem::path world_file =
      store / "commands" / (sha256_hex(facts).substr(0, 32) + ".facts");
  system_files().replace(world_file, facts);
  command.arguments = {kCommandWorkerWord, file.string(), "--world", world_file.string()};
  return command;
}

void serve_command(const std::filesystem::path& catalogue_file,
                   const std::filesystem::path& world_file) {
  // When the host dies we kill its programs and then exit, so no signal must come first.
  if (prctl(PR_SET_PDEATHSIG, 0) != 0) fail("prctl: {}", std::strerror(errno));
  const int channel_fd = channel_number();
  const Catalogue catalogue = Catalogue::from_json(system_files().read(catalogue_file));
  if (catalogue.experiments.size() != 1 || !catalogue.experiments[0].command) {
    fail("{} is not a catalogue of one command", catalogue_file.string());
  }
  const ExperimentSpec& spec = catalogue.experiments[0];
  WorkerHello hello;
  hello.build = build_digest();
  hello.catalogue_digest = sha256_hex(catalogue.to_json());
  Provenance provenance = provenance_of(*spec.command);
  const Provenance world = Provenance::from_json(system_files().read(world_file));
  for (const auto& [name, value] : world.facts) provenance.add(name, value);
  hello.provenance = provenance.to_json();
  hello.pid = getpid();
  static CommandRunner runner(spec, own_program().parent_path());
  serve_attempts(channel_fd, hello, runner);
  runner.clear_folders();
}

}  // namespace polysweep
