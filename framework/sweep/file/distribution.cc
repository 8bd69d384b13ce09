#include "framework/sweep/file/distribution.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "framework/core/error_place.h"
#include "framework/core/normal_distribution.h"
#include "framework/sweep/file/listed_values.h"

namespace polysweep {

namespace {

constexpr double kSmallestShare = 0x1p-54;
constexpr double kLargestQuotient = 0x1p53;  // of a value and a quantum

const TomlNode& needed(const TomlNode& table, const char* name) {
  const TomlEntry* found = table.find(name);
  if (found == nullptr) fail_at(table.place, "'sample' also needs '{}'", name);
  return found->node;
}

double number_in(const TomlNode& node, const std::string& what, bool integral) {
  const bool is_number = node.kind == TomlNode::Kind::kValue && node.value.is_number();
  if (!is_number || (integral && node.value.type() != ValueType::kInteger)) {
    fail_at(node.place, "{} is {}; expected {}", what, node.kind_name(),
            integral ? "an integer" : "a number");
  }
  return node.value.real();
}

void expect_order(const Distribution& distribution, const TomlNode& table) {
  if (distribution.low && distribution.high && *distribution.low >= *distribution.high) {
    fail_at(table.find("high")->node.place, "'high' must be above 'low'");
  }
}

void read_bounds(Distribution& out, const TomlNode& table) {
  const bool integral = out.kind == Sampling::kInteger;
  out.low = number_in(needed(table, "low"), "'low'", integral);
  out.high = number_in(needed(table, "high"), "'high'", integral);
  expect_order(out, table);
  if (out.kind == Sampling::kLogUniform && *out.low <= 0) {
    fail_at(table.find("low")->node.place, "a log_uniform sample needs a 'low' above 0");
  }
  if (integral && (std::abs(*out.low) >= 0x1p53 || std::abs(*out.high) >= 0x1p53)) {
    fail_at(table.place, "an integer sample needs 'low' and 'high' below 2^53 in size");
  }
}

void read_normal(Distribution& out, const TomlNode& table) {
  out.mean = number_in(needed(table, "mean"), "'mean'", false);
  const TomlNode& sd = needed(table, "sd");
  out.sd = number_in(sd, "'sd'", false);
  if (!(out.sd > 0)) fail_at(sd.place, "'sd' must be above 0");
  for (const auto& [key, bound] : {std::pair{"low", &out.low}, {"high", &out.high}}) {
    const TomlEntry* entry = table.find(key);
    if (entry == nullptr) continue;
    *bound = number_in(entry->node, fmt::format("'{}'", key), false);
    if (out.kind == Sampling::kLogNormal && **bound <= 0) {
      fail_at(entry->node.place, "the bounds of a log_normal sample are values above 0");
    }
  }
  expect_order(out, table);
}

void read_choice(Distribution& out, const TomlNode& table) {
  const TomlNode& values = needed(table, "values");
  for (const PlacedValue& each : listed_values("a choice", values)) {
    if (std::find(out.values.begin(), out.values.end(), each.value) != out.values.end()) {
      fail_at(each.place, "the choice has the value {} twice", each.value.canonical());
    }
    out.values.push_back(each.value);
  }
  if (out.values.empty()) fail_at(values.place, "a choice has no values");
  std::vector<double> weights(out.values.size(), 1);
  if (const TomlEntry* entry = table.find("weights")) {
    const TomlNode& node = entry->node;
    if (node.kind != TomlNode::Kind::kArray || node.items.size() != weights.size()) {
      fail_at(node.place, "'weights' is a list of {} numbers, one for each value", weights.size());
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = number_in(node.items[i], "a weight", false);
      if (!(weights[i] > 0)) fail_at(node.items[i].place, "a weight must be above 0");
    }
  }
  double sum = 0;
  for (const double weight : weights) out.cumulative.push_back(sum += weight);
  if (!std::isfinite(sum)) fail_at(table.place, "the weights are too large");
  for (double& share : out.cumulative) share /= sum;
}

// Of a multiple of the quantum; a bound such as 0.3 is a multiple of 0.1 but for its
// last bit.
double first_multiple(double bound, double quantum) { return std::ceil(bound / quantum - 1e-9); }
double last_multiple(double bound, double quantum) { return std::floor(bound / quantum + 1e-9); }

void read_quantum(Distribution& out, const TomlNode& table) {
  const TomlEntry* entry = table.find("quantum");
  if (entry == nullptr) return;
  out.quantum = number_in(entry->node, "'quantum'", false);
  if (!(out.quantum > 0)) fail_at(entry->node.place, "'quantum' must be above 0");
  const double low = out.low.value_or(0) / out.quantum;
  const double high = out.high.value_or(0) / out.quantum;
  if (std::abs(low) > kLargestQuotient || std::abs(high) > kLargestQuotient) {
    fail_at(entry->node.place, "'quantum' is too small for the bounds");
  }
  if (out.low && out.high &&
      first_multiple(*out.low, out.quantum) > last_multiple(*out.high, out.quantum)) {
    fail_at(entry->node.place, "'low' to 'high' contains no multiple of 'quantum'");
  }
}

double normal_at(const Distribution& of, double u) {
  const bool log = of.kind == Sampling::kLogNormal;
  const auto scaled = [&](const std::optional<double>& bound, double otherwise) {
    if (!bound) return otherwise;
    return ((log ? std::log(*bound) : *bound) - of.mean) / of.sd;
  };
  const double a = scaled(of.low, -HUGE_VAL);
  const double b = scaled(of.high, HUGE_VAL);
  // Probabilities are precise in the lower tail.
  const bool mirrored = a > 0;
  const double from = normal_probability(mirrored ? -b : a);
  const double to = normal_probability(mirrored ? -a : b);
  const double p = from + (to - from) * (mirrored ? 1 - u : u);
  double z = p > 0 && p < 1 ? normal_quantile(p) : (p > 0 ? HUGE_VAL : -HUGE_VAL);
  z = std::clamp(mirrored ? -z : z, a, b);
  const double x = of.mean + of.sd * z;
  return log ? std::exp(x) : x;
}

double real_at(const Distribution& of, double u) {
  if (of.kind == Sampling::kUniform && of.quantum > 0) {
    const double first = first_multiple(*of.low, of.quantum);
    const double count = last_multiple(*of.high, of.quantum) - first + 1;
    return of.quantum * (first + std::min(std::floor(u * count), count - 1));
  }
  double x = 0;
  if (of.kind == Sampling::kUniform) {
    x = *of.low + (*of.high - *of.low) * u;
  } else if (of.kind == Sampling::kLogUniform) {
    const double low = std::log(*of.low);
    x = std::exp(low + (std::log(*of.high) - low) * u);
  } else {
    x = normal_at(of, std::max(u, kSmallestShare));
  }
  if (of.quantum == 0) return x;
  double multiple = std::round(x / of.quantum);
  if (of.low) multiple = std::max(multiple, first_multiple(*of.low, of.quantum));
  if (of.high) multiple = std::min(multiple, last_multiple(*of.high, of.quantum));
  return of.quantum * multiple;
}

}  // namespace

Value Distribution::at(double u) const {
  if (kind == Sampling::kInteger) {
    const double count = *high - *low + 1;
    return Value(static_cast<std::int64_t>(*low + std::min(std::floor(u * count), count - 1)));
  }
  if (kind == Sampling::kChoice) {
    const auto found = std::upper_bound(cumulative.begin(), cumulative.end() - 1, u);
    return values[static_cast<std::size_t>(found - cumulative.begin())];
  }
  return Value(rounded_level(real_at(*this, u)));
}

double rounded_level(double value) {
  const std::string digits = fmt::format("{:.11e}", value);
  double out = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return read.ec == std::errc() ? out : value;
}

Sampling distribution_name(const TomlNode& node) {
  if (!node.is_text()) {
    fail_at(node.place, "'sample' is {}; expected the name of a distribution", node.kind_name());
  }
  return in_place(node.place, [&] {
    const Sampling distribution = sampling_from_name(node.value.text());
    if (distribution == Sampling::kNone) {
      fail("'sample' is empty; expected the name of a distribution");
    }
    return distribution;
  });
}

std::vector<std::string> distribution_keys(Sampling kind) {
  switch (kind) {
    case Sampling::kUniform:
    case Sampling::kLogUniform:
      return {"low", "high", "quantum"};
    case Sampling::kInteger:
      return {"low", "high"};
    case Sampling::kChoice:
      return {"values", "weights"};
    case Sampling::kNormal:
    case Sampling::kLogNormal:
      return {"mean", "sd", "low", "high", "quantum"};
    case Sampling::kNone:
      break;
  }
  check(false, "a distribution has keys");
  return {};
}

Distribution read_distribution(const TomlNode& table) {
  Distribution out;
  out.kind = distribution_name(needed(table, "sample"));
  if (out.kind == Sampling::kChoice) {
    read_choice(out, table);
  } else if (out.kind == Sampling::kNormal || out.kind == Sampling::kLogNormal) {
    read_normal(out, table);
  } else {
    read_bounds(out, table);
  }
  if (out.kind != Sampling::kChoice) read_quantum(out, table);
  return out;
}

}  // namespace polysweep
