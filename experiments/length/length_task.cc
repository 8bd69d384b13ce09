#include "experiments/length/length_task.h"

#include <algorithm>
#include <numeric>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {
namespace {

using Symbols = std::vector<std::int32_t>;

// What a task makes of its symbols: the answers, in the order they are asked.
struct TaskRow {
  const char* name;
  bool answers_behind;  // else at the symbols themselves
  Symbols (*answers)(const Symbols& symbols, std::int64_t distance);
};

Symbols copied(const Symbols& symbols, std::int64_t) { return symbols; }
Symbols reversed(const Symbols& symbols, std::int64_t) {
  return {symbols.rbegin(), symbols.rend()};
}
Symbols recalled(const Symbols& symbols, std::int64_t distance) {
  return {symbols.begin(), symbols.end() - distance};
}

constexpr TaskRow kTasks[] = {
    {"copy", true, copied}, {"reverse", true, reversed}, {"recall", false, recalled}};

const TaskRow& task_row(const std::string& name) {
  for (const TaskRow& row : kTasks) {
    if (row.name == name) return row;
  }
  fail("{}", unknown_name("task", name, length_tasks()));
}

}  // namespace

std::vector<std::string> length_tasks() {
  std::vector<std::string> names;
  for (const TaskRow& row : kTasks) names.emplace_back(row.name);
  return names;
}

LengthTask::LengthTask(LengthTaskOptions options) : options_(std::move(options)) {
  task_row(options_.task);
  if (options_.symbols < 2) fail("{} symbols: sequences need at least 2", options_.symbols);
  if (options_.distance < 1) fail("distance {}; expected at least 1", options_.distance);
}

std::int64_t LengthTask::shortest() const {
  return task_row(options_.task).answers_behind ? 1 : options_.distance + 1;
}

std::int64_t LengthTask::input_tokens(std::int64_t length) const {
  return task_row(options_.task).answers_behind ? 2 * length + 1 : length + 1;
}

void LengthTask::append(std::int64_t length, RandomStream& random, LengthExamples& examples) const {
  if (length < shortest() || length > options_.symbols) {
    fail("a sequence of {} has {} to {} different symbols, not {}", options_.task, shortest(),
         options_.symbols, length);
  }
  const TaskRow& row = task_row(options_.task);
  Symbols symbols(static_cast<std::size_t>(options_.symbols));
  std::iota(symbols.begin(), symbols.end(), kAnswer + 1);
  random.shuffle(symbols);
  symbols.resize(static_cast<std::size_t>(length));
  const Symbols answers = row.answers(symbols, options_.distance);

  Symbols input = {kBegin};
  input.insert(input.end(), symbols.begin(), symbols.end());
  if (row.answers_behind) {
    input.push_back(kAnswer);
    input.insert(input.end(), answers.begin(), answers.end() - 1);
  }
  const auto count = static_cast<std::int64_t>(answers.size());
  const auto tokens = static_cast<std::int64_t>(input.size());
  for (std::int64_t i = 0; i < count; ++i) {
    examples.asked.push_back(examples.rows + tokens - count + i);
    examples.answers.push_back(answers[static_cast<std::size_t>(i)]);
  }
  examples.asked_of_input.push_back(count);
  examples.rows += tokens;
  examples.inputs.push_back(std::move(input));
}

}  // namespace polysweep
