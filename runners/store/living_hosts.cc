#include "runners/store/living_hosts.h"

#include <algorithm>
#include <optional>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/journal/journal_format.h"
#include "runners/store/lock_trust.h"

namespace polysweep {

namespace {

constexpr double kLongestLook_s = 1;  // more between two looks does not count
constexpr double kAssumedLease_s = 30;
constexpr int kSkippedLooks = 5;  // of hosts that are gone

// Empty where there is none (yet), or one that cannot be read.
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

LivingHosts::LivingHosts(FileSystem& files, const std::filesystem::path& store,
                         std::string own_name)
    : LivingHosts(files, store, std::move(own_name), locks_are_trusted(store / "journal")) {}

LivingHosts::LivingHosts(FileSystem& files, const std::filesystem::path& store,
                         std::string own_name, bool trust_locks)
    : files_(files),
      journals_(store / "journal"),
      own_name_(std::move(own_name)),
      trust_locks_(trust_locks) {
  look();
}

void LivingHosts::look() {
  const double now_s = system_clock().monotonic_s();
  const double passed_s = looked_s_ < 0 ? 0 : std::min(now_s - looked_s_, kLongestLook_s);
  looked_s_ = now_s;
  for (const std::string& host : files_.list(journals_)) {
    if (host != own_name_) look_at(host, passed_s);
  }
}

void LivingHosts::look_at(const std::string& host, double passed_s) {
  Seen& seen = hosts_[host];
  if (seen.life == HostLife::kGone && seen.looks_to_skip-- > 0) return;
  const std::optional<LeaseFacts> facts = read_lease(files_, journals_ / host);
  if (!facts || facts->epoch < seen.facts.epoch) return;
  const bool changed = facts->epoch != seen.facts.epoch || facts->beat != seen.facts.beat;
  seen.facts = *facts;
  seen.silent_s = changed ? 0 : seen.silent_s + passed_s;
  if (facts->ended ||
      (trust_locks_ && !files_.is_locked(journals_ / host / std::string(kJournalLock)))) {
    seen.life = HostLife::kGone;
    seen.looks_to_skip = kSkippedLooks;
  } else if (seen.silent_s > facts->lease_s) {
    seen.life = HostLife::kExpired;
  } else if (changed) {
    seen.life = HostLife::kLives;
    seen.ever_lived = true;
  }
}

HostLife LivingHosts::life(const std::string& host, WriterEpoch epoch) const {
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || found->second.facts.epoch > epoch) return HostLife::kGone;
  return found->second.life;
}

void LivingHosts::heard_of(const std::string& host, WriterEpoch epoch) {
  if (host == own_name_) return;
  Seen& seen = hosts_[host];
  if (epoch < seen.facts.epoch) return;
  seen.looks_to_skip = 0;
  look_at(host, 0);
  if (seen.facts.epoch < epoch) {
    // Its lease is there before anything else it does; a network file system may
    // show us the folder as it was.
    seen.facts.host = host;
    seen.facts.epoch = epoch;
    seen.facts.lease_s = kAssumedLease_s;
    seen.life = HostLife::kLives;
    seen.ever_lived = true;
    seen.silent_s = 0;
  } else if (seen.life == HostLife::kExpired) {
    seen.life = HostLife::kLives;
    seen.silent_s = 0;
  }
}

bool LivingHosts::all_are_gone() const {
  return std::all_of(hosts_.begin(), hosts_.end(),
                     [](const auto& each) { return each.second.life == HostLife::kGone; });
}

std::vector<LeaseFacts> LivingHosts::living() const {
  std::vector<LeaseFacts> result;
  for (const auto& [host, seen] : hosts_) {
    if (seen.life == HostLife::kLives) result.push_back(seen.facts);
  }
  return result;
}

std::vector<std::string> LivingHosts::ever_lived() const {
  std::vector<std::string> result;
  for (const auto& [host, seen] : hosts_) {
    if (seen.ever_lived) result.push_back(host);
  }
  return result;
}

std::vector<std::string> users_of_store(FileSystem& files, const std::filesystem::path& store) {
  std::vector<std::string> result;
  const std::filesystem::path journals = store / "journal";
  const LivingHosts hosts(files, store, "");
  for (const std::string& host : files.list(journals)) {
    const std::filesystem::path lock = journals / host / std::string(kJournalLock);
    const std::vector<LeaseFacts> living = hosts.living();
    const auto lease = std::find_if(living.begin(), living.end(),
                                    [&](const LeaseFacts& facts) { return facts.host == host; });
    if (lease != living.end()) {
      result.push_back(lease->who());
    } else if (files.is_locked(lock)) {
      std::string holder = files.read(lock);
      result.push_back(holder.empty() ? "the writer of journal " + host : holder);
    }
  }
  return result;
}

}  // namespace polysweep
