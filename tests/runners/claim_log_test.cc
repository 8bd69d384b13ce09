#include "runners/sharing/claim_log.h"

#include <algorithm>
#include <set>
#include <thread>

#include "framework/core/error.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

TrialId trial(int number) {
  TrialId id;
  id.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

std::vector<TrialId> trials(int first, int count) {
  std::vector<TrialId> result;
  for (int i = 0; i < count; ++i) result.push_back(trial(first + i));
  return result;
}

}  // namespace

TEST_CASE("a file is created atomically and once, whoever tries", "[sharing]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "one";
  std::atomic<int> made{0};
  std::vector<std::thread> makers;
  for (int i = 0; i < 8; ++i) {
    makers.emplace_back([&, i] {
      made += system_files().create_atomically(path, std::string(1000, static_cast<char>('a' + i)));
    });
  }
  for (std::thread& maker : makers) maker.join();
  CHECK(made == 1);
  const std::string content = system_files().read(path);
  CHECK(content == std::string(1000, content[0]));
  CHECK(system_files().list(folder.path()) == std::vector<std::string>{"one"});
}

TEST_CASE("whether a file is locked can be asked without taking the lock", "[sharing]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "LOCK";
  CHECK_FALSE(system_files().is_locked(path));
  CHECK_FALSE(std::filesystem::exists(path));
  auto lock = system_files().try_lock(path, "me");
  REQUIRE(lock != nullptr);
  CHECK(system_files().is_locked(path));
  CHECK(system_files().read(path) == "me");
  CHECK(system_files().try_lock(path, "you") == nullptr);
  lock.reset();
  CHECK_FALSE(system_files().is_locked(path));
}

TEST_CASE("a claim survives its bytes, and nothing else is one", "[sharing]") {
  const Claim claim{"a host", 7, trials(1, 300)};
  const std::string bytes = encode_claim(claim);
  const std::optional<Claim> again = decode_claim(bytes);
  REQUIRE(again);
  CHECK(again->host == "a host");
  CHECK(again->epoch == 7);
  CHECK(again->trials == claim.trials);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    CHECK_FALSE(decode_claim(bytes.substr(0, size)));
  }
  for (std::size_t at = 0; at < bytes.size(); at += 11) {
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] ^ 0x10);
    CHECK_FALSE(decode_claim(other));
  }
}

TEST_CASE("who has not read the last entry cannot add one", "[sharing]") {
  const TemporaryFolder folder;
  ClaimLog first(system_files(), folder.path() / "claims");
  ClaimLog second(system_files(), folder.path() / "claims");
  CHECK(first.add({"first", 1, trials(0, 2)}));
  CHECK_FALSE(second.add({"second", 1, trials(0, 2)}));
  const std::vector<Claim> news = second.read_new();
  REQUIRE(news.size() == 1);
  CHECK(news[0].host == "first");
  CHECK(second.add({"second", 1, trials(2, 2)}));
  CHECK(second.read_new().empty());
  CHECK(first.read_new().size() == 1);
}

TEST_CASE("of many that claim at once each trial is granted to one", "[sharing]") {
  const TemporaryFolder folder;
  constexpr int kTrials = 60;
  std::vector<std::vector<TrialId>> granted(6);
  std::vector<std::thread> hosts;
  for (std::size_t i = 0; i < granted.size(); ++i) {
    hosts.emplace_back([&, i] {
      ClaimLog log(system_files(), folder.path());
      std::set<TrialId> free;
      for (const TrialId& id : trials(0, kTrials)) free.insert(id);
      while (!free.empty()) {
        const TrialId wanted = *free.begin();
        const bool added = log.add({std::to_string(i), 1, {wanted}});
        if (added) granted[i].push_back(wanted);
        if (added) free.erase(wanted);
        for (const Claim& claim : log.read_new()) {
          for (const TrialId& id : claim.trials) free.erase(id);
        }
      }
    });
  }
  for (std::thread& host : hosts) host.join();
  std::vector<TrialId> all;
  for (const auto& each : granted) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  CHECK(all == trials(0, kTrials));
}

TEST_CASE("a claim that is damaged is passed over", "[sharing]") {
  const TemporaryFolder folder;
  ClaimLog log(system_files(), folder.path());
  CHECK(log.add({"a", 1, trials(0, 1)}));
  CHECK(log.add({"b", 1, trials(1, 1)}));
  folder.write("00000001.claim", "polysweep claim 1\nnonsense");
  folder.write("notes.txt", "not a claim");
  ClaimLog reader(system_files(), folder.path());
  const std::vector<Claim> news = reader.read_new();
  REQUIRE(news.size() == 1);
  CHECK(news[0].host == "b");
}

TEST_CASE("void claims are tidied away, and no number is given twice", "[sharing]") {
  const TemporaryFolder folder;
  ClaimLog log(system_files(), folder.path());
  for (int i = 0; i < 4; ++i) CHECK(log.add({i == 1 ? "alive" : "dead", 1, trials(i, 1)}));
  log.tidy([](const std::string& host, WriterEpoch) { return host == "dead"; });
  CHECK(system_files().list(folder.path()) ==
        std::vector<std::string>{"00000002.claim", "00000004.claim"});
  ClaimLog next(system_files(), folder.path());
  CHECK(next.read_new().size() == 2);
  CHECK(next.add({"new", 1, trials(9, 1)}));
  CHECK(std::filesystem::exists(folder.path() / "00000005.claim"));
}

}  // namespace polysweep
