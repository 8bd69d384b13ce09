#include "tests/support/command_line.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "framework/core/error.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

// In the child, between fork and exec.
[[noreturn]] void become(const std::vector<std::string>& argv, const Environment& added,
                         const char* output, const char* error) {
  for (const auto& [name, value] : added) setenv(name.c_str(), value.c_str(), 1);
  setpgid(0, 0);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(open(output, O_WRONLY | O_CREAT | O_APPEND, 0600), STDOUT_FILENO);
  dup2(open(error, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

int start(const std::vector<std::string>& argv, const Environment& added, const std::string& output,
          const std::string& error) {
  // A signal that comes before the exec is the program's, not a copy of ours.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t child = fork();
  if (child == 0) {
    for (int number = 1; number < SIGRTMIN; ++number) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    become(argv, added, output.c_str(), error.c_str());
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) fail("cannot fork");
  return child;
}

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

int wait_command(int pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) fail("process {} is not ours", pid);
  return status_of(status);
}

std::optional<int> poll_command(int pid) {
  int status = 0;
  const pid_t ended = waitpid(pid, &status, WNOHANG);
  if (ended == 0) return std::nullopt;
  if (ended != pid) fail("process {} is not ours", pid);
  return status_of(status);
}

CommandEnd run_command(const std::vector<std::string>& argv, const Environment& added) {
  const TemporaryFolder folder;
  const std::filesystem::path output = folder.path() / "output";
  const std::filesystem::path error = folder.path() / "error";
  const int status = wait_command(start(argv, added, output.string(), error.string()));
  return {status, content(output), content(error)};
}

int start_command(const std::vector<std::string>& argv, const Environment& added,
                  const std::string& output) {
  return start(argv, added, output, output);
}

}  // namespace polysweep
