// Output that cannot be written is an error of every command.
#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

const PolysweepProgram& toy() {
  static PolysweepProgram program;
  static const CommandEnd end = program.run(program.write("toy.toml", kToySweep));
  if (end.status != 0) throw std::runtime_error(end.output + end.error);
  return program;
}

std::vector<std::string> on_toy(std::vector<std::string> words) {
  return toy().on_store(std::move(words));
}

std::vector<std::string> without_store(std::vector<std::string> words) {
  words.insert(words.begin(), PolysweepProgram::path().string());
  return words;
}

// Commands of each way to print: std::cout and fmt::print(), less and more than
// a buffer holds.
std::vector<std::vector<std::string>> printing_commands() {
  const std::string trial = toy().query("select trial from trials limit 1")[0]["trial"];
  return {on_toy({"query", "--csv", "select * from metrics"}),
          on_toy({"query", "--json", "select * from metrics"}),
          on_toy({"query", "select * from metrics"}),
          on_toy({"query", "select 1"}),
          on_toy({"query", "--schema"}),
          on_toy({"list", "--json"}),
          on_toy({"list", "--csv"}),
          on_toy({"list"}),
          on_toy({"journal", "dump"}),
          on_toy({"journal", "check"}),
          on_toy({"curve", "toy", "objective"}),
          on_toy({"curve", "toy", "objective", "--csv"}),
          on_toy({"show", trial}),
          on_toy({"explain", trial}),
          on_toy({"status", "toy"}),
          on_toy({"watch", "--once"}),
          without_store({"help"}),
          without_store({"help", "run"}),
          without_store({"--version"}),
          without_store({"completion", "bash"}),
          without_store({"manual"})};
}

// The command in a shell that redirects its output.
CommandEnd in_shell(const std::string& line, std::vector<std::string> command) {
  command.insert(command.begin(), {"/bin/bash", "-c", line, "bash"});
  return run_command(command);
}

}  // namespace

TEST_CASE("output that a full disk does not take is an error of every command", "[cli][output]") {
  for (const std::vector<std::string>& command : printing_commands()) {
    const CommandEnd there = run_command(command);
    INFO(command[1] << " " << command[2 % command.size()] << ": " << there.error);
    REQUIRE(there.status == 0);
    REQUIRE_FALSE(there.output.empty());
    const CommandEnd full = in_shell("\"$@\" > /dev/full", command);
    CHECK(full.status == 2);
    CHECK(full.error == "polysweep: cannot write standard output: No space left on device\n");
    const CommandEnd closed = in_shell("\"$@\" >&-", command);
    CHECK(closed.status == 2);
    CHECK(closed.error == "polysweep: cannot write standard output: it is closed\n");
  }
}

TEST_CASE("output of which a full disk takes the beginning is an error", "[cli][output]") {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "cut").string();
  for (const auto& command : {on_toy({"journal", "dump"}), without_store({"manual"})}) {
    INFO(command[1]);
    REQUIRE(run_command(command).output.size() > 2 * 4096);
    // The limit of a file's size cuts it as a full disk does.
    const CommandEnd end =
        in_shell("trap '' XFSZ; ulimit -f 4; exec \"$@\" > '" + file + "'", command);
    CHECK(end.status == 2);
    CHECK(end.error == "polysweep: cannot write standard output: File too large\n");
    CHECK(std::filesystem::file_size(file) == 4096);
  }
}

TEST_CASE("a reader that went away is not an error", "[cli][output]") {
  for (const char* signal : {"trap - PIPE", "trap '' PIPE"}) {
    for (const auto& command :
         {on_toy({"journal", "dump"}), on_toy({"query", "--schema"}), without_store({"help"})}) {
      INFO(signal << ", " << command[1]);
      const CommandEnd end = in_shell(
          std::string(signal) + "; { sleep 0.3; \"$@\"; } | true; exit ${PIPESTATUS[0]}", command);
      CHECK(end.status == 128 + 13);
      CHECK(end.error == "");
    }
  }
}

TEST_CASE("no file of a store is opened in the place of a closed standard output",
          "[cli][output]") {
  const CommandEnd end = in_shell("\"$@\" <&- >&- 2>&-", on_toy({"list", "--json"}));
  CHECK(end.status == 2);
  CHECK(toy().ask({"journal", "check"}).status == 0);
}

TEST_CASE("a message that cannot be written leaves the exit status as it is", "[cli][output]") {
  CHECK(in_shell("\"$@\" 2> /dev/full", without_store({"nonsense"})).status == 2);
  CHECK(in_shell("\"$@\" 2>&-", without_store({"nonsense"})).status == 2);
}
