#include "framework/journal/metric_names.h"

#include <utility>

#include "framework/core/error.h"

namespace polysweep {

std::uint32_t NameNumbers::number_of(const MetricName& name) {
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) return known->second;
  if (size() >= kMostMetricNames) {
    fail("the metric '{}' is one more than the {} that can be recorded", name.text,
         kMostMetricNames);
  }
  const auto added = numbers_.emplace(name, size()).first;
  names_.push_back(&added->first);
  return added->second;
}

void NameNumbers::shrink(std::uint32_t size) {
  check(size <= names_.size(), "only numbers that were given are taken back");
  for (std::size_t i = size; i < names_.size(); ++i) numbers_.erase(numbers_.find(*names_[i]));
  names_.resize(size);
  check(numbers_.size() == names_.size(), "each name has one number");
}

void NumberedNames::define(std::uint32_t number, MetricName name) {
  if (number >= kMostMetricNames) {
    fail("metric number {} is not below {}", number, kMostMetricNames);
  }
  if (number >= entries_.size()) entries_.resize(std::size_t{number} + 1);
  std::optional<MetricName>& known = entries_[number].name;
  if (known && *known != name) {
    fail("metric number {} is defined as '{}', but it is '{}'", number, name.text, known->text);
  }
  known = std::move(name);
}

std::optional<std::uint32_t> NumberedNames::index_of(std::uint32_t number,
                                                     std::vector<MetricName>& names) {
  if (number >= entries_.size() || !entries_[number].name) return std::nullopt;
  Entry& entry = entries_[number];
  if (entry.payload != payload_) {
    entry.payload = payload_;
    entry.index = static_cast<std::uint32_t>(names.size());
    names.push_back(*entry.name);
  }
  check(entry.index < names.size() && names[entry.index] == *entry.name,
        "a payload's names are those that were collected since it began");
  return entry.index;
}

}  // namespace polysweep
