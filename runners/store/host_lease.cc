#include "runners/store/host_lease.h"

#include <time.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "framework/core/error.h"
#include "runners/store/host_name.h"

namespace polysweep {

namespace {

constexpr double kRenewals = 6;  // in one lease

// Unlike CLOCK_MONOTONIC it also counts while the machine sleeps, as do the clocks
// of the hosts on other machines that wait for us.
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
  fail("not a host's lease: {}", error.what());
}

std::string LeaseFacts::who() const {
  return fmt::format("host {} (process {} on {})", host, pid, machine);
}

HostLease::HostLease(FileSystem& files, const std::filesystem::path& journal, LeaseFacts facts)
    : files_(files), file_(journal / kLeaseFile), facts_(std::move(facts)) {
  check(facts_.lease_s > 0, "a lease holds for some time");
  facts_.pid = getpid();
  facts_.machine = machine_name();
  write();
}

bool HostLease::keep() {
  check(!facts_.ended, "a lease that has ended is not renewed");
  const double silent_s = boot_s() - renewed_s_;
  if (silent_s < facts_.lease_s / kRenewals) return true;
  write();
  return silent_s <= facts_.lease_s;
}

void HostLease::end() {
  check(!facts_.ended, "a lease ends once");
  facts_.ended = true;
  write();
}

void HostLease::write() {
  ++facts_.beat;
  // Taken before the write: others cannot see the renewal earlier.
  const double now_s = boot_s();
  files_.replace(file_, facts_.to_json());
  renewed_s_ = now_s;
}

}  // namespace polysweep
