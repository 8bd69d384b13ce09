#include "runners/store/active_hosts.h"

#include <algorithm>
#include <optional>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/journal/journal_format.h"
#include "runners/store/reliable_locks.h"

namespace polysweep {

namespace {

constexpr double kLongestLook_s = 1;  // counted at most, between two looks
constexpr double kAssumedLease_s = 30;
constexpr int kSkippedLooks = 5;  // of hosts that are gone

// Empty if there is none (yet), or it cannot be read.
std::optional<LeaseFacts> read_lease(FileSystem& files, const std::filesystem::path& journal) {
  std::error_code ignored;
  if (!std::filesystem::exists(journal / kLeaseFile, ignored)) return std::nullopt;
  try {
    return LeaseFacts::from_json(files.read(journal / kLeaseFile));
  } catch (const Error&) {
    return std::nullopt;  // being replaced on a network file system, or damaged
  }
}

}  // namespace

ActiveHosts::ActiveHosts(FileSystem& files, const std::filesystem::path& store,
                         std::string own_name)
    : ActiveHosts(files, store, std::move(own_name), locks_are_reliable(store / "journal")) {}

ActiveHosts::ActiveHosts(FileSystem& files, const std::filesystem::path& store,
                         std::string own_name, bool locks_reliable)
    : files_(files),
      journals_(store / "journal"),
      own_name_(std::move(own_name)),
      locks_reliable_(locks_reliable) {
  look();
}

void ActiveHosts::look() {
  const double now_s = system_clock().monotonic_s();
  const double passed_s = looked_s_ < 0 ? 0 : std::min(now_s - looked_s_, kLongestLook_s);
  looked_s_ = now_s;
  for (const std::string& host : files_.list(journals_)) {
    if (host != own_name_) look_at(host, passed_s);
  }
}

void ActiveHosts::look_at(const std::string& host, double passed_s) {
  check(passed_s >= 0 && host != own_name_, "an observer watches others");
  Seen& seen = hosts_[host];
  if (seen.status == HostStatus::kGone && seen.looks_to_skip-- > 0) return;
  const std::optional<LeaseFacts> facts = read_lease(files_, journals_ / host);
  if (!facts || facts->epoch < seen.facts.epoch) return;
  check(facts->epoch >= seen.facts.epoch, "epochs grow");
  const bool changed = facts->epoch != seen.facts.epoch || facts->beat != seen.facts.beat;
  seen.facts = *facts;
  seen.unchanged_s = changed ? 0 : seen.unchanged_s + passed_s;
  if (facts->ended ||
      (locks_reliable_ && !files_.is_locked(journals_ / host / std::string(kJournalLock)))) {
    seen.status = HostStatus::kGone;
    seen.looks_to_skip = kSkippedLooks;
  } else if (seen.unchanged_s > facts->lease_s) {
    seen.status = HostStatus::kExpired;
  } else if (changed) {
    seen.status = HostStatus::kActive;
    seen.ever_active = true;
  }
}

HostStatus ActiveHosts::status(const std::string& host, WriterEpoch epoch) const {
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || found->second.facts.epoch > epoch) return HostStatus::kGone;
  return found->second.status;
}

void ActiveHosts::saw_activity(const std::string& host, WriterEpoch epoch) {
  if (host == own_name_) return;
  Seen& seen = hosts_[host];
  // It may have come and gone between two looks.
  seen.ever_active = true;
  if (epoch < seen.facts.epoch) return;
  seen.looks_to_skip = 0;
  look_at(host, 0);
  if (seen.facts.epoch < epoch) {
    // A host writes its lease before anything else; a network file system may
    // still show us the folder as it was before.
    seen.facts.host = host;
    seen.facts.epoch = epoch;
    seen.facts.lease_s = kAssumedLease_s;
    seen.status = HostStatus::kActive;
    seen.ever_active = true;
    seen.unchanged_s = 0;
  } else if (seen.status == HostStatus::kExpired) {
    seen.status = HostStatus::kActive;
    seen.unchanged_s = 0;
  }
}

bool ActiveHosts::all_are_gone() const {
  return std::all_of(hosts_.begin(), hosts_.end(),
                     [](const auto& each) { return each.second.status == HostStatus::kGone; });
}

std::vector<LeaseFacts> ActiveHosts::active() const {
  std::vector<LeaseFacts> result;
  for (const auto& [host, seen] : hosts_) {
    if (seen.status == HostStatus::kActive) result.push_back(seen.facts);
  }
  return result;
}

std::vector<std::string> ActiveHosts::ever_active() const {
  std::vector<std::string> result;
  for (const auto& [host, seen] : hosts_) {
    if (seen.ever_active) result.push_back(host);
  }
  return result;
}

std::vector<std::string> users_of_store(FileSystem& files, const std::filesystem::path& store) {
  std::vector<std::string> result;
  const std::filesystem::path journals = store / "journal";
  const ActiveHosts hosts(files, store, "");
  for (const std::string& host : files.list(journals)) {
    const std::filesystem::path lock = journals / host / std::string(kJournalLock);
    const std::vector<LeaseFacts> active = hosts.active();
    const auto lease = std::find_if(active.begin(), active.end(),
                                    [&](const LeaseFacts& facts) { return facts.host == host; });
    if (lease != active.end()) {
      result.push_back(lease->who());
    } else if (files.is_locked(lock)) {
      std::string holder = files.read(lock);
      result.push_back(holder.empty() ? "the writer of journal " + host : holder);
    }
  }
  return result;
}

}  // namespace polysweep
