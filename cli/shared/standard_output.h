// Standard output of polysweep: what cannot be written there is an error.
//
// Commands print with std::cout and fmt::print(). A disk that fills up, a closed
// standard output or a failed network file system must not look like success.
#pragma once

#include <exception>
#include <memory>
#include <streambuf>
#include <string>

namespace polysweep {

// There is one object, in main(). A reader that went away (`| head`) is not an
// error: the program ends as SIGPIPE ends it, without a message.
class StandardOutput {
 public:
  // From here on a write of std::cout that fails throws Error, as fmt::print()
  // throws. Descriptors 0, 1 and 2 that are closed are opened, without the right
  // to write, so that no file of a store takes their place.
  StandardOutput();
  ~StandardOutput();  // std::cout is as before
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  // Writes what is buffered. Throws Error unless everything was written.
  void finish() const;

  // The message of an exception that a command threw, fit for a terminal: one of
  // fmt::print() on standard output names that.
  std::string message_of(const std::exception& wrong) const;

 private:
  std::unique_ptr<std::streambuf> checked_;
  std::streambuf* before_;
};

}  // namespace polysweep
