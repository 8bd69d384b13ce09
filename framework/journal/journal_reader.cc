#include "framework/journal/journal_reader.h"
#include "framework/journal/event_payload.h"

#include <algorithm>
#include <utility>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/journal/journal_format.h"

namespace polysweep {

namespace {

constexpr std::size_t kWindow = 8 * kJournalBlock;
constexpr int kLooks = 5;

bool is_fragment_type(std::uint8_t type) {
  return type >= static_cast<std::uint8_t>(FragmentType::kFull) &&
         type <= static_cast<std::uint8_t>(FragmentType::kLast);
}

// The number in the header of a segment; empty if `data` is not such a header.
std::optional<std::uint64_t> header_number(std::string_view data) {
  if (data.size() != kSegmentMagic.size() + 12 || !data.starts_with(kSegmentMagic)) return {};
  ByteReader in(data.substr(kSegmentMagic.size()));
  const std::uint32_t version = in.u32_fixed();
  if (version != kJournalVersion) {
    fail("a journal of format {}; this polysweep reads format {}", version, kJournalVersion);
  }
  return in.u64_fixed();
}

bool only_zeros(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// Whether a complete fragment begins anywhere in `bytes`.
bool holds_fragment(std::string_view bytes) {
  for (; bytes.size() >= kFragmentHeader; bytes.remove_prefix(1)) {
    ByteReader in(bytes);
    const std::uint32_t checksum = in.u32_fixed();
    const std::size_t low = in.u8();
    const std::size_t size = low | std::size_t{in.u8()} << 8;
    if (!is_fragment_type(in.u8()) || size > in.left()) continue;
    if (fragment_checksum(bytes.substr(kFragmentHeader - 1, size + 1)) == checksum) return true;
  }
  return false;
}

std::string missing_text(Sequence first, Sequence last) {
  if (first == last) return fmt::format("record {} is missing", first);
  return fmt::format("records {} to {} are missing", first, last);
}

}  // namespace

struct JournalReader::Fragment {
  FragmentType type = FragmentType::kFull;
  std::uint64_t offset = 0;
  std::string_view data;
};

JournalReader::JournalReader(FileSystem& files, std::filesystem::path folder, JournalPosition from)
    : files_(files), folder_(std::move(folder)), position_(from) {}

std::optional<JournalRecord> JournalReader::next() {
  damage_seen_ = damage_.size();
  at_torn_tail_ = false;
  if (segment_ == 0 && !enter_next_segment()) return std::nullopt;
  while (true) {
    Fragment fragment;
    const Found found = next_fragment(fragment);
    if (found != Found::kFragment) {
      if (!continue_after_end(found)) return std::nullopt;
    } else if (join(fragment)) {
      if (std::optional<JournalRecord> record = take_record()) return record;
    }
  }
}

bool JournalReader::enter_next_segment() {
  const std::vector<std::uint64_t> segments = segment_numbers(files_.list(folder_));
  const bool first = segment_ == 0;
  const std::uint64_t wanted = first ? position_.segment : segment_ + 1;
  const auto found = std::lower_bound(segments.begin(), segments.end(), wanted);
  if (found == segments.end()) return false;
  segment_ = *found;
  closed_ = segment_ < segments.back();
  offset_ = first && segment_ == position_.segment ? position_.offset : 0;
  window_.clear();
  settled_ = 0;
  joining_ = false;
  resyncing_ = false;
  started_at_ = offset_;
  span_ = offset_ / kNameSpan;
  names_.clear();
  unnamed_reported_ = false;
  if (offset_ > 0 && window_at(offset_ - 1, 1).empty()) {
    report(offset_, false, "the segment is shorter than what was read of it before");
  }
  return true;
}

bool JournalReader::continue_after_end(Found found) {
  const bool incomplete = joining_ || found == Found::kIncomplete;
  if (!closed_) {
    const std::vector<std::uint64_t> segments = segment_numbers(files_.list(folder_));
    closed_ = !segments.empty() && segments.back() > segment_;
    at_torn_tail_ = !closed_ && incomplete;
    // Once more: it may have grown before the newer one was started.
    return closed_;
  }
  if (found == Found::kIncomplete && hides_records()) {
    report(offset_, false, "a fragment of a record that extends beyond the end of the segment");
  } else if (incomplete) {
    report(joining_ ? record_offset_ : offset_, true, "an incomplete record at the end");
  }
  return enter_next_segment();
}

std::string_view JournalReader::window_at(std::uint64_t offset, std::size_t size) {
  const bool inside = offset >= window_offset_ && offset + size <= window_offset_ + window_.size();
  if (!inside) {
    window_ = files_.read_range(folder_ / segment_name(segment_), offset, kWindow);
    window_offset_ = offset;
  }
  return std::string_view(window_).substr(offset - window_offset_, size);
}

JournalReader::Found JournalReader::next_fragment(Fragment& fragment) {
  while (true) {
    const std::size_t room = kJournalBlock - offset_ % kJournalBlock;
    if (room < kFragmentHeader) {
      offset_ += room;
      continue;
    }
    const std::string_view header = window_at(offset_, kFragmentHeader);
    if (header.empty()) return Found::kEnd;
    if (header.size() < kFragmentHeader) return incomplete();
    ByteReader in(header);
    const std::uint32_t checksum = in.u32_fixed();
    const std::size_t low = in.u8();
    const std::size_t size = low | std::size_t{in.u8()} << 8;
    const std::uint8_t type = in.u8();
    if (size > room - kFragmentHeader || !is_fragment_type(type)) {
      if (may_change()) continue;
      if (ends_in_zeros()) return incomplete();
      skip_block(offset_, "expected a fragment of a record");
      continue;
    }
    const std::string_view whole = window_at(offset_, kFragmentHeader + size);
    if (whole.size() < kFragmentHeader + size) return incomplete();
    if (fragment_checksum(whole.substr(kFragmentHeader - 1)) != checksum) {
      if (may_change()) continue;
      skip_block(offset_, "a fragment of a record whose checksum does not match");
      continue;
    }
    fragment = {static_cast<FragmentType>(type), offset_, whole.substr(kFragmentHeader)};
    offset_ += whole.size();
    return Found::kFragment;
  }
}

// What was seen of it is not kept: it may become another.
JournalReader::Found JournalReader::incomplete() {
  window_.clear();
  return Found::kIncomplete;
}

// Bytes that cannot be read, in a segment that is being written, are looked at
// again for a while. True where they have changed.
bool JournalReader::may_change() {
  if (closed_ || offset_ < settled_) return false;
  const std::string seen = window_;
  for (int i = 0; i < kLooks && files_.wait_for_writes(); ++i) {
    window_ = files_.read_range(folder_ / segment_name(segment_), window_offset_, kWindow);
    if (!window_.starts_with(seen)) return true;
  }
  settled_ = window_offset_ + seen.size();
  return false;
}

bool JournalReader::ends_in_zeros() const {
  for (std::uint64_t at = offset_;;) {
    const std::string bytes = files_.read_range(folder_ / segment_name(segment_), at, kWindow);
    if (bytes.empty()) return true;
    if (!only_zeros(bytes)) return false;
    at += bytes.size();
  }
}

bool JournalReader::hides_records() const {
  return segment_ > 0 && holds_fragment(files_.read_range(folder_ / segment_name(segment_),
                                                          offset_ + 1, kJournalBlock));
}

bool JournalReader::join(const Fragment& fragment) {
  if (fragment.offset == 0) {
    const std::uint64_t behind = std::exchange(offset_, 0);
    const std::optional<std::uint64_t> number = header_number(fragment.data);
    offset_ = behind;
    if (number) {
      if (*number != segment_) {
        report(0, false,
               fmt::format("the file is named as segment {} but is segment {}", segment_, *number));
      }
      return false;
    }
    report(0, false, "the segment does not begin with its header");
  }
  const bool begins = fragment.type == FragmentType::kFull || fragment.type == FragmentType::kFirst;
  if (begins) {
    if (joining_) report(record_offset_, false, "a record that does not end");
    record_.clear();
    record_offset_ = fragment.offset;
    joining_ = true;
    resyncing_ = false;
  } else if (!joining_) {
    if (!resyncing_) report(fragment.offset, false, "a record that does not begin");
    resyncing_ = true;
    return false;
  }
  if (record_.size() + fragment.data.size() > kLongestRecord) {
    report(record_offset_, false, "a record that is longer than a record can be");
    joining_ = false;
    resyncing_ = true;
    return false;
  }
  record_.append(fragment.data);
  return fragment.type == FragmentType::kFull || fragment.type == FragmentType::kLast;
}

std::optional<JournalRecord> JournalReader::take_record() {
  joining_ = false;
  const std::string_view bytes = record_;
  if (bytes.size() < kRecordHeader ||
      ByteReader(bytes).u64_fixed() != record_checksum(bytes.substr(8))) {
    report(record_offset_, false, "a record whose checksum does not match");
    return std::nullopt;
  }
  ByteReader in(bytes.substr(8));
  const std::uint32_t size = in.u32_fixed();
  const std::uint8_t type = in.u8();
  const std::uint8_t version = in.u8();
  JournalRecord record;
  record.epoch = in.u64_fixed();
  record.sequence = in.u64_fixed();
  if (size != in.left()) {
    report(record_offset_, false, "a record whose length does not match");
    return std::nullopt;
  }
  if (record.epoch > kGreatestNumber || record.sequence > kGreatestNumber) {
    report(record_offset_, false, "a record with a number that is never used");
    return std::nullopt;
  }
  if (!is_known_event(type, version)) {
    offset_ = record_offset_;  // the next call finds it again
    fail(
        "{}, byte {}: record {} is an event of a newer polysweep (type {}, version {}); use that "
        "version",
        (folder_ / segment_name(segment_)).string(), record_offset_, record.sequence, type,
        version);
  }
  // An event that cannot be understood was written wrong: it alone is lost.
  std::string wrong;
  std::uint64_t unnamed_points = 0;
  try {
    if (type == kMetricsType) enter_span();
    record.event = read_event(type, version, in.raw(size), names_, &unnamed_points);
  } catch (const Error& error) {
    wrong = error.what();
  }
  check_sequence(record);
  position_ = {segment_, offset_, record.sequence};
  if (unnamed_points > 0) report_unnamed(record.sequence, unnamed_points);
  if (wrong.empty()) return record;
  report(record_offset_, false,
         fmt::format("record {} cannot be understood: {}", record.sequence, wrong));
  damage_seen_ = damage_.size();  // it explains no gap
  return std::nullopt;
}

void JournalReader::enter_span() {
  const std::uint64_t span = record_offset_ / kNameSpan;
  if (span != span_) {
    check(span > span_, "a segment is read from its beginning to its end");
    span_ = span;
    names_.clear();
    unnamed_reported_ = false;
    started_at_ = 0;
  }
  if (started_at_ > 0) read_names_before(std::exchange(started_at_, 0));
}

// What is damaged there was reported when it was read first.
void JournalReader::read_names_before(std::uint64_t end) {
  const std::uint64_t begin = span_ * kNameSpan;
  if (begin == end) return;
  JournalReader earlier(files_, folder_, {segment_, begin, 0});
  while (earlier.position().segment == segment_ && earlier.position().offset < end) {
    if (!earlier.next()) break;
  }
  if (earlier.segment_ == segment_ && earlier.span_ == span_) names_ = std::move(earlier.names_);
}

void JournalReader::report_unnamed(Sequence sequence, std::uint64_t points) {
  if (std::exchange(unnamed_reported_, true)) return;
  report(record_offset_, false,
         fmt::format("record {} has {} points of metrics whose names were lost with an earlier "
                     "record; points of these metrics are lost up to byte {}",
                     sequence, points, (span_ + 1) * kNameSpan));
  damage_seen_ = damage_.size();  // it explains no gap
}

void JournalReader::check_sequence(const JournalRecord& record) {
  const Sequence expected = position_.last_sequence + 1;
  if (record.sequence < expected) {
    report(record_offset_, false,
           fmt::format("record {} follows record {}", record.sequence, expected - 1));
    return;
  }
  const bool explained = damage_.size() > damage_seen_ && !damage_.back().torn_tail;
  if (record.sequence == expected) {
    if (explained) damage_.back().what += "; no record is missing";
    return;
  }
  std::string missing = missing_text(expected, record.sequence - 1);
  // A writer that continues after damage counts all records that it may hide.
  if (explained && position_.segment != segment_) missing += ", as far as they were written";
  if (explained) {
    damage_.back().what += "; " + missing;
  } else {
    report(record_offset_, false, missing);
  }
}

void JournalReader::skip_block(std::uint64_t offset, std::string what) {
  report(offset, false, std::move(what));
  offset_ = (offset / kJournalBlock + 1) * kJournalBlock;
  joining_ = false;
  resyncing_ = true;
}

void JournalReader::report(std::uint64_t offset, bool torn_tail, std::string what) {
  damage_.push_back({segment_, offset, torn_tail, std::move(what)});
}

SegmentEnd read_segment_end(FileSystem& files, const std::filesystem::path& folder,
                            std::uint64_t segment) {
  SegmentEnd end;
  JournalPosition behind{segment, 0, 0};
  JournalReader reader(files, folder, behind);
  while (const std::optional<JournalRecord> record = reader.next()) {
    if (reader.position().segment != segment) break;
    behind = reader.position();
    end.last_sequence = std::max(end.last_sequence, record->sequence);
    end.last_epoch = std::max(end.last_epoch, record->epoch);
  }
  bool damaged = false;
  for (const JournalDamage& damage : reader.damage()) {
    if (damage.segment != segment || damage.torn_tail) continue;
    // The header's own place: that of a file with another's name, or damaged.
    if (damage.offset == 0) end.is_named_right = false;
    if (damage.offset >= behind.offset) damaged = true;
  }
  if (reader.at_torn_tail() && reader.hides_records()) damaged = true;
  if (damaged) {
    const std::string hidden = files.read_range(folder / segment_name(segment), behind.offset,
                                                kSegmentBytes + kLongestRecord);
    end.possibly_lost = hidden.size() / (kFragmentHeader + kRecordHeader) + 1;
  }
  return end;
}

}  // namespace polysweep
