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

// Beyond it the buffer is handed to the system by append().
constexpr std::size_t kMostBuffered = 1024 * 1024;

std::string record_bytes(const Event& event, const std::string& payload, WriterEpoch epoch,
                         Sequence sequence) {
  ByteWriter record;
  record.u64_fixed(0);  // the checksum
  record.u32_fixed(static_cast<std::uint32_t>(payload.size()));
  record.u8(event_type(event));
  record.u8(kPayloadVersion);
  record.u64_fixed(epoch);
  record.u64_fixed(sequence);
  record.raw(payload);
  record.u64_fixed_at(0, record_checksum(std::string_view(record.bytes()).substr(8)));
  return record.take();
}

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
  if (gethostname(machine, sizeof machine - 1) != 0) fail("cannot ask for the machine's name");
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
  // The last segment tells, unless it holds no record or is not the one that
  // its name says.
  for (std::size_t i = segments.size(); i-- > 0;) {
    const SegmentEnd end = read_segment_end(files_, folder_, segments[i]);
    greatest = std::max(greatest, end.last_sequence);
    possibly_lost += end.possibly_lost;
    epoch_ = std::max(epoch_, end.last_epoch);
    if (end.last_sequence > 0 && end.is_named_right) break;
  }
  ++epoch_;
  // No sequence number is given twice, not even one that damage hides.
  next_sequence_ = greatest + possibly_lost + 1;
  last_synced_ = last_appended();
}

void JournalWriter::open_segment() {
  file_ = files_.create(folder_ / segment_name(++segment_));
  segment_bytes_ = 0;
  ByteWriter header;
  header.raw(kSegmentMagic);
  header.u32_fixed(kJournalVersion);
  header.u64_fixed(segment_);
  add_fragments(header.bytes());
}

Sequence JournalWriter::append(const Event& event) {
  expect_alive();
  const std::string payload = encode_event(event);
  if (payload.size() > kLongestRecord - kRecordHeader) {
    fail(
        "an event '{}' of {} bytes is too long for the journal {}: no record may have more than {}",
        event_name(event), payload.size() + kRecordHeader, folder_.string(), kLongestRecord);
  }
  const std::string record = record_bytes(event, payload, epoch_, next_sequence_);
  if (segment_bytes_ + record.size() > kSegmentBytes) {
    sync();
    alive_ = false;
    open_segment();
    alive_ = true;
  }
  add_fragments(record);
  const Sequence sequence = next_sequence_++;
  if (buffer_.size() >= kMostBuffered) flush();
  return sequence;
}

void JournalWriter::add_fragments(std::string_view record) {
  bool first = true;
  while (true) {
    std::size_t room = kJournalBlock - segment_bytes_ % kJournalBlock;
    if (room < kFragmentHeader) {
      for (std::size_t i = 0; i < room; ++i) buffer_.u8(0);
      segment_bytes_ += room;
      room = kJournalBlock;
    }
    const std::string_view data = record.substr(0, room - kFragmentHeader);
    const bool last = data.size() == record.size();
    const FragmentType type = first  ? (last ? FragmentType::kFull : FragmentType::kFirst)
                              : last ? FragmentType::kLast
                                     : FragmentType::kMiddle;
    const std::size_t begin = buffer_.size();
    buffer_.u32_fixed(0);  // the checksum
    buffer_.u8(static_cast<std::uint8_t>(data.size() & 0xFF));
    buffer_.u8(static_cast<std::uint8_t>(data.size() >> 8));
    const std::size_t checked = buffer_.size();
    buffer_.u8(static_cast<std::uint8_t>(type));
    buffer_.raw(data);
    buffer_.u32_fixed_at(begin,
                         fragment_checksum(std::string_view(buffer_.bytes()).substr(checked)));
    segment_bytes_ += kFragmentHeader + data.size();
    if (last) return;
    record.remove_prefix(data.size());
    first = false;
  }
}

void JournalWriter::flush() { write_out(false); }

void JournalWriter::sync() { write_out(true); }

void JournalWriter::expect_alive() const {
  if (!alive_) {
    fail("the journal {} takes nothing more: an earlier write or sync of it failed",
         folder_.string());
  }
}

// A failure leaves the writer dead: what stands behind it is not known.
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
