// A training's checkpoint: a file with a checksum, kept in two generations.
//
// A file is, little endian:
//   8 bytes  "PSWCKPT\n"
//   u64      XXH3-64 of all that follows
//   u32      version of the format: 1
//   u64      generation: grows by one with every save
//   payload  as ByteWriter writes: text trial (32 hex digits), text build,
//            zigzag step; then three lists, each a varint count and its
//            entries: integers (text name, zigzag), reals (text name, f64),
//            tensors (text name, varint count, count x float32).
// Generation g is in "checkpoint-<g mod 2>.psc" (framework/worker/checkpoint_file.h),
// so that a save never touches the newest file. Does not use LibTorch, so that the
// format is tested without it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/sweep/trial.h"

namespace polysweep {

// All that a training needs to resume after `step` with the same results.
struct Checkpoint {
  TrialId trial;
  std::string build;  // build_digest() of the program that wrote it
  std::int64_t step = 0;
  std::map<std::string, std::int64_t> integers;
  std::map<std::string, double> reals;
  std::map<std::string, std::vector<float>> tensors;

  // Throw Error that names the missing entry.
  std::int64_t integer(const std::string& name) const;
  double real(const std::string& name) const;
  // `size` is the expected number of elements.
  const std::vector<float>& tensor(const std::string& name, std::size_t size) const;
};

struct StoredCheckpoint {
  std::uint64_t generation = 0;
  Checkpoint checkpoint;
};

std::string encode_checkpoint(const StoredCheckpoint& stored);
// Throws Error unless the bytes are an undamaged checkpoint of this version.
StoredCheckpoint decode_checkpoint(std::string_view bytes);

// How often checkpoints are written, in addition to the one at a stop; both may be
// on. Results do not depend on it, so it is not a parameter.
struct CheckpointInterval {
  double seconds = 60;       // 0: not by time
  std::int64_t updates = 0;  // 0: not by updates

  // Whether one is due after `updates_made`, `since_s` after the previous one.
  bool due(std::int64_t updates_made, double since_s) const;
};

// From POLYSWEEP_CHECKPOINT_SECONDS and POLYSWEEP_CHECKPOINT_STEPS.
CheckpointInterval checkpoint_interval();

// The checkpoints of one trial in its folder. One user at a time.
class CheckpointFolder {
 public:
  // `folder` exists.
  CheckpointFolder(FileSystem& files, std::filesystem::path folder, TrialId trial);

  // The newest undamaged checkpoint of this trial. A file that is damaged, belongs
  // to another trial or has another version is skipped and described in `notices`,
  // one sentence each; so is a checkpoint that another build wrote, which is used.
  std::optional<Checkpoint> load(std::vector<std::string>& notices);

  // Durable when it returns; the previous generation is kept. Throws Error if the
  // disk refuses; earlier generations then stay intact.
  void save(Checkpoint checkpoint);

  // Removes both generations: the trial has its result.
  void clear();

 private:
  FileSystem& files_;
  std::filesystem::path folder_;
  TrialId trial_;
  std::uint64_t generation_ = 0;
};

}  // namespace polysweep
