// The tables of an export as CSV or JSON lines: trials, metrics, texts, attempts
// and provenance, one file each. Internal to results/.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "results/export/export_folder.h"
#include "results/export/exporter.h"
#include "results/read/query.h"

namespace polysweep {

// How a row is written as a line. A real can be NaN here.
class RowFormat {
 public:
  virtual ~RowFormat() = default;
  virtual std::string_view ending() const = 0;                                 // of file names
  virtual std::string header(std::span<const std::string> columns) const = 0;  // "" for none
  virtual std::string line(std::span<const std::string> columns,
                           std::span<const QueryValue> values) const = 0;
};

class TableExporter : public Exporter {
 public:
  TableExporter(const ExportRequest& request, std::unique_ptr<RowFormat> format);

  void add(const ExportedTrial& trial) override;
  void finish() override;

 private:
  struct TableFile {
    std::vector<std::string> columns;
    std::unique_ptr<OutputFile> file;
  };
  TableFile table(const std::string& name, std::vector<std::string> columns);
  void write(TableFile& to, std::span<const QueryValue> values);
  void add_row(const ExportedTrial& trial);
  void add_attempts(const ExportedTrial& trial);
  void add_provenance(const TrialRecord& record);

  std::string sweep_;
  std::unique_ptr<RowFormat> format_;
  ExportFolder folder_;
  // Columns of trials that are not the same for all: parameters, then metrics.
  std::vector<std::string> parameters_, metrics_;
  TableFile trials_, points_, texts_, attempts_, provenance_;
  std::set<std::string> provenance_seen_;
};

}  // namespace polysweep
