#include "experiments/training/checkpoint.h"

#include <xxhash.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <set>
#include <utility>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/core/provenance.h"
#include "framework/worker/checkpoint_file.h"

namespace polysweep {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are written in memory order");

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHashSize = 8;

std::uint64_t hash_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string encode_body(const StoredCheckpoint& stored) {
  const Checkpoint& checkpoint = stored.checkpoint;
  ByteWriter out;
  out.u32_fixed(kVersion);
  out.u64_fixed(stored.generation);
  out.text(checkpoint.trial.hex());
  out.text(checkpoint.build);
  out.zigzag(checkpoint.step);
  out.varint(checkpoint.integers.size());
  for (const auto& [name, value] : checkpoint.integers) {
    out.text(name);
    out.zigzag(value);
  }
  out.varint(checkpoint.reals.size());
  for (const auto& [name, value] : checkpoint.reals) {
    out.text(name);
    out.f64(value);
  }
  out.varint(checkpoint.tensors.size());
  for (const auto& [name, values] : checkpoint.tensors) {
    out.text(name);
    out.varint(values.size());
    out.raw({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  }
  return out.take();
}

std::vector<float> read_tensor(ByteReader& in) {
  const std::uint64_t count = in.varint();
  if (count > in.left() / sizeof(float)) fail("checkpoint: a tensor is longer than the file");
  const std::string_view bytes = in.raw(count * sizeof(float));
  std::vector<float> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

std::int64_t Checkpoint::integer(const std::string& name) const {
  const auto found = integers.find(name);
  if (found == integers.end()) fail("checkpoint: integer '{}' is missing", name);
  return found->second;
}

double Checkpoint::real(const std::string& name) const {
  const auto found = reals.find(name);
  if (found == reals.end()) fail("checkpoint: real '{}' is missing", name);
  return found->second;
}

const std::vector<float>& Checkpoint::tensor(const std::string& name, std::size_t size) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) fail("checkpoint: tensor '{}' is missing", name);
  if (found->second.size() != size)
    fail("checkpoint: tensor '{}' has {} elements, the model needs {}", name, found->second.size(),
         size);
  return found->second;
}

std::string encode_checkpoint(const StoredCheckpoint& stored) {
  const std::string body = encode_body(stored);
  ByteWriter head;
  head.raw(kCheckpointMagic);
  head.u64_fixed(hash_of(body));
  return head.take() + body;
}

StoredCheckpoint decode_checkpoint(std::string_view bytes) {
  if (bytes.size() < kCheckpointMagic.size() + kHashSize ||
      bytes.substr(0, kCheckpointMagic.size()) != kCheckpointMagic)
    fail("checkpoint: not a checkpoint (it does not start with PSWCKPT)");
  ByteReader in(bytes.substr(kCheckpointMagic.size()));
  const std::uint64_t hash = in.u64_fixed();
  if (hash != hash_of(bytes.substr(kCheckpointMagic.size() + kHashSize)))
    fail("checkpoint: wrong checksum: the file is truncated or altered");
  const std::uint32_t version = in.u32_fixed();
  if (version != kVersion) fail("checkpoint: format {}; expected format {}", version, kVersion);
  StoredCheckpoint stored;
  stored.generation = in.u64_fixed();
  Checkpoint& checkpoint = stored.checkpoint;
  checkpoint.trial = TrialId::from_hex(in.text());
  checkpoint.build = in.text();
  checkpoint.step = in.zigzag();
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const std::string name(in.text());
    checkpoint.integers[name] = in.zigzag();
  }
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const std::string name(in.text());
    checkpoint.reals[name] = in.f64();
  }
  for (std::uint64_t left = in.varint(); left > 0; --left) {
    const std::string name(in.text());
    checkpoint.tensors[name] = read_tensor(in);
  }
  in.expect_end();
  return stored;
}

bool CheckpointInterval::due(std::int64_t updates_made, double since_s) const {
  return (updates > 0 && updates_made % updates == 0) || (seconds > 0 && since_s >= seconds);
}

CheckpointInterval checkpoint_interval() {
  CheckpointInterval interval;
  if (const char* seconds = std::getenv("POLYSWEEP_CHECKPOINT_SECONDS"))
    interval.seconds = std::strtod(seconds, nullptr);
  if (const char* updates = std::getenv("POLYSWEEP_CHECKPOINT_STEPS"))
    interval.updates = std::strtoll(updates, nullptr, 10);
  return interval;
}

CheckpointFolder::CheckpointFolder(FileSystem& files, std::filesystem::path folder, TrialId trial)
    : files_(files), folder_(std::move(folder)), trial_(trial) {}

std::optional<Checkpoint> CheckpointFolder::load(std::vector<std::string>& notices) {
  std::optional<StoredCheckpoint> newest;
  const std::vector<std::string> names = files_.list(folder_);
  const std::set<std::string> existing(names.begin(), names.end());
  for (const std::uint64_t slot : {0u, 1u}) {
    const std::filesystem::path path = checkpoint_path(folder_, slot);
    if (!existing.contains(path.filename().string())) continue;
    try {
      StoredCheckpoint stored = decode_checkpoint(files_.read(path));
      if (stored.checkpoint.trial != trial_)
        fail("checkpoint: it belongs to trial {}", stored.checkpoint.trial.brief());
      if (!newest || newest->generation < stored.generation) newest = std::move(stored);
    } catch (const Error& error) {
      notices.push_back(fmt::format("{} is not used: {}", path.string(), error.what()));
    }
  }
  if (!newest) return std::nullopt;
  generation_ = newest->generation;
  if (newest->checkpoint.build != build_digest())
    notices.push_back(fmt::format(
        "the checkpoint after step {} was written by another build ({}), this one is {}: the "
        "result may differ from that of an uninterrupted run",
        newest->checkpoint.step, newest->checkpoint.build, build_digest()));
  return std::move(newest->checkpoint);
}

void CheckpointFolder::save(Checkpoint checkpoint) {
  checkpoint.trial = trial_;
  checkpoint.build = build_digest();
  const std::uint64_t generation = generation_ + 1;
  files_.replace(checkpoint_path(folder_, generation),
                 encode_checkpoint({generation, std::move(checkpoint)}));
  generation_ = generation;
}

void CheckpointFolder::clear() {
  for (const std::uint64_t slot : {0u, 1u}) std::filesystem::remove(checkpoint_path(folder_, slot));
}

}  // namespace polysweep
