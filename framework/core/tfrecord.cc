#include "framework/core/tfrecord.h"

#include <boost/crc.hpp>

#include "framework/core/bytes.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

}  // namespace

std::uint32_t masked_crc32c(std::string_view bytes) {
  Crc32c crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xa282ead8U;
}

std::string tfrecord(std::string_view bytes) {
  ByteWriter length;
  length.u64_fixed(bytes.size());
  ByteWriter out;
  out.raw(length.bytes());
  out.u32_fixed(masked_crc32c(length.bytes()));
  out.raw(bytes);
  out.u32_fixed(masked_crc32c(bytes));
  return out.take();
}

std::optional<std::uint64_t> tfrecord_length(std::string_view header) {
  check(header.size() == kTfRecordHeader, "the header of a record is complete");
  ByteReader in(header);
  const std::uint64_t length = in.u64_fixed();
  if (in.u32_fixed() != masked_crc32c(header.substr(0, 8))) return std::nullopt;
  return length;
}

bool tfrecord_agrees(std::string_view bytes, std::string_view footer) {
  check(footer.size() == kTfRecordFooter, "the footer of a record is complete");
  return ByteReader(footer).u32_fixed() == masked_crc32c(bytes);
}

}  // namespace polysweep
