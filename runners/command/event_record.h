// The scalars of one record of a TensorBoard event file.
//
// A record is an Event in Protocol Buffers' wire form (tensorflow/core/util/event.proto,
// framework/summary.proto and tensor.proto): a step, and values with a tag. A scalar is a
// simple_value, or a tensor with one number. Images, texts and histograms are left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polysweep {

struct EventScalars {
  std::int64_t step = 0;
  std::vector<std::pair<std::string, double>> values;  // tag and value
};

// Throws Error if the bytes are not such a message.
EventScalars read_event_record(std::string_view record);

}  // namespace polysweep
