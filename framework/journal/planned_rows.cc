// The rows of a plan in the journal: what a row shares with the previous one is
// left out, and the rest is deflated.
#include <zlib.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/journal/event_payload.h"

namespace polysweep {

namespace {

struct PackedRow {
  std::string text;
  std::int64_t number = 0;
};

// Four numbers of at least a byte each.
constexpr std::size_t kSmallestRow = 4;

std::string pack(const std::string& plain) {
  std::string packed(compressBound(plain.size()), '\0');
  uLongf size = packed.size();
  const int code =
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(plain.data()), plain.size(), Z_BEST_SPEED);
  check(code == Z_OK, "zlib packs into the space that it asked for");
  packed.resize(size);
  return packed;
}

struct Inflater {
  z_stream stream{};

  Inflater() { check(inflateInit(&stream) == Z_OK, "zlib starts to unpack"); }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

std::string unpack(std::string_view packed) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string plain;
  std::string chunk(64 * 1024, '\0');
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    code = inflate(&stream, Z_NO_FLUSH);
    plain.append(chunk.data(), chunk.size() - stream.avail_out);
    if (plain.size() > kMostRowBytes) fail("more than {} bytes of packed rows", kMostRowBytes);
  }
  if (code != Z_STREAM_END) fail("truncated or damaged packed rows");
  if (stream.avail_in != 0) fail("{} bytes too many after packed rows", stream.avail_in);
  return plain;
}

std::size_t shared_start(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}

std::size_t shared_end(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first -
                                  a.rbegin());
}

void expect_fits(std::size_t bytes) {
  if (bytes > kMostRowBytes) fail("rows of more than {} bytes in one event", kMostRowBytes);
}

class RowWriter {
 public:
  // `text` must live until the next call.
  void add(std::string_view text, std::int64_t number) {
    const std::size_t start = shared_start(before_, text);
    const std::size_t end = shared_end(before_.substr(start), text.substr(start));
    rows_.varint(start);
    rows_.varint(end);
    rows_.text(text.substr(start, text.size() - start - end));
    rows_.zigzag(number - number_);
    before_ = text;
    number_ = number;
    ++count_;
    expect_fits(total_ += text.size());
  }

  void write(ByteWriter& out) const {
    out.varint(count_);
    out.text(pack(rows_.bytes()));
  }

 private:
  ByteWriter rows_;
  std::string_view before_;
  std::int64_t number_ = 0;
  std::size_t count_ = 0;
  std::size_t total_ = 0;
};

std::vector<PackedRow> read_rows(ByteReader& in) {
  const std::uint64_t count = in.varint();
  const std::string plain = unpack(in.text());
  ByteReader rows(plain);
  if (count > plain.size() / kSmallestRow) fail("truncated: {} rows in too few bytes", count);
  std::vector<PackedRow> out(static_cast<std::size_t>(count));
  std::string_view before;
  std::uint64_t number = 0;
  std::size_t total = 0;
  for (PackedRow& row : out) {
    const std::uint64_t start = rows.varint();
    const std::uint64_t end = rows.varint();
    if (start > before.size() || end > before.size() - start) {
      fail("a row that shares {} and {} bytes with one of {}", start, end, before.size());
    }
    const std::string_view middle = rows.text();
    expect_fits(total += start + end + middle.size());
    row.text = before.substr(0, start);
    row.text += middle;
    row.text += before.substr(before.size() - end);
    number += static_cast<std::uint64_t>(rows.zigzag());
    row.number = static_cast<std::int64_t>(number);
    before = row.text;
  }
  rows.expect_end();
  return out;
}

}  // namespace

void write_payload(ByteWriter& out, const TrialsPlanned& event) {
  RowWriter rows;
  for (const TrialsPlanned::Row& row : event.rows) rows.add(row.identity, row.cell);
  out.text(event.sweep);
  out.text(event.revision);
  out.varint(event.first);
  rows.write(out);
}

void read_payload(ByteReader& in, TrialsPlanned& event) {
  event.sweep = in.text();
  event.revision = in.text();
  event.first = in.varint();
  std::vector<PackedRow> rows = read_rows(in);
  event.rows.clear();
  event.rows.reserve(rows.size());
  for (PackedRow& row : rows) {
    const auto cell = static_cast<std::uint32_t>(row.number);
    if (row.number != cell) fail("{} is not the number of a cell", row.number);
    event.rows.push_back({std::move(row.text), cell});
  }
}

void write_payload(ByteWriter& out, const CellsPlanned& event) {
  RowWriter rows;
  for (const CellsPlanned::Row& row : event.rows) {
    check(!row.is_baseline || row.baseline < 0, "a baseline is not compared with another cell");
    rows.add(row.levels, row.is_baseline    ? 1
                         : row.baseline < 0 ? 0
                                            : std::int64_t{2} + row.baseline);
  }
  out.text(event.sweep);
  out.text(event.revision);
  out.varint(event.first);
  rows.write(out);
}

void read_payload(ByteReader& in, CellsPlanned& event) {
  event.sweep = in.text();
  event.revision = in.text();
  event.first = in.varint();
  std::vector<PackedRow> rows = read_rows(in);
  event.rows.clear();
  event.rows.reserve(rows.size());
  for (PackedRow& row : rows) {
    const auto baseline = static_cast<std::int32_t>(row.number) - 2;
    if (row.number < 0 || row.number > INT32_MAX) {
      fail("{} does not say what a cell is compared with", row.number);
    }
    event.rows.push_back({std::move(row.text), std::max(baseline, -1), row.number == 1});
  }
}

}  // namespace polysweep
