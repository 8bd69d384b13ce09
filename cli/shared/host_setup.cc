#include "cli/shared/host_setup.h"

#include <charconv>

#include "cli/shared/command_sweep.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

std::vector<Slot> slots_of(const po::variables_map& given, const std::vector<int>& taken_cpus) {
  const int count = given["slots"].as<int>();
  if (count < 0 || count > 1024) fail("--slots {}: a number from 0 to 1024 is right", count);
  const std::string device = given["device"].as<std::string>();
  if (device == "cpu") return cpu_slots(count, taken_cpus);
  if (device == "cuda") return cuda_slots(visible_cuda_devices(), std::max(count, 1));
  fail("--device '{}': cpu or cuda is right", device.substr(0, 40));
}

// Results do not depend on when checkpoints are made: the worker finds it in its
// environment.
void set_checkpoints(const po::variables_map& given, std::vector<Slot>& slots) {
  for (const auto& [option, variable] :
       {std::pair{"checkpoint-seconds", "POLYSWEEP_CHECKPOINT_SECONDS"},
        std::pair{"checkpoint-updates", "POLYSWEEP_CHECKPOINT_UPDATES"}}) {
    if (given.count(option) == 0) continue;
    const double value = given[option].as<double>();
    if (!(value >= 0)) fail("--{} {}: a number from 0 on is right", option, value);
    for (Slot& slot : slots) slot.environment.emplace_back(variable, fmt::format("{}", value));
  }
}

}  // namespace

void declare_host(CommandOptions& options) {
  const auto seconds = [](double otherwise) {
    return po::value<double>()->default_value(otherwise)->value_name("SECONDS");
  };
  options.shown.add_options()("slots", po::value<int>()->default_value(0)->value_name("N"),
                              "workers: on the CPU in all (0: one a core), else per device")(
      "device", po::value<std::string>()->default_value("cpu"), "cpu or cuda")(
      "time-limit", seconds(0), "of one attempt; 0: none")(
      "progress-limit", seconds(600),
      "a trial that shows no progress for so long is taken as hung")(
      "memory-limit", po::value<std::string>()->value_name("SIZE"),
      "of each slot, as 8G: by a control group where we own one, else of address space")(
      "checkpoint-seconds", po::value<double>()->value_name("SECONDS"),
      "time between checkpoints of a training (default: 60; 0: none by time)")(
      "checkpoint-updates", po::value<double>()->value_name("N"),
      "updates between checkpoints (default: none by updates)");
}

std::uint64_t parse_bytes(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string unit(read.ptr, end);
  int shift = -1;
  if (unit.empty()) shift = 0;
  if (unit == "K" || unit == "k" || unit == "KiB") shift = 10;
  if (unit == "M" || unit == "MiB") shift = 20;
  if (unit == "G" || unit == "GiB") shift = 30;
  if (unit == "T" || unit == "TiB") shift = 40;
  const bool fits = read.ec == std::errc() && number > 0 && shift >= 0 &&
                    number <= (std::uint64_t{1} << 62 >> shift);
  if (!fits) fail("'{}' is no size; 8G, 512M or a number of bytes is right", text.substr(0, 40));
  return number << shift;
}

HostSetup::HostSetup(const po::variables_map& given, const Worker& worker,
                     const std::filesystem::path& data_folder, const std::filesystem::path& store)
    : given_(given) {
  options_.store = store;
  options_.worker.program = worker.program;
  options_.worker.build = worker.catalogue.build;
  options_.worker.catalogue_digest = worker.catalogue_digest;
  options_.data_folder = data_folder;
  options_.limits.worker.wall_s = given["time-limit"].as<double>();
  options_.limits.worker.progress_s = given["progress-limit"].as<double>();
  use_command(given, worker, options_);
}

void HostSetup::choose_slots(const std::vector<int>& taken_cpus) {
  options_.slots = slots_of(given_, taken_cpus);
  set_checkpoints(given_, options_.slots);
  if (given_.count("memory-limit") == 0) return;
  memory_limits_ = std::make_unique<MemoryLimits>(
      parse_bytes(given_["memory-limit"].as<std::string>()), options_.slots);
}

}  // namespace polysweep
