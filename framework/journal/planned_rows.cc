// The rows of a plan in the journal: what a row shares with the one before is
// left out, and the rest is deflated.
#include <zlib.h>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/journal/event_payload.h"

namespace polysweep {

namespace {

using Row = TrialsPlanned::Row;

// Four numbers of at least a byte each.
constexpr std::size_t kSmallestRow = 4;

std::string pack(const std::string& plain) {
  std::string packed(compressBound(plain.size()), '\0');
  uLongf size = packed.size();
  const int code =
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(plain.data()), plain.size(), Z_BEST_SPEED);
  check(code == Z_OK, "zlib packs into the room that it asked for");
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

void expect_bearable(std::size_t bytes) {
  if (bytes > kMostRowBytes) fail("rows of more than {} bytes in one event", kMostRowBytes);
}

}  // namespace

void write_payload(ByteWriter& out, const TrialsPlanned& event) {
  ByteWriter rows;
  std::string_view before;
  std::int64_t cell = 0;
  std::size_t total = 0;
  for (const Row& row : event.rows) {
    const std::string_view text = row.identity;
    const std::size_t start = shared_start(before, text);
    const std::size_t end = shared_end(before.substr(start), text.substr(start));
    rows.varint(start);
    rows.varint(end);
    rows.text(text.substr(start, text.size() - start - end));
    rows.zigzag(row.cell - cell);
    before = text;
    cell = row.cell;
    expect_bearable(total += text.size());
  }
  out.text(event.sweep);
  out.text(event.revision);
  out.varint(event.first);
  out.varint(event.rows.size());
  out.text(pack(rows.bytes()));
}

void read_payload(ByteReader& in, TrialsPlanned& event) {
  event.sweep = in.text();
  event.revision = in.text();
  event.first = in.varint();
  const std::uint64_t count = in.varint();
  const std::string plain = unpack(in.text());
  ByteReader rows(plain);
  if (count > plain.size() / kSmallestRow) fail("truncated: {} rows in too few bytes", count);
  event.rows.resize(static_cast<std::size_t>(count));
  std::string_view before;
  std::uint64_t cell = 0;
  std::size_t total = 0;
  for (Row& row : event.rows) {
    const std::uint64_t start = rows.varint();
    const std::uint64_t end = rows.varint();
    if (start > before.size() || end > before.size() - start) {
      fail("a row that shares {} and {} bytes with one of {}", start, end, before.size());
    }
    const std::string_view middle = rows.text();
    expect_bearable(total += start + end + middle.size());
    row.identity = before.substr(0, start);
    row.identity += middle;
    row.identity += before.substr(before.size() - end);
    cell += static_cast<std::uint64_t>(rows.zigzag());
    if (cell != static_cast<std::uint32_t>(cell)) fail("{} is no cell", cell);
    row.cell = static_cast<std::uint32_t>(cell);
    before = row.identity;
  }
  rows.expect_end();
}

}  // namespace polysweep
