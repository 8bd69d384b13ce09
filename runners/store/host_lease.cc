#include "runners/store/host_lease.h"

#include <time.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr double kRenewals = 6;  // in one lease

// Unlike CLOCK_MONOTONIC it goes on while the machine sleeps, as the clocks of
// those do who wait for us on other machines.
double boot_s() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

std::string LeaseFacts::to_json() const {
  const nlohmann::ordered_json json = {
      {"host", host},   {"epoch", epoch},     {"beat", beat}, {"pid", pid},    {"machine", machine},
      {"sweep", sweep}, {"lease_s", lease_s}, {"cpus", cpus}, {"ended", ended}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

LeaseFacts LeaseFacts::from_json(std::string_view text) try {
  const auto json = nlohmann::json::parse(text);
  LeaseFacts facts;
  json.at("host").get_to(facts.host);
  json.at("epoch").get_to(facts.epoch);
  json.at("beat").get_to(facts.beat);
  json.at("pid").get_to(facts.pid);
  json.at("machine").get_to(facts.machine);
  json.at("sweep").get_to(facts.sweep);
  json.at("lease_s").get_to(facts.lease_s);
  json.at("cpus").get_to(facts.cpus);
  json.at("ended").get_to(facts.ended);
  return facts;
} catch (const nlohmann::json::exception& error) {
  fail("this is no lease of a host: {}", error.what());
}

std::string LeaseFacts::who() const {
  return fmt::format("host {} (process {} on {})", host, pid, machine);
}

HostLease::HostLease(FileSystem& files, const std::filesystem::path& journal, LeaseFacts facts)
    : files_(files), file_(journal / kLeaseFile), facts_(std::move(facts)) {
  check(facts_.lease_s > 0, "a lease lasts");
  facts_.pid = getpid();
  facts_.machine = machine_name();
  write();
}

bool HostLease::keep() {
  const double silent_s = boot_s() - renewed_s_;
  if (silent_s < facts_.lease_s / kRenewals) return true;
  write();
  return silent_s <= facts_.lease_s;
}

void HostLease::end() {
  facts_.ended = true;
  write();
}

void HostLease::write() {
  ++facts_.beat;
  // Before the write: others see it later at the earliest.
  const double now_s = boot_s();
  files_.replace(file_, facts_.to_json());
  renewed_s_ = now_s;
}

std::string machine_name() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0) fail("cannot ask for the machine's name");
  return name;
}

}  // namespace polysweep
