#include "runners/host/worker_output.h"

#include "framework/core/file_system.h"
#include "framework/worker/output_mark.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

TrialId trial(std::uint8_t number) {
  TrialId id;
  id.bytes.fill(number);
  return id;
}

}  // namespace

TEST_CASE("a mark is read as it was written, and nothing else is one", "[output]") {
  const std::string mark = output_mark(trial(0xAB), 4294967295);
  CHECK(mark.size() == kLongestOutputMark);
  const std::optional<OutputMark> read = read_output_mark(mark + "more");
  REQUIRE(read);
  CHECK(read->trial == trial(0xAB));
  CHECK(read->attempt == 4294967295);
  CHECK(read->size == mark.size());
  for (std::size_t size = 0; size < mark.size(); ++size) {
    CHECK_FALSE(read_output_mark(mark.substr(0, size)));
  }
  for (const std::size_t at : {0U, 1U, 32U, 33U, 34U}) {
    std::string other = mark;
    other[at] = 'x';
    CHECK_FALSE(read_output_mark(other));
  }
  CHECK_FALSE(read_output_mark(output_mark(trial(1), 1).substr(0, 34) + "99999999999\x1E\n"));
}

TEST_CASE("output is shared out among attempts, however it is cut", "[output]") {
  const TemporaryFolder folder;
  const std::string stream = "before\n" + output_mark(trial(1), 1) + "one\n" + "half" +
                             output_mark(trial(2), 3) + "two \x1E still two\n" +
                             output_mark(trial(9), 9) + "not a mark of ours\n" +
                             output_mark(trial(3), 1);
  for (std::size_t piece = 1; piece < stream.size(); piece += 3) {
    INFO(piece);
    WorkerOutput output([&](const TrialId& id) { return folder.path() / id.brief(); });
    output.expect(trial(1), 1);
    output.expect(trial(2), 3);
    output.expect(trial(3), 1);
    for (std::size_t at = 0; at < stream.size(); at += piece) output.add(stream.substr(at, piece));
    CHECK(output.last_lines(trial(1), 1) == "one\nhalf");
    output.forget(trial(1), 1);
    CHECK_THAT(output.last_lines(trial(2), 3),
               Contains("two ? still two\n?0909") && Contains("not a mark of ours"));
    output.forget(trial(2), 3);
    CHECK(output.last_lines(trial(3), 1).empty());
    output.forget(trial(3), 1);
    CHECK(system_files().read(folder.path() / trial(1).brief() / "attempt-1.log") == "one\nhalf");
    CHECK_FALSE(std::filesystem::exists(folder.path() / trial(3).brief()));
  }
}

TEST_CASE("marks are found in any order, and after attempts before them are over", "[output]") {
  WorkerOutput output({});
  for (const std::uint8_t number : {1, 2, 3, 4}) output.expect(trial(number), 1);
  output.add(output_mark(trial(3), 1) + "three\n" + output_mark(trial(1), 1));
  CHECK(output.last_lines(trial(3), 1) == "three");
  output.forget(trial(3), 1);
  output.add("one\n");
  CHECK(output.last_lines(trial(1), 1) == "one");
  output.forget(trial(1), 1);
  output.add(output_mark(trial(4), 1) + "four\n");
  CHECK(output.last_lines(trial(4), 1) == "four");
  output.forget(trial(4), 1);
  output.add(output_mark(trial(2), 1) + "two\n" + output_mark(trial(2), 1));
  output.expect(trial(5), 1);
  CHECK(output.last_lines(trial(2), 1) == "two");
  output.add(output_mark(trial(5), 1) + "five\n" + output_mark(trial(2), 1));
  CHECK(output.last_lines(trial(5), 1) == "five");
}

TEST_CASE("what may become a mark and does not is text at the end", "[output]") {
  WorkerOutput output({});
  output.expect(trial(1), 1);
  output.add(output_mark(trial(1), 1) + "x\x1E" + "12");
  CHECK(output.last_lines(trial(1), 1) == "x?12");
  output.forget(trial(1), 1);
  output.forget(trial(1), 1);  // of one that is not there
}

TEST_CASE("endless output leaves its last lines", "[output]") {
  WorkerOutput output({});
  output.expect(trial(1), 1);
  output.add(output_mark(trial(1), 1));
  for (int i = 0; i < 100'000; ++i) output.add("line " + std::to_string(i) + "\n");
  const std::string lines = output.last_lines(trial(1), 1);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 39);
  CHECK_THAT(lines, Contains("line 99960\n") && Contains("line 99999"));
}

}  // namespace polysweep
