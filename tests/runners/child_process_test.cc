#include "runners/process/child_process.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/process/slots.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

ProcessOptions shell(const std::string& script) {
  ProcessOptions options;
  options.argv = {"/bin/sh", "-c", script};
  options.channel = false;
  return options;
}

std::string output_of(const ProcessOptions& options) {
  ChildProcess process(options);
  process.wait();
  return process.output_tail();
}

// There, and not only waiting to be reaped.
bool alive(pid_t pid) {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string number, name, state;
  stat >> number >> name >> state;
  return stat && state != "Z";
}

bool ends_soon(pid_t pid) {
  const double deadline_s = system_clock().monotonic_s() + 5;
  while (alive(pid) && system_clock().monotonic_s() < deadline_s) std::this_thread::yield();
  return !alive(pid);
}

}  // namespace

TEST_CASE("an exit status and a signal are told apart", "[process]") {
  ChildProcess exits(shell("exit 7"));
  const ExitStatus status = exits.wait();
  REQUIRE(std::holds_alternative<Exited>(status));
  CHECK(std::get<Exited>(status).code == 7);
  CHECK(describe(status) == "exit status 7");

  ChildProcess dies(shell("kill -SEGV $$"));
  const ExitStatus signal = dies.wait();
  REQUIRE(std::holds_alternative<Signalled>(signal));
  CHECK(std::get<Signalled>(signal).signal == SIGSEGV);
  CHECK_THAT(describe(signal), Contains("signal 11 (Segmentation fault)"));
}

TEST_CASE("a program that is not there is an error that names it", "[process]") {
#if defined(__SANITIZE_THREAD__)
  POLYSWEEP_SKIP("the thread sanitizer makes a fork of vfork: the child cannot tell its parent");
#endif
  ProcessOptions options;
  options.argv = {"/no/such/program"};
  CHECK_THROWS_WITH(ChildProcess(options),
                    "cannot start /no/such/program: execve: No such file or directory");
  options.argv = {"/bin/true"};
  options.folder = "/no/such/folder";
  CHECK_THROWS_WITH(ChildProcess(options),
                    "cannot start /bin/true: chdir: No such file or directory");
}

TEST_CASE("the last 40 lines of output and errors are kept", "[process]") {
  const std::string tail = output_of(shell("for i in $(seq 1 1000); do echo line $i >&2; done"));
  CHECK(tail.substr(0, 9) == "line 961\n");
  CHECK(tail.substr(tail.size() - 9) == "line 1000");
  CHECK(output_of(shell("head -c 100000 /dev/zero | tr '\\0' x")).size() == 8 * 1024);
}

TEST_CASE("output that is no text is made text", "[process]") {
  CHECK(output_of(shell("printf 'a\\001b\\377c \\303\\244 \\355\\240\\200 \\033[31m\\r\\n'")) ==
        "a?b?c \xC3\xA4 ??? ?[31m");
}

TEST_CASE("a process gets the environment it was given, nothing on its input", "[process]") {
  setenv("POLYSWEEP_TEST_A", "old", 1);
  ProcessOptions options = shell("echo $POLYSWEEP_TEST_A $POLYSWEEP_TEST_B; cat");
  options.environment = {{"POLYSWEEP_TEST_A", "new"}, {"POLYSWEEP_TEST_B", "a b=c"}};
  CHECK(output_of(options) == "new a b=c");
  options = shell("pwd; echo ${POLYSWEEP_CHANNEL-none}");
  options.folder = "/usr";
  CHECK(output_of(options) == "/usr\nnone");
}

TEST_CASE("a process has no descriptor of ours but its channel", "[process]") {
  ProcessOptions options = shell("for f in /proc/$$/fd/*; do [ -e $f ] && echo ${f##*/}; done");
  CHECK(output_of(options) == "0\n1\n2");
  options.channel = true;
  CHECK(output_of(options) == "0\n1\n2\n3");
}

TEST_CASE("the channel is descriptor 3, as its environment says", "[process]") {
  ProcessOptions options = shell("echo hello from $POLYSWEEP_CHANNEL >&3");
  options.channel = true;
  ChildProcess process(options);
  process.wait();
  char text[64];
  const ssize_t size = recv(process.channel(), text, sizeof text, 0);
  CHECK(std::string(text, static_cast<std::size_t>(size)) == "hello from 3\n");
}

TEST_CASE("a process is pinned to its cores", "[process]") {
  ProcessOptions options = shell("grep Cpus_allowed_list /proc/self/status");
  options.cpus = {visible_cpus().back()};
  CHECK_THAT(output_of(options), Contains(std::to_string(visible_cpus().back())));
}

TEST_CASE("what a process has started ends with it", "[process]") {
  ChildProcess process(shell("sleep 1000 & echo $!; exit 3"));
  const ExitStatus status = process.wait();
  CHECK(std::get<Exited>(status).code == 3);
  CHECK(ends_soon(std::stoi(process.output_tail())));
}

TEST_CASE("a process is killed with its group when it is given up", "[process]") {
  pid_t pid = 0;
  {
    ChildProcess process(shell("sleep 1000 & sleep 1000"));
    pid = process.pid();
    CHECK(alive(pid));
    CHECK_FALSE(process.poll());
  }
  CHECK_FALSE(alive(pid));
  const double deadline_s = system_clock().monotonic_s() + 5;
  const auto group_lives = [&] { return kill(-pid, 0) == 0; };  // until all of it is reaped
  while (group_lives() && system_clock().monotonic_s() < deadline_s) {
    waitpid(-pid, nullptr, WNOHANG);  // ours, if another test has made us adopt orphans
    std::this_thread::yield();
  }
  CHECK_FALSE(group_lives());
}

TEST_CASE("a process dies with the thread that started it", "[process]") {
#if defined(__SANITIZE_THREAD__)
  POLYSWEEP_SKIP("the thread sanitizer makes a fork of vfork: the thread may end before prctl");
#endif
  std::unique_ptr<ChildProcess> process;
  std::thread([&] { process = std::make_unique<ChildProcess>(shell("exec sleep 1000")); }).join();
  const ExitStatus status = process->wait();
  REQUIRE(std::holds_alternative<Signalled>(status));
  CHECK(std::get<Signalled>(status).signal == SIGKILL);
}

TEST_CASE("a program's answer is read to its end, within its limits", "[process]") {
  ChildProcess answers(shell("head -c 300000 /dev/zero | tr '\\0' x"));
  CHECK(answers.read_all_output(10, 1 << 20)->size() == 300000);
  ChildProcess talks(shell("yes"));
  CHECK_FALSE(talks.read_all_output(10, 1 << 20));
  ChildProcess sleeps(shell("sleep 1000"));
  CHECK_FALSE(sleeps.read_all_output(0.05, 1 << 20));
}

}  // namespace polysweep
