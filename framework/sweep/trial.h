// A trial: a cell with a seed; the unit that is run once, and its identity.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "framework/sweep/parameters.h"

namespace polysweep {

// The first 128 bits of the SHA-256 of a trial's identity text (below).
struct TrialId {
  std::array<std::uint8_t, 16> bytes{};

  std::string hex() const;    // all 32 digits
  std::string brief() const;  // the first 12
  // Throws Error unless `hex` is 32 hex digits.
  static TrialId from_hex(std::string_view hex);

  friend auto operator<=>(const TrialId&, const TrialId&) = default;
};

struct Trial {
  TrialId id;
  std::string experiment;
  int experiment_version = 1;
  // SHA-256 over the data files the trial reads (see data_files.h); "" for none.
  std::string data_digest;
  // Complete against the experiment's schema, the replicate included.
  Parameters parameters;
  // SHA-256 over the code that the trial runs (CommandSpec::code_digest()); "" for an
  // experiment of a worker, whose build is recorded instead.
  std::string code_digest;
};

// What an identity text holds. The views must outlive it.
struct IdentityParts {
  std::string_view code_digest;
  std::string_view data_digest;
  std::string_view experiment;
  std::string_view parameters;  // Parameters::canonical()
  int experiment_version = 1;
};

// Appends the text whose SHA-256 is the identity of a trial: one JSON object
// with the members code, data, experiment, parameters, version in that order, without
// spaces. Two sweeps that plan the same work therefore share the trial.
void append_identity_text(std::string& out, const IdentityParts& parts);
TrialId id_of_identity_text(std::string_view text);

std::string identity_text(const Trial& trial);
TrialId identity_of(const Trial& trial);

}  // namespace polysweep

template <>
struct std::hash<polysweep::TrialId> {
  std::size_t operator()(const polysweep::TrialId& id) const noexcept;
};
