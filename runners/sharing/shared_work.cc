#include "runners/sharing/shared_work.h"

#include <algorithm>
#include <numeric>

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

SharedWork::SharedWork(FileSystem& files, SharedWorkOptions options, std::vector<TrialToRun> trials)
    : files_(files),
      options_(std::move(options)),
      free_(trials.size()),
      hosts_(files_, options_.store, options_.host),
      log_(files_, claims_path(options_.store)),
      watch_(files_, options_.store / "journal", options_.positions) {
  items_.reserve(trials.size());
  for (TrialToRun& trial : trials) items_.push_back({std::move(trial)});
  look();
  remove_void_claims(options_.epoch - 1);
}

SharedWork::~SharedWork() {
  try {
    hosts_.look();
    remove_void_claims(options_.epoch);
  } catch (const std::exception&) {
    // What remains is void, and another host removes it.
  }
}

// Our own entries are void up to `own_epoch`.
void SharedWork::remove_void_claims(WriterEpoch own_epoch) {
  if (!hosts_.all_are_gone()) return;
  log_.tidy([&](const std::string& host, WriterEpoch its_epoch) {
    return host != options_.host || its_epoch <= own_epoch;
  });
}

std::vector<TrialToRun> SharedWork::take(std::size_t least, std::size_t most) {
  check(least <= most, "the least number of trials is at most the most");
  if (left() == 0 || most == 0) return {};
  const bool due = system_clock().monotonic_s() - looked_s_ >= options_.look_s;
  if (due) look();
  if (free_ == 0) return {};
  std::vector<std::uint32_t> chosen;
  std::vector<TrialId> ids;
  do {
    chosen = choose(least, most);
    if (chosen.empty()) return {};
    ids.clear();
    for (const std::uint32_t index : chosen) ids.push_back(items_[index].trial.id);
  } while (!claim(ids));
  // Hosts that held these trials before are gone or fenced, so what their journals say
  // now is final.
  read_journals();
  std::vector<TrialToRun> result;
  for (const std::uint32_t index : chosen) {
    Item& item = items_[index];
    if (item.holder == Holder::kSettled) continue;
    check(item.holder == Holder::kNobody, "claims of active hosts are disjoint");
    hold(item, Holder::kWe);
    if (item.fenced) ++item.trial.next_attempt;
    item.fenced = false;
    result.push_back(item.trial);
    item.trial.lost_attempt = 0;
  }
  return result;
}

// The order matters: the journal of a host that is seen to have ended is complete.
void SharedWork::look() {
  hosts_.look();
  looked_s_ = system_clock().monotonic_s();
  read_claims();
  free_trials_of_ended_hosts();
  read_journals();
  if (free_ > 0) waits_since_s_ = -1;
  if (free_ == 0 && waits_since_s_ < 0) waits_since_s_ = looked_s_;
}

bool SharedWork::has_waited() const {
  if (options_.patience_s < 0 || free_ > 0 || waits_since_s_ < 0) return false;
  return system_clock().monotonic_s() - waits_since_s_ > options_.patience_s;
}

void SharedWork::read_claims() {
  for (const Claim& claim : log_.read_new()) {
    if (claim.host == options_.host) continue;  // of an earlier epoch of ours: void
    hosts_.saw_activity(claim.host, claim.epoch);
    if (!hosts_.is_active(claim.host, claim.epoch)) continue;
    const std::uint32_t owner = owner_of(claim);
    for (const TrialId& id : claim.trials) {
      Item* item = find(id);
      if (item == nullptr) continue;
      item->owner = owner;
      if (item->holder == Holder::kSettled) continue;
      if (item->holder == Holder::kWe) taken_from_us_.insert(id);
      hold(*item, Holder::kOther);
    }
  }
}

std::uint32_t SharedWork::owner_of(const Claim& claim) {
  for (std::uint32_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i].host != claim.host || owners_[i].epoch != claim.epoch) continue;
    owners_[i].active = true;
    return i;
  }
  owners_.push_back({claim.host, claim.epoch});
  return static_cast<std::uint32_t>(owners_.size() - 1);
}

void SharedWork::free_trials_of_ended_hosts() {
  std::vector<bool> is_free(owners_.size());
  std::vector<bool> is_fenced(owners_.size());
  bool any = false;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    Owner& owner = owners_[i];
    const HostStatus life = hosts_.status(owner.host, owner.epoch);
    is_free[i] = owner.active && life != HostStatus::kActive;
    is_fenced[i] = life == HostStatus::kExpired;
    owner.active = life == HostStatus::kActive;
    any = any || is_free[i];
  }
  if (!any) return;
  for (Item& item : items_) {
    if (item.holder != Holder::kOther || !is_free[item.owner]) continue;
    item.fenced = is_fenced[item.owner];
    hold(item, Holder::kNobody);
  }
  first_free_ = 0;
}

