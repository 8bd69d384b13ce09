// The worker: a long-lived process that runs trial after trial for a host.
#include <cstdio>
#include <exception>
#include <string_view>

#include "experiments/experiments.h"

int main(int argc, char** argv) try {
  using namespace polysweep;
  if (argc == 2 && std::string_view(argv[1]) == "--schema") {
    std::printf("%s\n", catalogue().to_json().c_str());
    return std::fflush(stdout) == 0 ? 0 : 2;
  }
  std::fprintf(stderr, "polysweep-worker: started by `polysweep run`; by hand only --schema\n");
  return 2;
} catch (const std::exception& error) {
  std::fprintf(stderr, "polysweep-worker: %s\n", error.what());
  return 2;
}
