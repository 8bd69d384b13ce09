#include "runners/sharing/claim_log.h"

#include <algorithm>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/journal/event_payload.h"
#include "framework/journal/journal_format.h"

namespace polysweep {

namespace {

constexpr std::string_view kFirstLine = "polysweep claim 1\n";
constexpr std::string_view kEnding = ".claim";
constexpr std::size_t kDigits = 8;

std::optional<std::uint64_t> number_of(const std::string& name) {
  const bool is_entry = name.size() > kDigits && name.substr(kDigits) == kEnding &&
                        std::all_of(name.begin(), name.begin() + kDigits,
                                    [](char c) { return c >= '0' && c <= '9'; });
  if (!is_entry) return std::nullopt;
  return std::stoull(name.substr(0, kDigits));
}

}  // namespace

std::string encode_claim(const Claim& claim) {
  ByteWriter body;
  body.text(claim.host);
  body.varint(claim.epoch);
  body.varint(claim.trials.size());
  for (const TrialId& trial : claim.trials) write_payload(body, trial);
  ByteWriter out;
  out.raw(kFirstLine);
  out.u64_fixed(record_checksum(body.bytes()));
  out.raw(body.bytes());
  return out.take();
}

std::optional<Claim> decode_claim(std::string_view bytes) try {
  ByteReader in(bytes);
  if (in.raw(kFirstLine.size()) != kFirstLine) return std::nullopt;
  const std::uint64_t checksum = in.u64_fixed();
  if (record_checksum(bytes.substr(bytes.size() - in.left())) != checksum) return std::nullopt;
  Claim claim;
  claim.host = in.text();
  claim.epoch = in.varint();
  const std::uint64_t count = in.varint();
  if (count > in.left() / sizeof(TrialId::bytes)) return std::nullopt;
  claim.trials.resize(static_cast<std::size_t>(count));
  for (TrialId& trial : claim.trials) read_payload(in, trial);
  in.expect_end();
  return claim;
} catch (const Error&) {
  return std::nullopt;
}

std::filesystem::path claims_path(const std::filesystem::path& store) { return store / "claims"; }

ClaimLog::ClaimLog(FileSystem& files, std::filesystem::path folder)
    : files_(files), folder_(std::move(folder)) {
  files_.create_folders(folder_);
}

std::filesystem::path ClaimLog::path_of(std::uint64_t number) const {
  return folder_ / fmt::format("{:08}{}", number, kEnding);
}

std::vector<std::uint64_t> ClaimLog::numbers() const {
  std::vector<std::uint64_t> result;
  for (const std::string& name : files_.list(folder_)) {
    if (const auto number = number_of(name)) result.push_back(*number);
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<Claim> ClaimLog::read_new() {
  std::vector<Claim> result;
  std::vector<std::uint64_t> all = numbers();
  // A network file system may list a folder as it was seconds ago.
  std::error_code ignored;
  std::uint64_t last = std::max(read_, all.empty() ? 0 : all.back());
  while (std::filesystem::exists(path_of(last + 1), ignored)) all.push_back(++last);
  for (const std::uint64_t number : all) {
    if (number <= read_) continue;
    read_ = number;
    std::optional<Claim> claim;
    try {
      claim = decode_claim(files_.read(path_of(number)));
    } catch (const Error&) {
      continue;  // removed meanwhile, since it was void
    }
    if (claim) result.push_back(std::move(*claim));
  }
  return result;
}

bool ClaimLog::add(const Claim& claim) {
  check(!claim.trials.empty(), "a claim has trials");
  const std::uint64_t number = read_ + 1;
  if (!files_.create_atomically(path_of(number), encode_claim(claim))) return false;
  read_ = number;
  return true;
}

void ClaimLog::tidy(
    const std::function<bool(const std::string& host, WriterEpoch epoch)>& is_void) {
  std::vector<std::uint64_t> all = numbers();
  if (!all.empty()) all.pop_back();
  for (const std::uint64_t number : all) {
    if (number > read_) continue;
    std::optional<Claim> claim;
    try {
      claim = decode_claim(files_.read(path_of(number)));
    } catch (const Error&) {
      continue;  // another host removes entries, too
    }
    if (claim && !is_void(claim->host, claim->epoch)) continue;
    std::error_code ignored;
    std::filesystem::remove(path_of(number), ignored);
  }
}

}  // namespace polysweep
