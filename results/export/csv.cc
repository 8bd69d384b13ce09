#include "results/export/csv.h"

#include <charconv>
#include <system_error>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "results/export/table_exporter.h"

namespace polysweep {
namespace {

// Digits, perhaps with a point and an exponent, after a sign.
bool is_signed_number(std::string_view text) {
  text.remove_prefix(1);
  if (text.find_first_of("0123456789.") != 0) return false;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// Whether a spreadsheet may compute it. A number and a lone sign it does not.
bool could_be_formula(const std::string& text) {
  if (text.empty()) return false;
  if (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == '=' || text[0] == '@') return true;
  return (text[0] == '+' || text[0] == '-') && text.size() > 1 && !is_signed_number(text);
}

std::string text_field(const std::string& text) {
  const bool is_formula = could_be_formula(text);
  const bool plain = !text.empty() && !is_formula &&
                     text.find_first_of(",\"\r\n") == std::string::npos && text.front() != ' ' &&
                     text.back() != ' ';
  if (plain) return text;
  std::string out = is_formula && text.find_first_of(",\"\r\n") == std::string::npos ? "" : "\"";
  const bool quoted = !out.empty();
  if (is_formula) out += '\'';
  for (const char each : text) {
    if (each == '"') out += '"';
    out += each;
  }
  if (quoted) out += '"';
  return out;
}

struct FieldText {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return text_field(value); }
  std::string operator()(const QueryBlob& value) const {
    return to_hex({reinterpret_cast<const std::uint8_t*>(value.bytes.data()), value.bytes.size()});
  }
};

class CsvFormat : public RowFormat {
 public:
  std::string_view ending() const override { return "csv"; }
  std::string header(std::span<const std::string> columns) const override {
    return csv_header(columns);
  }
  std::string line(std::span<const std::string>,
                   std::span<const QueryValue> values) const override {
    return csv_line(values);
  }
};

}  // namespace

std::string csv_field(const QueryValue& value) { return std::visit(FieldText(), value); }

std::string csv_line(std::span<const QueryValue> values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_field(values[i]);
  }
  return out + '\n';
}

std::string csv_header(std::span<const std::string> columns) {
  std::vector<QueryValue> names(columns.begin(), columns.end());
  return csv_line(names);
}

std::unique_ptr<Exporter> csv_exporter(const ExportRequest& request) {
  return std::make_unique<TableExporter>(request, std::make_unique<CsvFormat>());
}

}  // namespace polysweep
