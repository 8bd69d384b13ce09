#include "runners/sharing/shared_work.h"

#include <chrono>
#include <set>
#include <thread>

#include "framework/core/error.h"
#include "runners/store/reliable_locks.h"
#include "runners/store/run_lock.h"
#include "runners/store/stop_file.h"
#include "tests/runners/sharing_host.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

std::set<std::size_t> indexes(const std::vector<TrialToRun>& trials) {
  std::set<std::size_t> result;
  for (const TrialToRun& trial : trials) result.insert(trial.index);
  return result;
}

void sleep_s(double s) { std::this_thread::sleep_for(std::chrono::duration<double>(s)); }

}  // namespace

TEST_CASE("two hosts share a plan: each trial is given once", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 40);
  SharingHost b(folder.path(), "b", 40);
  std::set<std::size_t> seen;
  for (int turn = 0; turn < 40; ++turn) {
    for (SharingHost* host : {&a, &b}) {
      for (const TrialToRun& trial : host->take(3)) {
        INFO(trial.index);
        CHECK(seen.insert(trial.index).second);
        CHECK(trial.next_attempt == 1);
        CHECK(trial.lost_attempt == 0);
      }
    }
  }
  CHECK(seen.size() == 40);
  CHECK(a.work().left() > 0);  // the other's, which may yet be left behind
  CHECK_THAT(a.work().waiting_for(), Contains("host b (process "));
}

TEST_CASE("near the end nobody takes all that is left from others", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost alone(folder.path(), "a", 100);
  CHECK(alone.work().take(1, 60).size() == 60);
  SharingHost b(folder.path(), "b", 100);
  CHECK(b.work().take(2, 60).size() == 10);  // of the 40 left a quarter
  CHECK(b.work().take(12, 60).size() == 12);
}

TEST_CASE("what a killed host has settled stays, the rest goes to the living", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 4);
  SharingHost b(folder.path(), "b", 4);
  REQUIRE(a.take(4).size() == 4);
  CHECK(b.take(4).empty());
  a.start(0, 1);
  a.finish(0, 1, Outcome::kDone, true);
  a.start(1, 1);
  a.finish(1, 1, Outcome::kCrashed, false);
  a.start(2, 1);
  a.die();
  const std::vector<TrialToRun> left = b.take(4);
  REQUIRE(indexes(left) == std::set<std::size_t>{1, 2, 3});
  CHECK(left[0].next_attempt == 2);
  CHECK(left[0].counts.crashed == 1);
  CHECK(left[0].lost_attempt == 0);
  CHECK(left[1].next_attempt == 2);
  CHECK(left[1].lost_attempt == 1);
  CHECK(left[2].next_attempt == 1);
  CHECK(b.work().left() == 0);
  CHECK(b.work().elsewhere().done == 1);
}

TEST_CASE("what a host leaves behind at its end is free at once", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 3);
  SharingHost b(folder.path(), "b", 3);
  REQUIRE(a.take(2).size() == 2);
  a.start(0, 1);
  a.finish(0, 1, Outcome::kDiverged, true);
  a.end();
  CHECK(indexes(b.take(3)) == std::set<std::size_t>{1, 2});
  CHECK(b.work().elsewhere().diverged == 1);
}

TEST_CASE("what a host did between two looks is known", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 4);
  {
    SharingHost b(folder.path(), "b", 4);
    REQUIRE(b.take(2).size() == 2);
    b.start(0, 1);
    b.finish(0, 1, Outcome::kDone, true);
    b.start(1, 1);
    b.finish(1, 1, Outcome::kStopped, false);
    b.end();
  }
  const std::vector<TrialToRun> taken = a.take(4);
  REQUIRE(indexes(taken) == std::set<std::size_t>{1, 2, 3});
  CHECK(taken[0].next_attempt == 2);
  CHECK(a.work().elsewhere().done == 1);
}

TEST_CASE("a failure that its host takes back is run by another host", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 3);
  SharingHost b(folder.path(), "b", 3);
  REQUIRE(a.take(2).size() == 2);
  for (const int number : {0, 1}) {
    a.start(number, 1);
    a.finish(number, 1, Outcome::kError, true);
  }
  REQUIRE(indexes(b.take(3)) == std::set<std::size_t>{2});
  CHECK(b.work().elsewhere().failed == 2);
  CHECK(b.work().left() == 0);
  a.finish(0, 2, Outcome::kStopped, false);
  a.end();
  // As long as it has work of its own it looks again.
  b.work().retake({});
  CHECK(b.work().elsewhere().failed == 1);
  CHECK(b.work().left() == 1);
  const std::vector<TrialToRun> taken = b.take(3);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].index == 0);
  CHECK(taken[0].next_attempt == 3);
  CHECK(taken[0].counts.crashed == 0);
}

