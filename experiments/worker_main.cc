// The worker: a long-lived process that runs trial after trial for a host.
//   polysweep-worker --schema        prints what it can run, and exits
//   polysweep-worker --table [name=value ...]
//                                    prints a position encoding's table, and exits
//   polysweep-worker [--device N]    serves the host that started it
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/encodings/encoding_table.h"
#include "experiments/experiments.h"
#include "experiments/worker.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

int number(const char* name, const char* text) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < 0 || value > 1 << 20) {
    fail("{} must be a number from 0 on, not \"{}\"", name, text);
  }
  return static_cast<int>(value);
}

int print(const std::string& text) {
  std::printf("%s\n", text.c_str());
  return std::fflush(stdout) == 0 ? 0 : 2;
}

int work(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--schema") return print(catalogue().to_json());
  if (argc >= 2 && std::string_view(argv[1]) == "--table") {
    return print(encoding_table_json(std::vector<std::string>(argv + 2, argv + argc)));
  }
  WorkerOptions options;
  if (argc == 3 && std::string_view(argv[1]) == "--device") {
    options.device = number("--device", argv[2]);
  } else if (argc != 1) {
    fail("unknown arguments; known are --schema, --table and --device N");
  }
  const char* channel = std::getenv("POLYSWEEP_CHANNEL");
  if (channel == nullptr) {
    fail("POLYSWEEP_CHANNEL is not set: a worker is started by `polysweep run`, not by hand");
  }
  options.channel_fd = number("POLYSWEEP_CHANNEL", channel);
  serve_trials(options);
  return 0;
}

}  // namespace

}  // namespace polysweep

int main(int argc, char** argv) {
  int status = 2;
  try {
    status = polysweep::work(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "polysweep-worker: %s\n", error.what());
  }
  // Not exit(): the listening thread still uses what that would take down.
  std::fflush(stdout);
  _exit(status);
}
