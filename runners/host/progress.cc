#include "runners/host/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace polysweep {

namespace {

constexpr double kDrawInterval_s = 0.1;
constexpr std::size_t kUsualWidth = 80;

std::size_t terminal_width(std::FILE* out) {
  winsize size{};
  if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
  return size.ws_col;
}

void print(std::FILE* out, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

// One line, however the message was written.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 1) return fmt::format("{} ms", std::lround(seconds * 1000));
  const long s = std::lround(seconds);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{}m {:02}s", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}h {:02}m", s / 3600, s % 3600 / 60);
  return fmt::format("{}d {}h", s / 86400, s % 86400 / 3600);
}

std::string progress_text(const ProgressCounts& counts) {
  std::string text = fmt::format("{}/{} done", counts.done, counts.planned);
  if (counts.running > 0) text += fmt::format(", {} running", counts.running);
  if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
  if (counts.diverged > 0) text += fmt::format(", {} diverged", counts.diverged);
  if (counts.trials_per_s >= 1) {
    text +=
        fmt::format(", {:.{}f} trials/s", counts.trials_per_s, counts.trials_per_s < 10 ? 1 : 0);
  } else if (counts.trials_per_s > 0) {
    text += fmt::format(", {} a trial", duration_text(1 / counts.trials_per_s));
  }
  if (counts.left_s && *counts.left_s > 0) text += ", " + duration_text(*counts.left_s) + " left";
  return text;
}

std::string failure_text(const AttemptFailure& failure) {
  std::string text = fmt::format("trial {} attempt {}: {}", failure.trial.brief(), failure.attempt,
                                 outcome_name(failure.outcome));
  if (!failure.final) text += " (will be run again)";
  if (!failure.message.empty()) text += ": " + one_line(failure.message);
  return text;
}

std::string FailureTexts::failure(const AttemptFailure& failure) {
  constexpr std::size_t kMostMessages = 1000;
  const auto known = told_.find(failure.message);
  if (known == told_.end() || failure.message.empty()) {
    if (told_.size() < kMostMessages) told_.emplace(failure.message, failure.trial.brief());
    return failure_text(failure);
  }
  AttemptFailure again = failure;
  again.message = "as trial " + known->second;
  return failure_text(again);
}

std::string FailureTexts::notice(std::string sentence) const {
  for (const auto& [message, trial] : told_) {
    const std::string end = ": " + message;
    if (message.empty() || !sentence.ends_with(end)) continue;
    return sentence.substr(0, sentence.size() - end.size()) + " (as trial " + trial + ")";
  }
  return sentence;
}

StatusLine::StatusLine(std::FILE* out, const Clock& clock, std::size_t width)
    : out_(out), clock_(clock), width_(width) {}

void StatusLine::update(const ProgressCounts& counts) {
  last_ = counts;
  const double now_s = clock_.monotonic_s();
  if (drawn_s_ >= 0 && now_s - drawn_s_ < kDrawInterval_s) return;
  drawn_s_ = now_s;
  draw(counts);
}

void StatusLine::draw(const ProgressCounts& counts) {
  const std::size_t width = width_ > 0 ? width_ : terminal_width(out_);
  std::string text = progress_text(counts);
  if (text.size() >= width) text.resize(width - 1);
  print(out_, "\r\x1b[K" + text);
}

void StatusLine::scroll(const std::string& line) {
  print(out_, "\r\x1b[K" + line + "\n");
  draw(last_);
}

void StatusLine::failure(const AttemptFailure& failure) { scroll(texts_.failure(failure)); }

void StatusLine::notice(const std::string& sentence) { scroll(one_line(texts_.notice(sentence))); }

void StatusLine::finished(const ProgressCounts& counts) {
  draw(counts);
  print(out_, "\n");
}

PlainLines::PlainLines(std::FILE* out, const Clock& clock, double interval_s)
    : out_(out), clock_(clock), interval_s_(interval_s), printed_s_(clock.monotonic_s()) {}

void PlainLines::update(const ProgressCounts& counts) {
  const double now_s = clock_.monotonic_s();
  if (now_s - printed_s_ < interval_s_) return;
  printed_s_ = now_s;
  line(progress_text(counts));
}

void PlainLines::failure(const AttemptFailure& failure) { line(texts_.failure(failure)); }

void PlainLines::notice(const std::string& sentence) { line(one_line(texts_.notice(sentence))); }

void PlainLines::finished(const ProgressCounts& counts) { line(progress_text(counts)); }

void PlainLines::line(const std::string& text) { print(out_, text + "\n"); }

std::unique_ptr<ProgressSink> make_progress(std::FILE* out) {
  if (isatty(fileno(out)) != 0) return std::make_unique<StatusLine>(out, system_clock());
  return std::make_unique<PlainLines>(out, system_clock());
}

}  // namespace polysweep
