#include "experiments/training/checkpoint.h"

#include <fstream>

#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

TrialId trial_one() { return TrialId::from_hex("00112233445566778899aabbccddeeff"); }
TrialId trial_two() { return TrialId::from_hex("ffeeddccbbaa99887766554433221100"); }

Checkpoint sample(std::int64_t step) {
  Checkpoint checkpoint;
  checkpoint.trial = trial_one();
  checkpoint.build = build_digest();
  checkpoint.step = step;
  checkpoint.integers = {{"epoch", 3}, {"negative", -7}};
  checkpoint.reals = {{"loss", 0.1}, {"infinite", std::numeric_limits<double>::infinity()}};
  checkpoint.tensors = {{"values", {1.0f, -2.5f, static_cast<float>(step)}}, {"empty", {}}};
  return checkpoint;
}

std::string bytes_of(const std::filesystem::path& path) { return system_files().read(path); }

void overwrite(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("a checkpoint reads back as it was written", "[checkpoint]") {
  const StoredCheckpoint back = decode_checkpoint(encode_checkpoint({5, sample(40)}));
  CHECK(back.generation == 5);
  CHECK(back.checkpoint.trial == trial_one());
  CHECK(back.checkpoint.build == build_digest());
  CHECK(back.checkpoint.step == 40);
  CHECK(back.checkpoint.integers == sample(40).integers);
  CHECK(back.checkpoint.reals == sample(40).reals);
  CHECK(back.checkpoint.tensors == sample(40).tensors);
}

TEST_CASE("a checkpoint that was cut anywhere or altered in any byte is refused", "[checkpoint]") {
  const std::string bytes = encode_checkpoint({1, sample(1)});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(decode_checkpoint(std::string_view(bytes).substr(0, size)), Error);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 0x10);
    CHECK_THROWS_AS(decode_checkpoint(altered), Error);
  }
  CHECK_THROWS_AS(decode_checkpoint(bytes + "x"), Error);
}

TEST_CASE("what a checkpoint lacks is named", "[checkpoint]") {
  const Checkpoint checkpoint = sample(1);
  CHECK_THROWS_WITH(checkpoint.integer("cursor"), "checkpoint: integer 'cursor' is missing");
  CHECK_THROWS_WITH(checkpoint.real("best"), "checkpoint: real 'best' is missing");
  CHECK_THROWS_WITH(checkpoint.tensor("moment", 3), "checkpoint: tensor 'moment' is missing");
  CHECK_THROWS_WITH(checkpoint.tensor("values", 4),
                    "checkpoint: tensor 'values' has 3 elements, the model needs 4");
}

TEST_CASE("a folder gives the newest checkpoint and keeps the one before", "[checkpoint]") {
  TemporaryFolder folder;
  std::vector<std::string> notices;
  CheckpointFolder checkpoints(system_files(), folder.path(), trial_one());
  CHECK_FALSE(checkpoints.load(notices).has_value());
  for (const int step : {10, 20, 30}) checkpoints.save(sample(step));

  CheckpointFolder later(system_files(), folder.path(), trial_one());
  CHECK(later.load(notices).value().step == 30);
  later.save(sample(40));
  CHECK(later.load(notices).value().step == 40);
  CHECK(notices.empty());
  CHECK(system_files().list(folder.path()).size() == 2);

  later.clear();
  CHECK(system_files().list(folder.path()).empty());
}

TEST_CASE("a damaged checkpoint falls back to the one before and says so", "[checkpoint]") {
  TemporaryFolder folder;
  CheckpointFolder checkpoints(system_files(), folder.path(), trial_one());
  checkpoints.save(sample(10));  // generation 1, checkpoint-1.psc
  checkpoints.save(sample(20));  // generation 2, checkpoint-0.psc
  const std::filesystem::path newest = folder.path() / "checkpoint-0.psc";
  std::string bytes = bytes_of(newest);
  bytes.resize(bytes.size() / 2);
  overwrite(newest, bytes);

  std::vector<std::string> notices;
  CheckpointFolder later(system_files(), folder.path(), trial_one());
  CHECK(later.load(notices).value().step == 10);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0] == newest.string() +
                          " is not used: checkpoint: wrong checksum: the file is truncated or "
                          "altered");
  later.save(sample(30));  // takes the damaged one's place
  notices.clear();
  CHECK(later.load(notices).value().step == 30);
  CHECK(notices.empty());
}

TEST_CASE("checkpoints of another trial, of another format or of no kind are passed over",
          "[checkpoint]") {
  TemporaryFolder folder;
  CheckpointFolder other(system_files(), folder.path(), trial_two());
  other.save(sample(10));
  overwrite(folder.path() / "checkpoint-0.psc", "not a checkpoint at all");
  std::vector<std::string> notices;
  CheckpointFolder mine(system_files(), folder.path(), trial_one());
  CHECK_FALSE(mine.load(notices).has_value());
  REQUIRE(notices.size() == 2);
  CHECK_THAT(notices[0], Contains("not a checkpoint"));
  CHECK_THAT(notices[1], Contains("it belongs to trial ffeeddccbbaa"));
}

TEST_CASE("a checkpoint of another build is used with a notice", "[checkpoint]") {
  TemporaryFolder folder;
  Checkpoint foreign = sample(10);
  foreign.build = "0.0.1 elsewhere";
  overwrite(folder.path() / "checkpoint-1.psc", encode_checkpoint({1, foreign}));
  std::vector<std::string> notices;
  CheckpointFolder checkpoints(system_files(), folder.path(), trial_one());
  CHECK(checkpoints.load(notices).value().step == 10);
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], Contains("was written by another build (0.0.1 elsewhere)"));
}

}  // namespace polysweep
