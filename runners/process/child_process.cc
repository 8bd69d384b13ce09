#include "runners/process/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/process/printable_output.h"

extern char** environ;

namespace polysweep {

namespace {

constexpr int kChannelNumber = 3;
constexpr int kMostReads = 256;

}  // namespace

// All that the child needs between vfork and exec: made before, since the
// child shares our memory and must not allocate.
struct ChildProcess::ChildPlan {
  std::vector<char*> argv;
  std::vector<char*> environment;
  const char* folder = nullptr;
  int null_fd = -1;
  int output_fd = -1;
  int channel_fd = -1;
  bool session = false;
  bool ignores_stop_signals = false;
  int group_fd = -1;  // cgroup.procs of the group to join
  std::uint64_t address_space_bytes = 0;
  bool pin = false;
  cpu_set_t cpus;
  pid_t parent = 0;
  // Filled by the child where it fails.
  const char* failed_call = nullptr;
  int failed_errno = 0;
};

namespace {

// Runs in the child; returns only where something failed.
template <typename ChildPlan>
void become(ChildPlan& plan) {
  const auto failed = [&plan](const char* call) {
    plan.failed_call = call;
    plan.failed_errno = errno;
  };
  if (plan.session && setsid() < 0) return failed("setsid");
  if (!plan.session && setpgid(0, 0) != 0) return failed("setpgid");
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return failed("prctl");
  // Had the parent died before prctl, no signal would ever come.
  if (getppid() != plan.parent) return failed("getppid");
  if (plan.pin && sched_setaffinity(0, sizeof plan.cpus, &plan.cpus) != 0) {
    return failed("sched_setaffinity");
  }
  // "0": the writing process.
  if (plan.group_fd >= 0 && write(plan.group_fd, "0", 1) != 1) return failed("cgroup.procs");
  if (plan.address_space_bytes > 0) {
    const rlimit limit = {plan.address_space_bytes, plan.address_space_bytes};
    if (setrlimit(RLIMIT_AS, &limit) != 0) return failed("setrlimit");
  }
  if (plan.folder != nullptr && chdir(plan.folder) != 0) return failed("chdir");
  if (dup2(plan.null_fd, 0) < 0 || dup2(plan.output_fd, 1) < 0 || dup2(plan.output_fd, 2) < 0) {
    return failed("dup2");
  }
  if (plan.channel_fd >= 0 && dup2(plan.channel_fd, kChannelNumber) < 0) return failed("dup2");
  const unsigned first_closed = plan.channel_fd >= 0 ? kChannelNumber + 1 : kChannelNumber;
  if (syscall(SYS_close_range, first_closed, ~0U, 0U) != 0) return failed("close_range");
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, plan.ignores_stop_signals ? SIG_IGN : SIG_DFL);
  signal(SIGUSR1, plan.ignores_stop_signals ? SIG_IGN : SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(plan.argv[0], plan.argv.data(), plan.environment.data());
  failed("execve");
}

// Separate, so that no local variable of a longer function is live across vfork.
template <typename ChildPlan>
[[gnu::noinline]] pid_t vfork_and_become(ChildPlan& plan) {
  const pid_t pid = vfork();
  if (pid == 0) {
    become(plan);
    _exit(127);
  }
  return pid;
}

// Where vfork is a fork, as under the thread sanitizer, the child may not have created
// its group yet.
void signal_group(pid_t leader, int signal) {
  if (::kill(-leader, signal) != 0) ::kill(leader, signal);
}

// Above the numbers that the child gives to 0 ... 3.
int moved_up(Descriptor& descriptor) {
  const int moved = fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 10);
  if (moved < 0) fail("cannot duplicate a descriptor: {}", strerror(errno));
  descriptor = Descriptor(moved);
  return moved;
}

void set_nonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

std::vector<std::string> merged_environment(const ProcessOptions& options) {
  std::vector<std::pair<std::string, std::string>> added = options.environment;
  if (options.channel) added.emplace_back(kChannelVariable, std::to_string(kChannelNumber));
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    const bool replaced = std::any_of(added.begin(), added.end(),
                                      [&](const auto& pair) { return pair.first == name; });
    if (!replaced && name != kChannelVariable) result.push_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

ChildProcess::ChildProcess(const ProcessOptions& options) {
  check(!options.argv.empty() && !options.argv[0].empty(), "a process has a program");
  on_output_ = options.on_output;
  start(options);
}

void ChildProcess::start(const ProcessOptions& options) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) fail("cannot make a pipe: {}", strerror(errno));
  output_ = Descriptor(pipe_ends[0]);
  Descriptor child_output(pipe_ends[1]);
  Descriptor child_channel;
  if (options.channel) {
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
      fail("cannot make a socket pair: {}", strerror(errno));
    }
    channel_ = Descriptor(sockets[0]);
    child_channel = Descriptor(sockets[1]);
  }
  Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (null.get() < 0) fail("cannot open /dev/null: {}", strerror(errno));
  ChildPlan plan;
  plan.null_fd = moved_up(null);
  plan.output_fd = moved_up(child_output);
  if (options.channel) plan.channel_fd = moved_up(child_channel);
  Descriptor group;
  if (!options.memory_group.empty()) {
    const std::filesystem::path file = options.memory_group / "cgroup.procs";
    group = Descriptor(open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (group.get() < 0) fail("cannot open {}: {}", file.string(), strerror(errno));
    plan.group_fd = group.get();
  }
  plan.address_space_bytes = options.address_space_bytes;
  launch(plan, options);
  set_nonblocking(output_.get());
  if (channel_.get() >= 0) set_nonblocking(channel_.get());
}

