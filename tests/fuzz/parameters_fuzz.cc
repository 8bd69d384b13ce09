// The JSON that identity is made of, and the words of a command line.
#include "framework/sweep/parameters.h"

#include "framework/core/error.h"
#include "framework/sweep/value_reader.h"
#include "tests/fuzz/fuzz_target.h"

namespace polysweep {

void fuzz(std::string_view input) {
  try {
    const Value value = value_from_argument(input);
    expect(value_from_json(value.canonical()) == value, "a value is read back");
  } catch (const Error&) {
  }
  const Parameters parameters = Parameters::from_json(input);
  const std::string canonical = parameters.canonical();
  expect(Parameters::from_json(canonical) == parameters, "parameters are read back");
  expect(Parameters::from_json(canonical).canonical() == canonical, "there is one canonical text");
}

}  // namespace polysweep
