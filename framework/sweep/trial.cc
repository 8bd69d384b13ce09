#include "framework/sweep/trial.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string TrialId::hex() const { return to_hex(bytes); }

std::string TrialId::brief() const { return hex().substr(0, 12); }

TrialId TrialId::from_hex(std::string_view hex) {
  TrialId id;
  bool right = hex.size() == 2 * id.bytes.size();
  for (std::size_t i = 0; right && i < id.bytes.size(); ++i) {
    const int high = digit_of(hex[2 * i]);
    const int low = digit_of(hex[2 * i + 1]);
    right = high >= 0 && low >= 0;
    if (right) id.bytes[i] = static_cast<std::uint8_t>(16 * high + low);
  }
  if (!right) fail("{} is not a trial id, which has 32 hex digits", in_quotes(hex));
  return id;
}

void append_identity_text(std::string& out, const IdentityParts& parts) {
  out += "{\"code\":";
  append_json_text(out, parts.code_digest);
  out += ",\"data\":";
  append_json_text(out, parts.data_digest);
  out += ",\"experiment\":";
  append_json_text(out, parts.experiment);
  out += ",\"parameters\":";
  out += parts.parameters;
  fmt::format_to(std::back_inserter(out), ",\"version\":{}}}", parts.experiment_version);
}

TrialId id_of_identity_text(std::string_view text) {
  const Sha256Bytes digest = sha256(text);
  TrialId id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

std::string identity_text(const Trial& trial) {
  std::string out;
  append_identity_text(out, {trial.code_digest, trial.data_digest, trial.experiment,
                             trial.parameters.canonical(), trial.experiment_version});
  return out;
}

TrialId identity_of(const Trial& trial) { return id_of_identity_text(identity_text(trial)); }

}  // namespace polysweep

std::size_t std::hash<polysweep::TrialId>::operator()(const polysweep::TrialId& id) const noexcept {
  std::size_t out = 0;
  std::memcpy(&out, id.bytes.data(), sizeof out);
  return out;
}
