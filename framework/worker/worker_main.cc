#include "framework/worker/worker_main.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/worker/experiment_runner.h"
#include "framework/worker/program_digest.h"
#include "framework/worker/worker_schema.h"

namespace polysweep {

namespace {

constexpr const char* kChannelVariable = "POLYSWEEP_CHANNEL";
constexpr int kLargestNumber = 1 << 20;

int parse_number(const char* name, const char* text) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < 0 || value > kLargestNumber) {
    fail("{} is '{}'; expected an integer from 0 to {}", name, text, kLargestNumber);
  }
  return static_cast<int>(value);
}

class Program {
 public:
  Program(std::string name, std::span<const ExperimentRow> rows, const WorkerExtras& extras)
      : name_(std::move(name)), rows_(rows), extras_(extras) {}

  // The text that `arguments` ask for; empty where they ask to serve.
  std::optional<std::string> answer(const std::vector<std::string>& arguments) const;
  void serve(const std::vector<std::string>& arguments) const;

 private:
  std::string help() const;

  std::string name_;
  std::span<const ExperimentRow> rows_;
  const WorkerExtras& extras_;
};

std::string Program::help() const {
  std::string experiments;
  for (const ExperimentSpec& spec : catalogue_of(rows_).experiments) {
    experiments += fmt::format("  {:<24} {}\n", spec.name, spec.doc);
  }
  std::string text = fmt::format(
      "{0}: a worker of polysweep {1}. `polysweep run` starts it; a sweep file names it:\n"
      "  worker = \"PATH/{0}\"\n"
      "\nExperiments:\n{2}"
      "\nOptions:\n"
      "  {3:<24} print this text\n"
      "  {4:<24} print the experiments with parameters, metrics and data as JSON\n"
      "  {5:<24} the CUDA device of its trials (default: the CPU)",
      name_, version(), experiments, "--help", "--schema", "--device N");
  for (const WorkerCommand& command : extras_.commands) {
    text += fmt::format("\n  {:<24} {}", fmt::format("{} {}", command.option, command.arguments),
                        command.doc);
  }
  return text;
}

std::optional<std::string> Program::answer(const std::vector<std::string>& arguments) const {
  if (arguments.empty() || arguments[0] == "--device") return std::nullopt;
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (arguments[0] == "--help" && rest.empty()) return help();
  if (arguments[0] == "--schema" && rest.empty()) return worker_schema_json(catalogue_of(rows_));
  std::vector<std::string> known = {"--help", "--schema", "--device"};
  for (const WorkerCommand& command : extras_.commands) {
    if (arguments[0] == command.option) return command.print(rest);
    known.emplace_back(command.option);
  }
  if ((arguments[0] == "--help" || arguments[0] == "--schema")) {
    fail("unexpected argument '{}' after {}", rest[0], arguments[0]);
  }
  fail("{}", unknown_name("option", arguments[0], known));
}

void Program::serve(const std::vector<std::string>& arguments) const {
  int device = -1;
  if (!arguments.empty()) {
    if (arguments.size() != 2) fail("--device needs one number, the index of a CUDA device");
    device = parse_number("--device", arguments[1].c_str());
  }
  const char* channel = std::getenv(kChannelVariable);
  if (channel == nullptr) {
    fail(
        "{} is not set: `polysweep run` starts this program for a sweep file with worker = "
        "\"PATH/{}\"; --help shows what else it can do",
        kChannelVariable, name_);
  }
  const int channel_fd = parse_number(kChannelVariable, channel);
  Provenance provenance = process_provenance();
  provenance.add("build.program", program_digest());
  if (extras_.prepare != nullptr) extras_.prepare(provenance, device);
  const Catalogue catalogue = catalogue_of(rows_);
  WorkerHello hello;
  hello.build = catalogue.build;
  hello.catalogue_digest = sha256_hex(catalogue.to_json());
  hello.provenance = provenance.to_json();
  hello.pid = getpid();
  // Lives as long as the process: the listening thread uses it.
  static ExperimentRunner runner(rows_, catalogue);
  serve_attempts(channel_fd, hello, runner);
}

int print(const std::string& text) {
  std::printf("%s\n", text.c_str());
  return std::fflush(stdout) == 0 ? 0 : 2;
}

}  // namespace

int worker_main(int argc, char** argv, std::span<const ExperimentRow> experiments,
                const WorkerExtras& extras) {
  const std::string name =
      argc > 0 ? std::filesystem::path(argv[0]).filename().string() : std::string("worker");
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  int status = 2;
  bool serves = false;
  try {
    const Program program(name, experiments, extras);
    const std::optional<std::string> text = program.answer(arguments);
    if (text) return print(*text);
    serves = true;
    program.serve(arguments);
    status = 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
  }
  if (!serves) return status;
  // Not exit(): its destructors would destroy what the listening thread uses.
  std::fflush(stdout);
  _exit(status);
}

}  // namespace polysweep
