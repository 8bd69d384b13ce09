#include "cli/shared/host_configuration.h"

#include <charconv>

#include "cli/shared/command_workers.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/suggestion.h"
#include "runners/store/active_hosts.h"
#include "runners/store/host_name.h"
#include "runners/store/reliable_locks.h"

namespace polysweep {
namespace {

constexpr int kMostSlots = 1024;
constexpr double kLease_s = 30;
constexpr double kNetworkLease_s = 120;

int slot_count(const po::variables_map& given) {
  return given.count("slots") > 0 ? given["slots"].as<int>() : 1;
}

std::vector<Slot> slots_of(const po::variables_map& given, const std::vector<int>& taken_cpus) {
  const int count = slot_count(given);
  const std::string device = given["device"].as<std::string>();
  check(device == "cpu" || device == "cuda", "options are checked before anything is written");
  if (device == "cpu") return cpu_slots(count, taken_cpus);
  return cuda_slots(visible_cuda_devices(), std::max(count, 1));
}

// Throws Error for options that choose_slots() cannot use.
void expect_valid(const po::variables_map& given) {
  const int count = slot_count(given);
  if (count > kMostSlots) fail("--slots {}: expected an integer from 0 to 1024", count);
  const std::string device = given["device"].as<std::string>();
  if (device != "cpu" && device != "cuda") {
    fail("--device {}: expected cpu or cuda", in_quotes(device));
  }
  if (given.count("memory-limit") > 0) parse_bytes(given["memory-limit"].as<std::string>());
}

std::string checkpoint_interval(const po::variable_value& value) {
  const auto* steps = boost::any_cast<std::int64_t>(&value.value());
  return steps != nullptr ? fmt::format("{}", *steps) : fmt::format("{}", value.as<double>());
}

// The worker reads the intervals from its environment: results do not depend on
// when checkpoints are written.
void set_checkpoints(const po::variables_map& given, std::vector<Slot>& slots) {
  for (const auto& [option, variable] :
       {std::pair{"checkpoint-seconds", "POLYSWEEP_CHECKPOINT_SECONDS"},
        std::pair{"checkpoint-steps", "POLYSWEEP_CHECKPOINT_STEPS"}}) {
    if (given.count(option) == 0) continue;
    const std::string value = checkpoint_interval(given[option]);
    for (Slot& slot : slots) slot.environment.emplace_back(variable, value);
  }
}

}  // namespace

void declare_slots(CommandOptions& options) {
  options.shown.add_options()("slots", po::value<int>()->default_value(0)->value_name("N"),
                              "number of workers: in total on the CPU (0: one per core), per "
                              "device on GPUs");
}

void declare_host(CommandOptions& options) {
  const auto seconds = [](double otherwise) {
    return po::value<double>()->default_value(otherwise)->value_name("SECONDS");
  };
  options.shown.add_options()(
      "device", po::value<std::string>()->default_value("cpu")->value_name("cpu|cuda"),
      "where trials run")("time-limit", seconds(0), "end an attempt after this time; 0: no limit")(
      "progress-limit", seconds(600),
      "end an attempt that reports no progress for this time; 0: no limit")(
      "memory-limit", po::value<std::string>()->value_name("SIZE"),
      "memory of each slot, for example 8G: enforced by a control group where one is writable, "
      "otherwise as a limit of the address space")(
      "checkpoint-seconds", po::value<double>()->value_name("SECONDS"),
      "time between checkpoints (default: 60; 0: none by time)")(
      "checkpoint-steps", po::value<std::int64_t>()->value_name("N"),
      "steps between checkpoints (default: none by steps)");
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
  if (!fits) fail("{} is not a size; expected 8G, 512M or a number of bytes", in_quotes(text));
  return number << shift;
}

HostConfiguration::HostConfiguration(const po::variables_map& given, const Worker& worker,
                                     const std::filesystem::path& data_folder,
                                     const std::filesystem::path& store)
    : given_(given) {
  expect_valid(given);
  options_.store = store;
  options_.worker.program = worker.program;
  options_.worker.build = worker.catalogue.build;
  options_.worker.catalogue_digest = worker.catalogue_digest;
  options_.data_folder = data_folder;
  options_.limits.worker.wall_s = given["time-limit"].as<double>();
  options_.limits.worker.progress_s = given["progress-limit"].as<double>();  // 0: none
  use_command(given, worker, options_);
}

double lease_seconds(const po::variables_map& given, const std::filesystem::path& store) {
  if (given.count("lease") > 0) return given["lease"].as<double>();
  return locks_are_reliable(store) ? kLease_s : kNetworkLease_s;
}

void HostConfiguration::choose_free_slots() {
  std::vector<int> taken_cpus;
  for (const LeaseFacts& other : ActiveHosts(system_files(), options_.store, "").active()) {
    if (other.machine != machine_name()) continue;
    taken_cpus.insert(taken_cpus.end(), other.cpus.begin(), other.cpus.end());
  }
  choose_slots(taken_cpus);
}

void HostConfiguration::choose_slots(const std::vector<int>& taken_cpus) {
  options_.slots = slots_of(given_, taken_cpus);
  check(!options_.slots.empty(), "a host has slots");
  set_checkpoints(given_, options_.slots);
  if (given_.count("memory-limit") == 0) return;
  memory_limits_ = std::make_unique<MemoryLimits>(
      parse_bytes(given_["memory-limit"].as<std::string>()), options_.slots);
}

}  // namespace polysweep