TEST_CASE("a host that is silent for its lease is overruled, and told so", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 3, 0.2);
  SharingHost b(folder.path(), "b", 3);
  REQUIRE(a.take(3).size() == 3);
  a.start(0, 1);
  sleep_s(0.1);
  CHECK(b.take(1).empty());
  std::vector<TrialToRun> taken;
  while (taken.empty()) {
    sleep_s(0.05);
    taken = b.take(2);
  }
  REQUIRE(indexes(taken) == std::set<std::size_t>{0, 1});
  // One number is left out: the silent host may have started an attempt unseen.
  CHECK(taken[0].next_attempt == 3);
  CHECK(taken[0].lost_attempt == 1);
  CHECK(taken[1].next_attempt == 2);
  // It wakes: an attempt of its own, unseen until now, is older than ours.
  a.finish(0, 1, Outcome::kDone, true);
  CHECK_FALSE(a.lease().keep());
  const std::vector<TrialId> lost =
      a.work().retake({SharingHost::id(0), SharingHost::id(1), SharingHost::id(2)});
  CHECK(lost == std::vector<TrialId>{SharingHost::id(0), SharingHost::id(1)});
  CHECK(a.lease().keep());
  CHECK(b.take(3).empty());  // what it has retaken is its own again
}

TEST_CASE("a host that was overruled and woke up again in time loses nothing", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 2, 0.1);
  REQUIRE(a.take(2).size() == 2);
  sleep_s(0.15);
  CHECK_FALSE(a.lease().keep());
  CHECK(a.work().retake({SharingHost::id(0), SharingHost::id(1)}).empty());
  SharingHost b(folder.path(), "b", 2);
  CHECK(b.take(2).empty());
}

TEST_CASE("an observer that slept does not take others for dead", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 1, 1.5);
  ActiveHosts hosts(system_files(), folder.path(), "");
  REQUIRE(hosts.is_active("a", 1));
  sleep_s(1.7);  // one look away: counts as a second
  hosts.look();
  CHECK(hosts.is_active("a", 1));
  CHECK_FALSE(hosts.is_active("a", 0));
  CHECK_FALSE(hosts.is_active("b", 1));
}

TEST_CASE("where locks are not trusted a free lock says nothing", "[sharing]") {
  const TemporaryFolder folder;
  SharingHost a(folder.path(), "a", 1, 0.1);
  ActiveHosts hosts(system_files(), folder.path(), "", false);
  a.die();
  hosts.look();
  CHECK(hosts.is_active("a", 1));
  sleep_s(0.15);
  hosts.look();
  CHECK(hosts.status("a", 1) == HostStatus::kExpired);
}

TEST_CASE("locks are trusted on file systems of one kernel alone", "[sharing]") {
  CHECK(locks_are_reliable(0xEF53));            // ext4
  CHECK(locks_are_reliable(0x01021994));        // tmpfs
  CHECK_FALSE(locks_are_reliable(0x6969));      // NFS
  CHECK_FALSE(locks_are_reliable(0x0BD00BD0));  // Lustre
  CHECK_FALSE(locks_are_reliable(0x65735546));  // FUSE
  CHECK_FALSE(locks_are_reliable(0x12345678));  // unknown
  CHECK_FALSE(locks_are_reliable(std::filesystem::path("/no/such/folder")));
}

TEST_CASE("a lease is read as it was written, and a damaged lease is an error", "[sharing]") {
  LeaseFacts facts;
  facts.host = "node \"7\"";
  facts.epoch = 3;
  facts.sweep = "a\nb";
  facts.cpus = {1, 3};
  facts.lease_s = 30;
  const LeaseFacts again = LeaseFacts::from_json(facts.to_json());
  CHECK(again.host == facts.host);
  CHECK(again.epoch == 3);
  CHECK(again.sweep == facts.sweep);
  CHECK(again.cpus == facts.cpus);
  CHECK_FALSE(again.ended);
  CHECK_THROWS_WITH(LeaseFacts::from_json("{\"host\": 3"), Contains("not a host's lease"));
}

TEST_CASE("claims of the dead are tidied away", "[sharing]") {
  const TemporaryFolder folder;
  {
    SharingHost a(folder.path(), "a", 9);
    for (int i = 0; i < 9; ++i) a.take(1);
    CHECK(system_files().list(claims_path(folder.path())).size() == 9);
    a.die();
  }
  SharingHost b(folder.path(), "b", 9);
  CHECK(system_files().list(claims_path(folder.path())).size() == 1);
  CHECK(b.take(9).size() == 9);
}

TEST_CASE("a stop that is asked for reaches that epoch alone", "[sharing]") {
  const TemporaryFolder folder;
  StopFile mine(system_files(), folder.path(), 4);
  CHECK(mine.requests() == 0);
  request_stop(system_files(), folder.path(), 4, 1);
  sleep_s(0.55);
  CHECK(mine.requests() == 1);
  CHECK(StopFile(system_files(), folder.path(), 5).requests() == 0);
  request_stop(system_files(), folder.path(), 4, 2);
  CHECK(StopFile(system_files(), folder.path(), 4).requests() == 2);
}

TEST_CASE("what must be alone in a store is told who is in it", "[sharing]") {
  const TemporaryFolder folder;
  {
    SharingHost a(folder.path(), "a", 1);
    CHECK_THROWS_WITH(RunLock::alone(system_files(), folder.path()),
                      Contains("in use by host a (process "));
    a.end();
  }
  const RunLock alone = RunLock::alone(system_files(), folder.path());
  CHECK_THROWS_WITH(RunLock(system_files(), folder.path(), 0.05), Contains("in use by process"));
}

}  // namespace polysweep
