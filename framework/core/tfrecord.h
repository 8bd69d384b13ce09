// TFRecord: the framing of TensorBoard's event files.
//
// A file is a sequence of records: u64 length (little endian), u32 masked CRC-32C of the
// length, the bytes, u32 masked CRC-32C of the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polysweep {

inline constexpr std::size_t kTfRecordHeader = 12;  // length and its checksum
inline constexpr std::size_t kTfRecordFooter = 4;   // the checksum of the bytes

// ((crc >> 15) | (crc << 17)) + 0xa282ead8, so that a checksum of checksums is not weak.
std::uint32_t masked_crc32c(std::string_view bytes);

// A record with these bytes.
std::string tfrecord(std::string_view bytes);

// The length that a record says in its first kTfRecordHeader bytes; empty if they do not
// agree with their checksum.
std::optional<std::uint64_t> tfrecord_length(std::string_view header);
// Whether `footer`, the last kTfRecordFooter bytes of a record, agrees with its bytes.
bool tfrecord_agrees(std::string_view bytes, std::string_view footer);

}  // namespace polysweep
