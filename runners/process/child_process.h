// A child process in a process group of its own, which never outlives us.
//
// The only place where processes are created. No shell: a program is its argv.
// The child gets /dev/null as standard input, one pipe for its standard output
// and error, and (optionally) one end of a socket pair as descriptor 3, whose
// number is in the environment variable POLYSWEEP_CHANNEL; every other
// descriptor is closed. The kernel kills the child when the thread that started
// it ends. Not thread-safe: use it on the thread that created it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runners/process/descriptor.h"
#include "runners/process/exit_status.h"

namespace polysweep {

inline constexpr const char* kChannelVariable = "POLYSWEEP_CHANNEL";

struct ProcessOptions {
  std::vector<std::string> argv;  // argv[0]: path of the program
  // Added to our environment; replaces variables of the same name.
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<int> cpus;         // CPUs it may use; empty: the same as ours
  std::filesystem::path folder;  // working folder; "": ours
  bool channel = true;
  // The folder of a control group to start in; "": ours.
  std::filesystem::path memory_group;
  std::uint64_t address_space_bytes = 0;  // RLIMIT_AS; 0: ours
  // Starts the child in a session of its own, without a controlling terminal;
  // otherwise only in a process group of its own.
  bool session = false;
  // SIGTERM and SIGUSR1 do not end the child: a batch system sends them to all processes of
  // a job, and we tell the child to stop.
  bool ignores_stop_signals = false;
  // Called with everything that the child prints, as it is read.
  std::function<void(std::string_view)> on_output;
};

class ChildProcess {
 public:
  // Throws Error with the program's name if it cannot be started.
  explicit ChildProcess(const ProcessOptions& options);
  // Kills the process group and reaps the process.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // Readable once the process has ended.
  int pidfd() const { return pidfd_.get(); }
  // Our end of the socket pair, non-blocking; -1 without a channel.
  int channel() const { return channel_.get(); }
  // Our end of the output pipe, non-blocking; -1 once every writer has closed it.
  int output() const { return output_.get(); }

  // Reads what was printed so far.
  void read_output();
  // The last 40 lines (8 KiB) printed, as UTF-8 without control characters.
  std::string output_tail() const;
  void forget_output() { tail_.clear(); }
  // Everything printed until the pipe is closed. Empty after `timeout_s`, or for
  // more than `limit_bytes`. For programs that answer and exit.
  std::optional<std::string> read_all_output(double timeout_s, std::size_t limit_bytes);

  // Sends `signal` to every process of the group.
  void kill(int signal);
  // Empty while it runs. Once it has ended, kills what is left of its group and
  // reads the output to its end.
  std::optional<ExitStatus> poll();
  // Waits for the process to end.
  ExitStatus wait();
  // The largest resident memory of the process or of a descendant it waited for;
  // at least ours when it was started (the child begins as a copy of us). 0 while
  // the process runs.
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
