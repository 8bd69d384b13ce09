// The tasks of length generalisation, and complete trials of them in this process.
#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/experiments.h"
#include "experiments/length/length_task.h"
#include "framework/core/error.h"
#include "framework/sweep/value_reader.h"
#include "tests/support/recording_recorder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/torch_catch.h"

namespace polysweep {
namespace {

using Symbols = std::vector<std::int32_t>;
using Levels = std::vector<std::pair<std::string, std::string>>;

LengthExamples drawn(const LengthTask& task, std::int64_t length, std::uint64_t seed) {
  RandomStream random(seed, "length_test");
  LengthExamples examples;
  for (int i = 0; i < 3; ++i) task.append(length, random, examples);
  return examples;
}

// What input `index` of `examples` is asked: (place in the input, answer).
std::vector<std::pair<std::int64_t, std::int32_t>> asked_of(const LengthExamples& examples,
                                                            std::size_t index) {
  std::int64_t first = 0;
  for (std::size_t i = 0; i < index; ++i)
    first += static_cast<std::int64_t>(examples.inputs[i].size());
  const std::int64_t end = first + static_cast<std::int64_t>(examples.inputs[index].size());
  std::vector<std::pair<std::int64_t, std::int32_t>> asked;
  for (std::size_t i = 0; i < examples.asked.size(); ++i)
    if (examples.asked[i] >= first && examples.asked[i] < end)
      asked.emplace_back(examples.asked[i] - first, static_cast<std::int32_t>(examples.answers[i]));
  return asked;
}

// A task that a model of one layer learns in seconds.
Trial trial_of(const Levels& levels) {
  const ExperimentSpec spec = length_spec();
  Parameters given;
  const Levels small = {{"task", "recall"},
                        {"distance", "1"},
                        {"symbols", "16"},
                        {"longest_trained", "8"},
                        {"longest_tested", "16"},
                        {"dimension", "32"},
                        {"heads", "2"},
                        {"layers", "1"},
                        {"dropout", "0"},
                        {"updates", "150"},
                        {"batch_tokens", "256"},
                        {"warmup", "40"},
                        {"learning_rate", "0.01"},
                        {"evaluate_every", "50"}};
  for (const auto& [name, text] : small) given.set(name, value_from_argument(text));
  for (const auto& [name, text] : levels) given.set(name, value_from_argument(text));
  Trial trial;
  trial.experiment = spec.name;
  trial.experiment_version = spec.version;
  trial.parameters = spec.schema.complete(given);
  trial.id = identity_of(trial);
  return trial;
}

RunEnd run_in(const TemporaryFolder& folder, const Trial& trial, RecordingRecorder& recorder) {
  TrialContext context;
  context.trial = trial;
  context.trial_folder = folder.path();
  return make_length()->run(context, recorder);
}

RecordingRecorder record_of(const Levels& levels) {
  const TemporaryFolder folder;
  RecordingRecorder recorder;
  REQUIRE(run_in(folder, trial_of(levels), recorder) == RunEnd::kDone);
  return recorder;
}

// All but times.
auto values_of(const RecordingRecorder& record) {
  auto all = record.metrics;
  all.erase("train_seconds");
  return all;
}

}  // namespace

TEST_CASE("each task asks what its header says", "[length]") {
  const std::string task = GENERATE(as<std::string>{}, "copy", "reverse");
  const std::int64_t n = GENERATE(1, 2, 9);
  const LengthTask subject({task, 12, 3});
  const LengthExamples examples = drawn(subject, n, 1);
  REQUIRE(examples.inputs.size() == 3);
  for (std::size_t i = 0; i < examples.inputs.size(); ++i) {
    const Symbols& input = examples.inputs[i];
    REQUIRE(static_cast<std::int64_t>(input.size()) == subject.input_tokens(n));
    CHECK(input[0] == LengthTask::kBegin);
    Symbols wanted(input.begin() + 1, input.begin() + 1 + n);
    CHECK(std::set<std::int32_t>(wanted.begin(), wanted.end()).size() == wanted.size());
    CHECK(*std::min_element(wanted.begin(), wanted.end()) > LengthTask::kAnswer);
    CHECK(*std::max_element(wanted.begin(), wanted.end()) < subject.vocabulary());
    if (task == "reverse") std::reverse(wanted.begin(), wanted.end());
    CHECK(input[static_cast<std::size_t>(n) + 1] == LengthTask::kAnswer);
    const auto asked = asked_of(examples, i);
    REQUIRE(static_cast<std::int64_t>(asked.size()) == n);
    CHECK(examples.asked_of_input[i] == n);
    for (std::int64_t k = 0; k < n; ++k) {
      const auto& [place, answer] = asked[static_cast<std::size_t>(k)];
      CHECK(place == n + 1 + k);
      CHECK(answer == wanted[static_cast<std::size_t>(k)]);
      // The right answer is read before the next is asked.
      if (k > 0)
        CHECK(input[static_cast<std::size_t>(place)] == wanted[static_cast<std::size_t>(k - 1)]);
    }
  }
}

TEST_CASE("recall asks for the symbol that stands the distance back", "[length]") {
  const std::int64_t distance = GENERATE(1, 3);
  const LengthTask subject({"recall", 12, distance});
  CHECK(subject.shortest() == distance + 1);
  const LengthExamples examples = drawn(subject, 7, 2);
  for (std::size_t i = 0; i < examples.inputs.size(); ++i) {
    const Symbols& input = examples.inputs[i];
    REQUIRE(input.size() == 8);
    const auto asked = asked_of(examples, i);
    REQUIRE(static_cast<std::int64_t>(asked.size()) == 7 - distance);
    for (const auto& [place, answer] : asked) {
      CHECK(place > distance);
      CHECK(answer == input[static_cast<std::size_t>(place - distance)]);
    }
  }
}

TEST_CASE("examples are a function of their stream, and tasks refuse what they cannot ask",
          "[length]") {
  const LengthTask copy({"copy", 12, 3});
  CHECK(drawn(copy, 5, 1).inputs == drawn(copy, 5, 1).inputs);
  CHECK(drawn(copy, 5, 1).inputs != drawn(copy, 5, 2).inputs);
  CHECK_THROWS_WITH(drawn(copy, 13, 1), Contains("has 1 to 12 different symbols, not 13"));
  CHECK_THROWS_WITH(drawn(LengthTask({"recall", 12, 3}), 3, 1), Contains("has 4 to 12"));
  CHECK_THROWS_WITH(LengthTask({"coppy", 12, 3}), Contains("copy"));
  CHECK_THROWS_WITH(LengthTask({"copy", 1, 3}), Contains("at least 2"));
  CHECK_THROWS_WITH(LengthTask({"recall", 12, 0}), Contains("distance 0; expected at least 1"));
}

TEST_CASE("a trial reports the rank of its positions", "[length]") {
  Levels levels = {{"encoding", "legendre_position"}, {"order", "3"}, {"updates", "1"}};
  CHECK(record_of(levels).last("position_rank") == 3);  // not order + 1: offset is 1
  levels.emplace_back("offset", "0");
  CHECK(record_of(levels).last("position_rank") == 4);
}

TEST_CASE("a trial reports every tested length, and the same bits again", "[length]") {
  const Levels levels = {
      {"encoding", "rope"}, {"updates", "6"}, {"evaluate_every", "2"}, {"dropout", "0.1"}};
  const RecordingRecorder record = record_of(levels);
  std::set<std::int64_t> lengths;
  double within = 0, beyond = 0;
  for (const auto& [length, accuracy] : record.metrics.at("length_accuracy")) {
    lengths.insert(length);
    CHECK(accuracy >= 0);
    CHECK(accuracy <= 1);
    CHECK(record.metrics.at("length_whole").at(length) <= accuracy);
    (length <= 8 ? within : beyond) += accuracy / 2;
  }
  CHECK(lengths == std::set<std::int64_t>{4, 8, 12, 16});
  CHECK(record.last("accuracy_trained") == Approx(within));
  CHECK(record.last("accuracy_longer") == Approx(beyond));
  CHECK(record.metrics.at("training_loss").size() == 3);
  CHECK(record.last("tokens") >= 6 * 256);
  CHECK(record.last("parameters") > 0);
  CHECK(record.metrics.count("position_rank") == 0);  // rope has none
  const RecordingRecorder again = record_of(levels);
  CHECK(values_of(again) == values_of(record));
  CHECK(again.texts == record.texts);
  Levels other = levels;
  other.emplace_back("seed", "1");
  CHECK(record_of(other).texts != record.texts);
}

TEST_CASE("a trial that is stopped or dies resumes to the same bits", "[length]") {
  const Levels levels = {{"encoding", "learned"}, {"updates", "9"}, {"evaluate_every", "2"}};
  const RecordingRecorder whole = record_of(levels);
  // After update 5, and in the test: of 9 updates and a tenth more.
  const double stop_at = GENERATE(5.0, 9.3);
  const TemporaryFolder folder;
  RecordingRecorder first;
  first.stop_at_progress = stop_at;
  REQUIRE(run_in(folder, trial_of(levels), first) == RunEnd::kStopped);
  CHECK_FALSE(std::filesystem::is_empty(folder.path()));
  RecordingRecorder second;
  REQUIRE(run_in(folder, trial_of(levels), second) == RunEnd::kDone);
  CHECK(values_of(second) == values_of(whole));
  CHECK(second.texts == whole.texts);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("lengths that leave nothing to learn or to compare are refused before training",
          "[length]") {
  const auto refused = [](const Levels& levels, const std::string& message) {
    const TemporaryFolder folder;
    RecordingRecorder recorder;
    CHECK_THROWS_WITH(run_in(folder, trial_of(levels), recorder), Contains(message));
    CHECK(recorder.metrics.empty());
  };
  refused({{"longest_tested", "17"}}, "longest_tested 17 is above symbols, which is 16");
  refused({{"longest_trained", "16"}}, "longest_trained 16 and longest_tested 16");
  refused({{"longest_trained", "3"}}, "a multiple of 4, at least 2");
  refused({{"distance", "8"}, {"longest_trained", "10"}}, "a multiple of 4, at least 9");
}

// What is known of encodings (Kazemnejad 2023; Press 2022): tables of absolute
// positions carry no further than they were trained, a bias by distance does; and a
// task of positions is not solved without any.
TEST_CASE("tables of positions fail beyond the trained lengths, a bias by distance does not",
          "[length]") {
  const RecordingRecorder learned = record_of({{"encoding", "learned"}});
  CHECK(learned.last("accuracy_trained") > 0.97);
  CHECK(learned.last("accuracy_longer") < 0.7);
  const RecordingRecorder t5 = record_of({{"encoding", "t5"}});
  CHECK(t5.last("accuracy_trained") > 0.97);
  CHECK(t5.last("accuracy_longer") > 0.97);
  const RecordingRecorder none = record_of({{"encoding", "none"}});
  CHECK(none.last("accuracy_trained") < 0.7);
}

}  // namespace polysweep
