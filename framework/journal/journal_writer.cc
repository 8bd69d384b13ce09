#include "framework/journal/journal_writer.h"
#include "framework/journal/event_payload.h"

#include <unistd.h>

#include <algorithm>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/journal/journal_format.h"
#include "framework/journal/journal_reader.h"

namespace polysweep {

namespace {

// A longer buffer is handed to the system by append().
constexpr std::size_t kMostBuffered = 1024 * 1024;

constexpr std::size_t kChecksumBytes = 8;
constexpr char kZeros[32] = {};

}  // namespace

JournalWriter::JournalWriter(FileSystem& files, std::filesystem::path folder)
    : files_(files), folder_(std::move(folder)) {
  files_.create_folders(folder_);
  take_lock();
  find_end();
  open_segment();
  write_out(true);
}

JournalWriter::~JournalWriter() = default;

void JournalWriter::take_lock() {
  char machine[256] = "";
  if (gethostname(machine, sizeof machine - 1) != 0) fail("cannot determine the machine's name");
  const std::filesystem::path path = folder_ / kJournalLock;
  lock_ = files_.try_lock(path, fmt::format("process {} on {}", getpid(), machine));
  if (lock_ != nullptr) return;
  const std::string holder = files_.read(path);
  fail("the journal {} is being written by {}; wait until it has ended, or stop it",
       folder_.string(), holder.empty() ? "another process" : holder);
}

void JournalWriter::find_end() {
  const std::vector<std::uint64_t> segments = segment_numbers(files_.list(folder_));
  segment_ = segments.empty() ? 0 : segments.back();
  Sequence greatest = 0;
  std::uint64_t possibly_lost = 0;
  // The last segment is enough, unless it holds no record or is not the one that
  // its name says.
  for (std::size_t i = segments.size(); i-- > 0;) {
    const SegmentEnd end = read_segment_end(files_, folder_, segments[i]);
    greatest = std::max(greatest, end.last_sequence);
    possibly_lost += end.possibly_lost;
    epoch_ = std::max(epoch_, end.last_epoch);
    if (end.last_sequence > 0 && end.is_named_right) break;
  }
  ++epoch_;
  // No sequence number is used twice, not even one that damage hides.
  next_sequence_ = greatest + possibly_lost + 1;
  last_synced_ = last_appended();
}

void JournalWriter::open_segment() {
  check(buffer_.size() == 0, "a segment is opened when all of the one before is written");
  file_ = files_.create(folder_ / segment_name(++segment_));
  segment_bytes_ = 0;
  names_span_ = 0;
  names_.shrink(0);
  ByteWriter header;
  header.raw(kSegmentMagic);
  header.u32_fixed(kJournalVersion);
  header.u64_fixed(segment_);
  add_fragments(header.bytes());
}

Sequence JournalWriter::append(const Event& event) {
  return append_record(event_type(event), event_name(event),
                       [&](ByteWriter& out) { write_event(out, event, names_); });
}

Sequence JournalWriter::append(const MetricsRecorded& event) {
  return append_record(kMetricsType, "metrics recorded",
                       [&](ByteWriter& out) { write_payload(out, event, names_); });
}

Sequence JournalWriter::append(const TextRecorded& event) {
  return append_record(kTextType, "text recorded",
                       [&](ByteWriter& out) { write_payload(out, event); });
}

template <typename Payload>
Sequence JournalWriter::append_record(std::uint8_t type, std::string_view name,
                                      const Payload& write_payload) {
  expect_alive();
  fill_block();
  start_names();
  const std::size_t begin = buffer_.size();
  const std::uint32_t known_names = names_.size();
  const auto take_back = [&] {
    buffer_.truncate(begin);
    names_.shrink(known_names);
  };
  try {
    buffer_.raw(std::string_view(kZeros, kFragmentHeader + kChecksumBytes + sizeof(std::uint32_t)));
    buffer_.u8(type);
    buffer_.u8(kPayloadVersion);
    buffer_.u64_fixed(epoch_);
    buffer_.u64_fixed(next_sequence_);
    write_payload(buffer_);
  } catch (...) {
    take_back();
    throw;
  }
  const std::size_t size = buffer_.size() - begin - kFragmentHeader;
  if (size > kLongestRecord) {
    take_back();
    fail("an event '{}' of {} bytes is too long for the journal {}: a record has at most {}", name,
         size, folder_.string(), kLongestRecord);
  }
  if (segment_bytes_ + size > kSegmentBytes) {
    // Again in the next segment, which has its own names.
    take_back();
    sync();
    alive_ = false;
    open_segment();
    alive_ = true;
    check(segment_bytes_ + size <= kSegmentBytes, "a new segment has room for any record");
    return append_record(type, name, write_payload);
  }
  seal(begin);
  const Sequence sequence = next_sequence_++;
  if (buffer_.size() >= kMostBuffered) flush();
  return sequence;
}

void JournalWriter::fill_block() {
  const std::size_t room = kJournalBlock - segment_bytes_ % kJournalBlock;
  if (room >= kFragmentHeader) return;
  buffer_.raw(std::string_view(kZeros, room));
  segment_bytes_ += room;
}

void JournalWriter::start_names() {
  const std::uint64_t span = segment_bytes_ / kNameSpan;
  if (span == names_span_) return;
  check(span > names_span_, "a segment is written from its beginning to its end");
  names_span_ = span;
  names_.shrink(0);
}

void JournalWriter::seal(std::size_t begin) {
  const std::size_t record = begin + kFragmentHeader;
  const std::size_t size = buffer_.size() - record;
  check(size >= kRecordHeader, "a record has its header");
  buffer_.u32_fixed_at(record + kChecksumBytes, static_cast<std::uint32_t>(size - kRecordHeader));
  const std::string_view bytes = std::string_view(buffer_.bytes()).substr(record);
  buffer_.u64_fixed_at(record, record_checksum(bytes.substr(kChecksumBytes)));
  const std::size_t room = kJournalBlock - segment_bytes_ % kJournalBlock;
  if (kFragmentHeader + size <= room) {
    seal_fragment(begin, FragmentType::kFull);
  } else {
    // The rare record that does not fit into its block is taken apart.
    const std::string parts(bytes);
    buffer_.truncate(begin);
    add_fragments(parts);
  }
}

// The header of the fragment from `begin` to the end of the buffer.
void JournalWriter::seal_fragment(std::size_t begin, FragmentType type) {
  const std::size_t checked = begin + kFragmentHeader - 1;
  const std::size_t size = buffer_.size() - checked - 1;
  check(size <= kJournalBlock - kFragmentHeader, "a fragment lies in one block");
  buffer_.u8_at(begin + 4, static_cast<std::uint8_t>(size & 0xFF));
  buffer_.u8_at(begin + 5, static_cast<std::uint8_t>(size >> 8));
  buffer_.u8_at(checked, static_cast<std::uint8_t>(type));
  buffer_.u32_fixed_at(begin, fragment_checksum(std::string_view(buffer_.bytes()).substr(checked)));
  segment_bytes_ += kFragmentHeader + size;
}

void JournalWriter::add_fragments(std::string_view record) {
  bool first = true;
  while (true) {
    fill_block();
    const std::size_t room = kJournalBlock - segment_bytes_ % kJournalBlock;
    const std::string_view data = record.substr(0, room - kFragmentHeader);
    const bool last = data.size() == record.size();
    const FragmentType type = first  ? (last ? FragmentType::kFull : FragmentType::kFirst)
                              : last ? FragmentType::kLast
                                     : FragmentType::kMiddle;
    const std::size_t begin = buffer_.size();
    buffer_.raw(std::string_view(kZeros, kFragmentHeader));
    buffer_.raw(data);
    seal_fragment(begin, type);
    if (last) return;
    record.remove_prefix(data.size());
    first = false;
  }
}

void JournalWriter::flush() { write_out(false); }

void JournalWriter::sync() { write_out(true); }

void JournalWriter::expect_alive() const {
  if (!alive_) {
    fail("nothing more can be written to the journal {}: an earlier write or sync failed",
         folder_.string());
  }
}

// A failure ends the writer: what the file holds from there on is not known.
void JournalWriter::write_out(bool durable) {
  expect_alive();
  alive_ = false;
  if (buffer_.size() > 0) file_->append(buffer_.bytes());
  buffer_.clear();
  if (durable) {
    file_->sync();
    last_synced_ = last_appended();
  }
  alive_ = true;
}

}  // namespace polysweep
