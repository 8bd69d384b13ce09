// The trials of a plan that several hosts share over one store, without a server.
//
// A host that needs work claims trials that nobody holds (claim_log.h). Its claims are
// void once it has ended, died or let its lease expire (active_hosts.h); trials that
// it has not settled by then, according to its journal, are claimed by others. So no
// trial is run twice while its host is active, and none is lost when a host dies.
//
// Fencing: a host that was suspended past its lease may have leased a trial at the
// last moment, unseen. A host that takes over its trials skips one attempt number, so
// that everything the suspended host still writes belongs to an older attempt, which
// is recorded but not counted (results/FORMAT.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/journal_reader.h"
#include "runners/host/work_source.h"
#include "runners/sharing/claim_log.h"
#include "runners/sharing/journal_watch.h"
#include "runners/store/active_hosts.h"

namespace polysweep {

struct SharedWorkOptions {
  std::filesystem::path store;
  std::string host;  // ours, and its epoch
  WriterEpoch epoch = 0;
  // Up to where each journal had been read when `trials` was made.
  std::map<std::string, JournalPosition> positions;
  double look_s = 1;  // between two readings of what other hosts have written
  // How long to wait for trials that other hosts hold; negative: as long as they do.
  double patience_s = -1;
};

class SharedWork : public WorkSource {
 public:
  // `trials`: all that are not settled, whoever runs them. Our lease must already
  // exist.
  SharedWork(FileSystem& files, SharedWorkOptions options, std::vector<TrialToRun> trials);
  // Removes entries of the claims log that nobody needs any more.
  ~SharedWork() override;

  std::vector<TrialToRun> take(std::size_t least, std::size_t most) override;
  std::size_t left() const override { return has_waited() ? 0 : free_ + theirs_; }
  bool overruled() const override { return !taken_from_us_.empty(); }
  std::vector<TrialId> retake(const std::vector<TrialId>& held) override;
  SettledElsewhere elsewhere() const override { return elsewhere_; }
  std::string waiting_for() const override;

 private:
  static constexpr std::uint32_t kNoOwner = static_cast<std::uint32_t>(-1);
  enum class Holder : std::uint8_t { kNobody, kWe, kOther, kSettled };
  struct Item {
    TrialToRun trial;
    Holder holder = Holder::kNobody;
    // Last held by a host that may resume: skip one attempt number.
    bool fenced = false;
    // Who claimed it last, of the others: an index into owners_.
    std::uint32_t owner = kNoOwner;
    bool failed = false;  // where kSettled: without a result
  };
  struct Owner {
    std::string host;
    WriterEpoch epoch = 0;
    bool active = true;  // as of the last look
  };

  bool has_waited() const;
  void look();
  void read_claims();
  void read_journals();
  void free_trials_of_ended_hosts();
  void started(const AttemptStarted& event);
  void finished(const AttemptFinished& event);
  std::vector<std::uint32_t> choose(std::size_t least, std::size_t most);
  bool claim(const std::vector<TrialId>& trials);
  Item* find(const TrialId& id);
  void hold(Item& item, Holder holder);
  void reopen(Item& item);
  std::uint32_t owner_of(const Claim& claim);
  void remove_void_claims(WriterEpoch own_epoch);

  FileSystem& files_;
  SharedWorkOptions options_;
  std::vector<Item> items_;
  std::vector<std::uint32_t> by_id_;  // indexes into items_, made when first needed
  std::size_t first_free_ = 0;        // no item before it is free
  std::size_t free_ = 0;
  std::size_t theirs_ = 0;
  std::vector<Owner> owners_;
  std::set<TrialId> taken_from_us_;
  SettledElsewhere elsewhere_;
  ActiveHosts hosts_;
  ClaimLog log_;
  JournalWatch watch_;
  double looked_s_ = -1;
  double waits_since_s_ = -1;  // since when other hosts hold all that is left; negative: no
};

}  // namespace polysweep
