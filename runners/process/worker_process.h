// A child process in its own process group, that dies with us and is never lost.
//
// The only place of process creation. No shell: a program is its argv. The
// child gets /dev/null as standard input, one pipe for what it prints, and (if
// asked) one end of a socket pair as descriptor 3, whose number it finds in the
// environment variable POLYSWEEP_CHANNEL; every other descriptor is closed.
// When our thread that started it ends, the kernel kills the child. Not
// thread-safe; to be used by the thread that made it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace polysweep {

inline constexpr const char* kChannelVariable = "POLYSWEEP_CHANNEL";

struct ProcessOptions {
  std::vector<std::string> argv;  // argv[0]: path of the program
  // Added to our environment, or replacing what is there.
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<int> cpus;         // those it may use; empty: those we may use
  std::filesystem::path folder;  // working folder; "": ours
  bool channel = true;
  // The folder of a control group to start in; "": ours.
  std::filesystem::path memory_group;
  std::uint64_t address_space_bytes = 0;  // RLIMIT_AS; 0: ours
  // A session of its own, so that no terminal is within its reach; else only a
  // process group of its own.
  bool session = false;
  // Given all that it prints, as it is read.
  std::function<void(std::string_view)> on_output;
};

// How a process ended.
struct Exited {
  int code = 0;
};
struct Signalled {
  int signal = 0;
};
using ExitStatus = std::variant<Exited, Signalled>;
// "exit status 7", "signal 11 (Segmentation fault)".
std::string describe(const ExitStatus& status);

// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close();
  // Gives the descriptor away.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

class WorkerProcess {
 public:
  // Throws Error that names the program where it cannot be started.
  explicit WorkerProcess(const ProcessOptions& options);
  // Kills the process group and reaps the process.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Readable once the process has ended.
  int pidfd() const { return pidfd_.get(); }
  // Our end of the socket pair, non-blocking; -1 where there is none.
  int channel() const { return channel_.get(); }
  // What it prints, non-blocking; -1 once all ends of the pipe were closed.
  int output() const { return output_.get(); }

  // Takes in what was printed so far.
  void read_output();
  // The last 40 lines (8 KiB) printed, as UTF-8 without control characters.
  std::string output_tail() const;
  void forget_output() { tail_.clear(); }
  // All that was printed, up to `limit_bytes`, until the pipe is closed or
  // `timeout_s` is over (then empty). For programs that answer and exit.
  std::optional<std::string> read_all_output(double timeout_s, std::size_t limit_bytes);

  // Sends `signal` to every process of the group.
  void kill(int signal);
  // Empty while it runs. Once it has ended, what is left of its group is
  // killed, and the output is read to its end.
  std::optional<ExitStatus> poll();
  // poll() that waits.
  ExitStatus wait();
  // The largest resident memory of the process, or of a descendant it waited for;
  // at least that of ours at its start. Once it has ended, else 0.
  double peak_memory_bytes() const { return peak_memory_bytes_; }

 private:
  struct ChildPlan;
  void start(const ProcessOptions& options);
  void launch(ChildPlan& plan, const ProcessOptions& options);

  pid_t pid_ = -1;
  Descriptor pidfd_;
  Descriptor channel_;
  Descriptor output_;
  std::string tail_;
  std::function<void(std::string_view)> on_output_;
  std::optional<ExitStatus> status_;
  double peak_memory_bytes_ = 0;
};

}  // namespace polysweep
