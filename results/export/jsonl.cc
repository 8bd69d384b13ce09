// JSON lines: one object per row, with the columns as members. NULL, NaN and
// infinities are null (JSON has no others); column `kind` of metrics says which.
#include <cmath>
#include <nlohmann/json.hpp>

#include "framework/core/digest.h"
#include "results/export/table_exporter.h"

namespace polysweep {
namespace {

struct AsJson {
  nlohmann::json operator()(std::monostate) const { return nullptr; }
  nlohmann::json operator()(std::int64_t value) const { return value; }
  nlohmann::json operator()(double value) const {
    return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json(nullptr);
  }
  nlohmann::json operator()(const std::string& value) const { return value; }
  nlohmann::json operator()(const QueryBlob& value) const {
    return to_hex({reinterpret_cast<const std::uint8_t*>(value.bytes.data()), value.bytes.size()});
  }
};

class JsonlFormat : public RowFormat {
 public:
  std::string_view ending() const override { return "jsonl"; }
  std::string header(std::span<const std::string>) const override { return ""; }
  std::string line(std::span<const std::string> columns,
                   std::span<const QueryValue> values) const override {
    nlohmann::ordered_json out = nlohmann::json::object();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      out[columns[i]] = std::visit(AsJson(), values[i]);
    }
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
};

}  // namespace

std::unique_ptr<Exporter> jsonl_exporter(const ExportRequest& request) {
  return std::make_unique<TableExporter>(request, std::make_unique<JsonlFormat>());
}

}  // namespace polysweep
