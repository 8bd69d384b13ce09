// The numbers that stand for metric names in a stream of payloads.
//
// A name is written once in a stream, with its number, in the first payload that
// uses it; later payloads refer to the number. A stream is what one end of a
// channel sends, or one span of a segment (journal_format.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "framework/journal/event.h"

namespace polysweep {

// No stream names more metrics.
inline constexpr std::uint32_t kMostMetricNames = 1024 * 1024;

// The writing end: numbers from 0 on, in the order of first use.
class NameNumbers {
 public:
  // The number of `name`; the next one if it is new. Throws Error beyond
  // kMostMetricNames.
  std::uint32_t number_of(const MetricName& name);
  std::uint32_t size() const { return static_cast<std::uint32_t>(names_.size()); }
  const MetricName& name(std::uint32_t number) const { return *names_.at(number); }
  // Takes back the numbers from `size` on: their definitions were not written.
  void shrink(std::uint32_t size);

 private:
  struct Hash {
    std::size_t operator()(const MetricName& name) const {
      return std::hash<std::string>()(name.text);
    }
  };
  std::unordered_map<MetricName, std::uint32_t, Hash> numbers_;
  std::vector<const MetricName*> names_;  // keys of numbers_, by number
};

// The reading end.
class NumberedNames {
 public:
  // Throws Error if the number already stands for another name, or is too large.
  void define(std::uint32_t number, MetricName name);
  void clear() { entries_.clear(); }

  // Starts reading a payload whose names are collected by index_of().
  void begin_payload() { ++payload_; }
  // The index in `names` of the name with that number, which is added at its first
  // use in the payload; empty if the number was not defined.
  std::optional<std::uint32_t> index_of(std::uint32_t number, std::vector<MetricName>& names);

 private:
  struct Entry {
    std::optional<MetricName> name;
    std::uint64_t payload = 0;  // in which `index` holds
    std::uint32_t index = 0;
  };
  std::vector<Entry> entries_;  // by number
  std::uint64_t payload_ = 0;
};

}  // namespace polysweep
