// A store for one test, written event by event through real journals.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/journal/event.h"
#include "framework/journal/journal_writer.h"
#include "framework/sweep/trial.h"
#include "results/schema/database.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

class StoreSample {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }

  // Appends to the journal of `host`; the first time HostStarted is written.
  void write(const std::string& host, const Event& event);
  void write(const std::string& host, const std::vector<Event>& events);
  // All of it is on the disk.
  void sync();
  // As after kill -9 of the host, which had flushed: the next write begins a
  // new epoch.
  void kill(const std::string& host);

 private:
  TemporaryFolder folder_;
  std::map<std::string, std::unique_ptr<JournalWriter>> writers_;
};

// A trial of experiment "toy": encodings by name, a real rate, a seed.
Trial sample_trial(const std::string& encoding, int seed);

// A sweep of one cell per encoding (the first is the baseline) and seeds 0 ...
// seeds - 1: the events that plan it.
std::vector<Event> sample_sweep(const std::string& name, const std::vector<std::string>& encodings,
                                int seeds, std::int64_t time_us = 1000);
std::string sample_revision(const std::vector<std::string>& encodings, int seeds);
std::string sample_description(const std::string& name, const std::vector<std::string>& encodings);
CellsPlanned sample_cells(const std::string& name, const std::string& revision,
                          const std::vector<std::string>& encodings);

Event started(const TrialId& trial, std::uint32_t attempt = 1, const std::string& provenance = "");
Event resumed(const TrialId& trial, std::uint32_t attempt, std::int64_t step);
// Points of metric `name` at steps first, first + 1, ...
Event points(const TrialId& trial, std::uint32_t attempt, const std::string& name,
             std::int64_t first, const std::vector<double>& values);
// The same of a metric whose steps have their own clock.
Event own_points(const TrialId& trial, std::uint32_t attempt, const std::string& name,
                 std::int64_t first, const std::vector<double>& values);
Event text(const TrialId& trial, std::uint32_t attempt, const std::string& name, std::int64_t step,
           const std::string& value);
Event finished(const TrialId& trial, std::uint32_t attempt, Outcome outcome, bool final,
               const std::string& message = "");
// Started, `values` of metric "loss", done.
std::vector<Event> complete_attempt(const TrialId& trial, const std::vector<double>& values);

// All rows of all documented views, sorted, and the history of plannings: equal
// for equal databases whatever their integer keys.
std::string dump(const Database& database);
std::string dump(const std::filesystem::path& store);

// The first lines that differ in two dumps; "" if they are equal.
std::string difference(const std::string& a, const std::string& b);

// The answer of a query, rows as "a|b|c", NULL as "NULL".
std::vector<std::string> ask(const Database& database, const std::string& sql);
std::vector<std::string> ask(const std::filesystem::path& store, const std::string& sql);

// Ingests what is there.
void ingest(const std::filesystem::path& store);

}  // namespace polysweep
