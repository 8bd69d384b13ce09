#include "cli/shared/terminal.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kUsualWidth = 100;
constexpr std::size_t kUnlimited = 100'000;

}  // namespace

bool output_is_terminal() { return isatty(STDOUT_FILENO) != 0; }

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const long given = columns != nullptr ? std::strtol(columns, nullptr, 10) : 0;
  return given > 0 ? static_cast<std::size_t>(given) : kUsualWidth;
}

bool colour_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  return output_is_terminal() && (no_colour == nullptr || *no_colour == '\0');
}

void print_table(const Table& table) {
  const std::size_t width = output_is_terminal() ? terminal_width() : kUnlimited;
  fmt::print("{}", table_text(table, width, colour_wanted()));
}

std::string date_text(std::int64_t time_us) {
  if (time_us == 0) return "";
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     fmt::gmtime(static_cast<std::time_t>(time_us / 1'000'000)));
}

std::string memory_text(double bytes) {
  if (bytes <= 0) return "";
  return fmt::format("{:.0f} MiB", bytes / (1024.0 * 1024.0));
}

std::string sparkline(const std::vector<CurvePoint>& points) {
  static const char* const kHeights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = INFINITY;
  double high = -INFINITY;
  for (const CurvePoint& point : points) {
    if (!std::isfinite(point.value)) continue;
    low = std::min(low, point.value);
    high = std::max(high, point.value);
  }
  std::string out;
  for (const CurvePoint& point : points) {
    if (!std::isfinite(point.value)) {
      out += "!";
      continue;
    }
    check(low <= point.value && point.value <= high, "a value is between the extremes");
    const double share = high > low ? (point.value - low) / (high - low) : 0.5;
    out += kHeights[std::lround(share * 7)];
  }
  return out;
}

}  // namespace polysweep
