// Sequences with known answers: copy, reverse, offset recall. They measure how far a
// position encoding generalises beyond the lengths it was trained on.
//
// The symbols of one sequence are all different. Only the decoder reads it (the source
// is a single token); it answers at each queried position, given the correct earlier
// answers.
//   copy     <begin> x1 .. xn <answer> y1 .. y(n-1); queried from <answer> on for
//            y1 .. yn, with yi = xi.
//   reverse  the same with yi = x(n+1-i).
//   recall   <begin> x1 .. xn; queried at each xi with i > distance for x(i-distance).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/core/random_stream.h"

namespace polysweep {

// Names of the tasks.
std::vector<std::string> length_tasks();

struct LengthTaskOptions {
  std::string task = "copy";
  std::int64_t symbols = 160;  // that sequences are made of
  std::int64_t distance = 3;   // recall: how far back
};

// Sequences stored consecutively, as TokenRows takes them.
struct LengthExamples {
  std::vector<std::vector<std::int32_t>> inputs;
  // Queried rows among all rows of `inputs`, ascending, with their answers.
  std::vector<std::int64_t> asked;
  std::vector<std::int64_t> answers;
  std::vector<std::int64_t> asked_of_input;  // how many of each input
  std::int64_t rows = 0;
};

class LengthTask {
 public:
  static constexpr std::int32_t kBegin = 0;
  static constexpr std::int32_t kAnswer = 1;

  // Throws Error for an unknown task, fewer than 2 symbols, a distance below 1.
  explicit LengthTask(LengthTaskOptions options);

  // Tokens, the two special ones counted.
  std::int64_t vocabulary() const { return options_.symbols + 2; }
  // Length of the shortest sequence with a query.
  std::int64_t shortest() const;
  // Tokens of an input of `length` symbols.
  std::int64_t input_tokens(std::int64_t length) const;
  // Appends one sequence of `length` different symbols.
  // Throws Error where there are not so many.
  void append(std::int64_t length, RandomStream& random, LengthExamples& examples) const;

 private:
  LengthTaskOptions options_;
};

}  // namespace polysweep
