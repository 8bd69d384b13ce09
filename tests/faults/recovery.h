// What must be true of a store after any fault, in one place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/cli/polysweep_program.h"

namespace polysweep {

// The sweep that the faults are done to: short, with checkpoints.
extern const std::string kFaultySweep;

// Final values of every trial, which must not depend on what happened.
nlohmann::json final_values(const PolysweepProgram& program);

// Trials that the journals of the store call settled, by state. Reads no
// database. Journals that hold nothing yet give nothing.
std::vector<std::string> settled_in_journal(const PolysweepProgram& program);

struct Recovery {
  std::uint64_t acknowledged = 0;  // trials settled before the recovery
  std::uint64_t lost = 0;          // of them, those that are not settled after it
  std::uint64_t counted_twice = 0;
  double recovery_s = 0;
};

// Runs the sweep again, undisturbed, and demands: the exit status of a complete
// sweep, one terminal state per trial, nothing settled lost or counted twice,
// the undisturbed run's final values bit for bit, a rebuild that equals the
// database, journals without damage, no process left behind.
Recovery expect_recovered(const PolysweepProgram& program, const std::filesystem::path& sweep,
                          const nlohmann::json& undisturbed);

// Sums of many recoveries, printed as a row of the fault table.
class FaultTable {
 public:
  void add(const std::string& fault, const Recovery& recovery);
  void print() const;

 private:
  struct Row {
    std::string fault;
    std::uint64_t times = 0;
    Recovery sum;
    double longest_s = 0;
  };
  std::vector<Row> rows_;
};

}  // namespace polysweep
