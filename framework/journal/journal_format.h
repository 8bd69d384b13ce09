// The bytes of a journal, and nothing else: constants, names, checksums.
//
// A journal is a folder of segments 000001.psj, 000002.psj, ... and the file LOCK
// that says who writes it. Each segment is a sequence of 32 KiB blocks. A block is a
// sequence of fragments; fewer than kFragmentHeader (7) bytes left at its end are
// zeros. A fragment is
//   u32  XXH3-64 (low half) of type and data     little endian, as all numbers
//   u16  length of data
//   u8   type: 1 FULL, 2 FIRST, 3 MIDDLE, 4 LAST (of a record)
//   data
// so that damage costs a block, not the rest of the segment (the idea is LevelDB's
// log). The joined data of FULL, or FIRST MIDDLE* LAST, is a record:
//   u64  XXH3-64 of all that follows
//   u32  length of the payload
//   u8   event type      u8  version of the payload (5)
//   u64  writer epoch    u64 sequence number
//   payload (framework/journal/event_payload.h)
// A segment begins with a FULL fragment whose data is kSegmentMagic followed by
// u32 format version and u64 number of the segment.
//
// The records whose first fragment begins in the same kNameSpan bytes of a segment
// are one stream of metric names (metric_names.h): a record refers only to names
// that it or an earlier record of its span defines, and no number of a span stands
// for two names. A reader that starts inside a span reads its definitions first.
//
// Reading: a fragment or record that runs into the end of a segment, or zeros up
// to there, are a torn tail: dropped with a notice. Any other mismatch is damage
// (also a fragment that runs into the end and is followed by complete ones): reading
// resumes at the next block (fragments of a record that started before it are dropped)
// and the gap in the sequence numbers is reported. If the lost record defined names,
// the points of those metrics in later records of its span are lost with it, and
// reported once a span.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

inline constexpr std::size_t kJournalBlock = 32 * 1024;
inline constexpr std::size_t kFragmentHeader = 7;
inline constexpr std::size_t kRecordHeader = 8 + 4 + 1 + 1 + 8 + 8;
inline constexpr std::uint32_t kJournalVersion = 2;
inline constexpr std::uint8_t kPayloadVersion = 5;
inline constexpr std::string_view kSegmentMagic = "polysweep journal\n";
// No record is longer: a greater length is damage.
inline constexpr std::size_t kLongestRecord = 16 * 1024 * 1024;
// No epoch or sequence number is greater: one beyond it is damage.
inline constexpr std::uint64_t kGreatestNumber = std::uint64_t{1} << 62;
// A segment that would grow beyond it is closed and the next one started.
inline constexpr std::size_t kSegmentBytes = 64 * 1024 * 1024;
// Names are defined again after so many bytes: what a lost definition can cost, and
// what a reader that starts in the middle of a segment reads for its definitions.
inline constexpr std::size_t kNameSpan = 1024 * 1024;
static_assert(kNameSpan % kJournalBlock == 0 && kSegmentBytes % kNameSpan == 0);
inline constexpr std::string_view kJournalLock = "LOCK";

enum class FragmentType : std::uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

// "000012.psj".
std::string segment_name(std::uint64_t segment);
// The numbers of the segments among `names`, ascending.
std::vector<std::uint64_t> segment_numbers(const std::vector<std::string>& names);
// The checksums: the low half of XXH3-64, and all of it.
std::uint32_t fragment_checksum(std::string_view bytes);
std::uint64_t record_checksum(std::string_view bytes);

}  // namespace polysweep
