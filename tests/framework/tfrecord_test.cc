// The framing of event files, against checksums that others computed.
#include "framework/core/tfrecord.h"

#include "tests/support/catch.h"

namespace polysweep {

TEST_CASE("a record's checksums are TensorFlow's", "[tfrecord]") {
  // The CRC-32C of RFC 3720, B.4: 32 zeros are 8a9136aa.
  const std::uint32_t crc = 0x8a9136aa;
  CHECK(masked_crc32c(std::string(32, '\0')) == ((crc >> 15) | (crc << 17)) + 0xa282ead8U);
  const std::string record = tfrecord("brain");
  REQUIRE(record.size() == kTfRecordHeader + 5 + kTfRecordFooter);
  CHECK(tfrecord_length(record.substr(0, kTfRecordHeader)) == 5);
  CHECK(tfrecord_agrees("brain", record.substr(kTfRecordHeader + 5)));
  CHECK_FALSE(tfrecord_agrees("brain ", record.substr(kTfRecordHeader + 5)));
  for (std::size_t i = 0; i < kTfRecordHeader; ++i) {
    std::string damaged = record.substr(0, kTfRecordHeader);
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK_FALSE(tfrecord_length(damaged));
  }
}

}  // namespace polysweep