void ChildProcess::launch(ChildPlan& plan, const ProcessOptions& options) {
  std::vector<std::string> argv = options.argv;
  std::vector<std::string> environment = merged_environment(options);
  plan.argv = pointers(argv);
  plan.environment = pointers(environment);
  plan.folder = options.folder.empty() ? nullptr : options.folder.c_str();
  plan.parent = getpid();
  plan.session = options.session;
  plan.ignores_stop_signals = options.ignores_stop_signals;
  CPU_ZERO(&plan.cpus);
  plan.pin = !options.cpus.empty();
  for (const int cpu : options.cpus) CPU_SET(static_cast<std::size_t>(cpu), &plan.cpus);

  // No handler of ours may run in the child while it shares our memory.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_ = vfork_and_become(plan);
  const int fork_errno = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid_ < 0) fail("cannot start {}: {}", options.argv[0], strerror(fork_errno));
  if (plan.failed_call != nullptr) {
    waitpid(pid_, nullptr, 0);
    fail("cannot start {}: {}: {}", options.argv[0], plan.failed_call, strerror(plan.failed_errno));
  }
  pidfd_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0U)));
  if (pidfd_.get() < 0) {
    const int reason = errno;
    signal_group(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    fail("cannot watch process {}: pidfd_open: {}", pid_, strerror(reason));
  }
  check(pid_ > 0 && !status_, "a process has started and not ended");
}

ChildProcess::~ChildProcess() {
  if (status_) return;
  signal_group(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::read_output() {
  char buffer[16 * 1024];
  // More than a pipe holds, but bounded: the child may print as fast as we read.
  for (int reads = 0; reads < kMostReads && output_.get() >= 0; ++reads) {
    const ssize_t size = read(output_.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;  // nothing there now
    if (size == 0) return output_.close();
    tail_.append(buffer, static_cast<std::size_t>(size));
    if (on_output_) on_output_({buffer, static_cast<std::size_t>(size)});
    if (tail_.size() > 4 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  }
}

std::string ChildProcess::output_tail() const { return last_lines(tail_); }

std::optional<std::string> ChildProcess::read_all_output(double timeout_s,
                                                         std::size_t limit_bytes) {
  const double deadline = system_clock().monotonic_s() + timeout_s;
  std::string all;
  char buffer[64 * 1024];
  while (all.size() <= limit_bytes) {
    const double left_s = deadline - system_clock().monotonic_s();
    if (left_s <= 0) return std::nullopt;
    pollfd wanted{output_.get(), POLLIN, 0};
    ::poll(&wanted, 1, static_cast<int>(left_s * 1000) + 1);
    const ssize_t size = read(output_.get(), buffer, sizeof buffer);
    if (size < 0) continue;
    if (size == 0) return all;
    all.append(buffer, static_cast<std::size_t>(size));
  }
  return std::nullopt;
}

void ChildProcess::kill(int signal) {
  check(signal > 0, "a signal has a number");
  if (!status_) signal_group(pid_, signal);
}

std::optional<ExitStatus> ChildProcess::poll() {
  if (status_) return status_;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0) {
    return std::nullopt;
  }
  check(info.si_pid == pid_, "a process waits for its own child");
  // Not reaped yet, so the group's number is still ours.
  ::kill(-pid_, SIGKILL);
  int status = 0;
  rusage used{};
  while (wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
  }
  peak_memory_bytes_ = static_cast<double>(used.ru_maxrss) * 1024;
  read_output();
  if (WIFSIGNALED(status)) {
    status_ = Signalled{WTERMSIG(status)};
  } else {
    status_ = Exited{WEXITSTATUS(status)};
  }
  return status_;
}

ExitStatus ChildProcess::wait() {
  while (true) {
    if (const std::optional<ExitStatus> status = poll()) return *status;
    pollfd wanted[] = {{pidfd_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}};
    ::poll(wanted, 2, -1);
    read_output();
  }
}

}  // namespace polysweep
