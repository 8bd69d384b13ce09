#include "experiments/tensors/packed_rows.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "framework/core/error.h"

namespace polysweep {

PackedRows packed_rows(std::vector<std::int64_t> lengths, at::Device device) {
  PackedRows rows;
  for (const std::int64_t length : lengths) {
    if (length < 1) fail("sentence {} has no tokens; at least one is needed", rows.starts.size());
    rows.starts.push_back(rows.count);
    rows.count += length;
    rows.longest = std::max(rows.longest, length);
  }
  rows.positions = at::empty({rows.count}, at::kLong);
  std::int64_t* position = rows.positions.data_ptr<std::int64_t>();
  for (const std::int64_t length : lengths) {
    for (std::int64_t i = 0; i < length; ++i) *position++ = i;
  }
  rows.positions = rows.positions.to(device);
  rows.lengths = std::move(lengths);
  return rows;
}

TokenRows token_rows(std::span<const std::vector<std::int32_t>> sentences, at::Device device) {
  if (sentences.empty()) fail("a batch needs at least one sentence");
  std::vector<std::int64_t> lengths;
  for (const auto& sentence : sentences) {
    lengths.push_back(static_cast<std::int64_t>(sentence.size()));
  }
  TokenRows result{{}, packed_rows(std::move(lengths), device)};
  result.tokens = at::empty({result.rows.count}, at::kLong);
  std::int64_t* token = result.tokens.data_ptr<std::int64_t>();
  for (const auto& sentence : sentences) token = std::copy(sentence.begin(), sentence.end(), token);
  result.tokens = result.tokens.to(device);
  return result;
}

}  // namespace polysweep