void SharedWork::read_journals() {
  watch_.catch_up(
      hosts_.ever_active(), [this](const AttemptStarted& event) { started(event); },
      [this](const AttemptFinished& event) { finished(event); });
}

void SharedWork::started(const AttemptStarted& event) {
  Item* item = find(event.trial);
  if (item == nullptr || event.attempt < item->trial.next_attempt) return;
  item->trial.next_attempt = event.attempt + 1;
  item->trial.lost_attempt = event.attempt;
}

void SharedWork::finished(const AttemptFinished& event) {
  Item* item = find(event.trial);
  // The late end of an older attempt does not count.
  if (item == nullptr || event.attempt + 1 < item->trial.next_attempt) return;
  TrialToRun& trial = item->trial;
  const bool is_next = event.attempt >= trial.next_attempt;
  const bool is_news = is_next || trial.lost_attempt == event.attempt;
  trial.next_attempt = event.attempt + 1;
  trial.lost_attempt = 0;
  if (!event.final) {
    if (item->holder == Holder::kSettled && is_next) reopen(*item);
    if (is_news) trial.counts.add(event.outcome);
    return;
  }
  if (item->holder == Holder::kWe || item->holder == Holder::kSettled) return;
  hold(*item, Holder::kSettled);
  if (event.outcome == Outcome::kDone) {
    ++elsewhere_.done;
  } else if (event.outcome == Outcome::kDiverged) {
    ++elsewhere_.diverged;
  } else {
    ++elsewhere_.failed;
    item->failed = true;
  }
}

// The host that settled it says that its failure was the machine's, and will not run it.
// Another may have claimed it since.
void SharedWork::reopen(Item& item) {
  if (!item.failed) return;
  item.failed = false;
  item.trial.counts = {};
  const bool is_held = item.owner != kNoOwner && owners_[item.owner].active;
  item.holder = is_held ? Holder::kOther : Holder::kNobody;
  ++(is_held ? theirs_ : free_);
  first_free_ = 0;
  check(elsewhere_.failed > 0, "a trial that is reopened was counted as failed");
  --elsewhere_.failed;
}

std::vector<std::uint32_t> SharedWork::choose(std::size_t least, std::size_t most) {
  const std::size_t hosts = hosts_.active().size() + 1;
  const std::size_t share = hosts == 1 ? free_ : free_ / (2 * hosts);
  const std::size_t count = std::min(most, std::max(least, share));
  std::vector<std::uint32_t> result;
  for (std::size_t i = first_free_; i < items_.size() && result.size() < count; ++i) {
    const bool is_free = items_[i].holder == Holder::kNobody;
    if (is_free) result.push_back(static_cast<std::uint32_t>(i));
    if (!is_free && result.empty()) first_free_ = i + 1;
  }
  return result;
}

// False if other hosts have claimed something meanwhile: choose again.
bool SharedWork::claim(const std::vector<TrialId>& trials) {
  if (log_.add({options_.host, options_.epoch, trials})) return true;
  read_claims();
  return false;
}

std::vector<TrialId> SharedWork::retake(const std::vector<TrialId>& held) {
  look();
  std::vector<TrialId> kept;
  do {
    kept.clear();
    for (const TrialId& id : held) {
      if (taken_from_us_.count(id) == 0) kept.push_back(id);
    }
  } while (!kept.empty() && !claim(kept));
  std::vector<TrialId> lost;
  for (const TrialId& id : held) {
    if (taken_from_us_.count(id) > 0) lost.push_back(id);
  }
  taken_from_us_.clear();
  return lost;
}

std::string SharedWork::waiting_for() const {
  std::string who;
  if (theirs_ == 0) return who;
  for (const LeaseFacts& facts : hosts_.active()) who += (who.empty() ? "" : ", ") + facts.who();
  return who;
}

SharedWork::Item* SharedWork::find(const TrialId& id) {
  if (by_id_.size() != items_.size()) {
    by_id_.resize(items_.size());
    std::iota(by_id_.begin(), by_id_.end(), 0U);
    std::sort(by_id_.begin(), by_id_.end(), [this](std::uint32_t a, std::uint32_t b) {
      return items_[a].trial.id < items_[b].trial.id;
    });
  }
  const auto found = std::lower_bound(
      by_id_.begin(), by_id_.end(), id,
      [this](std::uint32_t index, const TrialId& value) { return items_[index].trial.id < value; });
  if (found == by_id_.end() || items_[*found].trial.id != id) return nullptr;
  return &items_[*found];
}

void SharedWork::hold(Item& item, Holder holder) {
  check(item.holder != Holder::kSettled, "a settled trial is not held again");
  if (item.holder == Holder::kNobody) --free_;
  if (item.holder == Holder::kOther) --theirs_;
  if (holder == Holder::kNobody) ++free_;
  if (holder == Holder::kOther) ++theirs_;
  check(free_ + theirs_ <= items_.size(), "every trial has one holder");
  item.holder = holder;
}

}  // namespace polysweep
