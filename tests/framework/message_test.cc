#include "framework/worker/message.h"

#include <limits>

#include "framework/core/error.h"
#include "tests/support/catch.h"

using namespace polysweep;
using Catch::Matchers::Contains;

namespace {

AssignTrial with_every_type() {
  AssignTrial assignment;
  assignment.trial.bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  assignment.experiment = "toy";
  assignment.experiment_version = 2;
  assignment.parameters.set("causal", Value(true));
  assignment.parameters.set("deep", Value(false));
  assignment.parameters.set("encoding", Value("l\u00e9g \"endre\"\n"));
  assignment.parameters.set("least", Value(std::numeric_limits<std::int64_t>::min()));
  assignment.parameters.set("rate", Value(0.1));
  assignment.parameters.set("smallest", Value(std::numeric_limits<double>::denorm_min()));
  assignment.data_digest = "d1";
  assignment.attempt = 3;
  assignment.data_folder = "/data";
  assignment.trial_folder = "/store/trials/01";
  assignment.device = 1;
  return assignment;
}

std::string frame_of(const Message& message) {
  ByteWriter frame;
  NameNumbers names;
  append_message(frame, message, names);
  return frame.take();
}

// The first message of a channel.
Message decoded(std::string_view frame) {
  NumberedNames names;
  return decode_message(frame, names);
}

// The frame with `bytes` in place of the parameters of an assignment of none.
std::string frame_with_parameters(std::string_view bytes) {
  std::string frame = frame_of(AssignTrial{});
  constexpr std::size_t kBefore = 4 + 1 + 16 + 1 + 1;  // length, type, trial, experiment, version
  frame.replace(kBefore, 1, bytes);
  frame[0] = static_cast<char>(frame.size() - 4);
  return frame;
}

}  // namespace

TEST_CASE("a worker is told every parameter as it is", "[message]") {
  const AssignTrial told = with_every_type();
  const Message message = decoded(frame_of(told));
  const auto& heard = std::get<AssignTrial>(message);
  CHECK(heard.trial == told.trial);
  CHECK(heard.experiment == told.experiment);
  CHECK(heard.experiment_version == told.experiment_version);
  CHECK(heard.parameters == told.parameters);
  CHECK(heard.parameters.canonical() == told.parameters.canonical());
  CHECK(heard.data_digest == told.data_digest);
  CHECK(heard.attempt == told.attempt);
  CHECK(heard.data_folder == told.data_folder);
  CHECK(heard.trial_folder == told.trial_folder);
  CHECK(heard.device == told.device);
}

TEST_CASE("an assignment that is cut short is no message", "[message]") {
  const std::string whole = frame_of(with_every_type());
  for (std::size_t size = 5; size < whole.size(); ++size) {
    std::string cut = whole.substr(0, size);
    cut[0] = static_cast<char>(size - 4);
    CHECK_THROWS_AS(decoded(cut), Error);
  }
}

TEST_CASE("parameters that are none are refused", "[message]") {
  using namespace std::string_literals;
  CHECK(decoded(frame_with_parameters("\1\1a\0\1"s)).index() == 0);
  CHECK_THROWS_WITH(decoded(frame_with_parameters("\2\1b\0\1\1a\0\1"s)),
                    Contains("the names of the parameters are not in order"));
  CHECK_THROWS_WITH(decoded(frame_with_parameters("\2\1a\0\1\1a\0\1"s)),
                    Contains("the names of the parameters are not in order"));
  CHECK_THROWS_WITH(decoded(frame_with_parameters("\1\0\0\1"s)),
                    Contains("the names of the parameters are not in order"));
  CHECK_THROWS_WITH(decoded(frame_with_parameters("\1\1a\0\2"s)), Contains("0 or 1"));
  CHECK_THROWS_WITH(decoded(frame_with_parameters("\1\1a\11\1"s)),
                    Contains("unknown type of value: 9"));
  CHECK_THROWS_WITH(decoded(frame_with_parameters("\1\1a\2\0\0\0\0\0\0\xF0\x7F"s)),
                    Contains("must be finite"));
  CHECK_THROWS_WITH(decoded(frame_with_parameters("\1\1a\3\1\xFF"s)), Contains("is not UTF-8"));
  CHECK_THROWS_AS(decoded(frame_with_parameters("\xFF\xFF\xFF\xFF\x0F\1a\0\1"s)), Error);
}
