#include "runners/command/command_worker.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/provenance.h"
#include "framework/sweep/experiment.h"
#include "runners/command/command_runner.h"
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

Provenance provenance_of(const CommandSpec& command) {
  Provenance provenance = process_provenance();
  const WordTemplate& program = command.words.at(0).words.at(0);
  if (!program.is_literal()) return provenance;
  const std::filesystem::path found =
      locate_program(*program.fill([](std::string_view) { return nullptr; }), command.sweep_folder,
                     own_program().parent_path());
  provenance.add("command.program", found.string());
  provenance.add("command.program_digest", sha256_hex_of_file(found));
  for (const InputFile& file : command.files) {
    provenance.add("command.file." + file.path, file.sha256);
  }
  return provenance;
}

}  // namespace

WorkerCommand command_worker(const std::filesystem::path& polysweep, const Catalogue& catalogue,
                             const std::filesystem::path& store) {
  const std::string json = catalogue.to_json();
  WorkerCommand command;
  command.program = polysweep;
  command.build = catalogue.build;
  command.catalogue_digest = sha256_hex(json);
  const std::filesystem::path file =
      store / "commands" / (command.catalogue_digest.substr(0, 32) + ".json");
  system_files().create_folders(file.parent_path());
  system_files().replace(file, json);
  command.arguments = {kCommandWorkerWord, file.string()};
  return command;
}

void serve_command(const std::filesystem::path& catalogue_file) {
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
  hello.provenance = provenance_of(*spec.command).to_json();
  hello.pid = getpid();
  static CommandRunner runner(spec, own_program().parent_path());
  serve_attempts(channel_fd, hello, runner);
  runner.clear_folders();
}

}  // namespace polysweep
