// A training's checkpoint: the bytes of a file, or, where they are none, what
// would stand behind magic and checksum.
#include "experiments/training/checkpoint.h"

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/journal/journal_format.h"
#include "tests/fuzz/fuzz_target.h"

namespace polysweep {

namespace {

std::string with_head(std::string_view body) {
  ByteWriter head;
  head.raw("PSWCKPT\n");
  head.u64_fixed(record_checksum(body));  // XXH3-64, as a checkpoint's
  return head.take() + std::string(body);
}

}  // namespace

void fuzz(std::string_view input) {
  const bool whole = input.starts_with("PSWCKPT\n");
  const StoredCheckpoint stored = decode_checkpoint(whole ? std::string(input) : with_head(input));
  const std::string again = encode_checkpoint(stored);
  const StoredCheckpoint second = decode_checkpoint(again);
  expect(second.generation == stored.generation, "a generation is read back");
  expect(encode_checkpoint(second) == again, "a checkpoint is read back");
}

}  // namespace polysweep
