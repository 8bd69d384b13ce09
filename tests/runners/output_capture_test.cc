// Metrics in what a program prints.
#include "runners/command/output_capture.h"

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

// What is captured of `output` given in pieces of `piece` bytes: a line each.
std::vector<std::string> captured(const CaptureSpec& spec, const std::string& output,
                                  std::size_t piece) {
  std::vector<std::string> found;
  OutputCapture capture(spec, [&](const ReportedItem& item, const ReportedWhere&) {
    const auto* metrics = std::get_if<ReportedMetrics>(&item);
    std::string text = report_line(item);
    if (metrics != nullptr) {
      for (const std::string& why : metrics->refused) text += " refused: " + why;
    }
    found.push_back(text);
  });
  for (std::size_t at = 0; at < output.size(); at += piece) {
    capture.append(std::string_view(output).substr(at, piece));
  }
  capture.finish();
  return found;
}

CaptureSpec patterns(std::vector<std::string> texts) {
  CaptureSpec spec;
  spec.output_patterns = std::move(texts);
  return spec;
}

}  // namespace

TEST_CASE("lines are found wherever the output is cut, and carriage returns end them",
          "[capture]") {
  const std::string output =
      "start\n 10%\r epoch 1 loss 0.5\r 20%\r\nepoch 2 loss 2.5e-1, done\nval 0.9%\nepoch 3 loss "
      "nan";
  const CaptureSpec spec =
      patterns({"epoch (?P<step>\\d+) loss (?P<loss>\\S+)", "val (?P<val>\\S+)"});
  const std::vector<std::string> expected = {
      R"({"metrics":{"loss":0.5},"step":1})", R"({"metrics":{"loss":0.25},"step":2})",
      R"({"metrics":{"val":0.9}})", R"({"metrics":{"loss":"nan"},"step":3})"};
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
    INFO(piece);
    CHECK(captured(spec, output, piece) == expected);
  }
}

TEST_CASE("a value that is not a number is refused", "[capture]") {
  const CaptureSpec spec = patterns({"loss (?P<loss>\\S+)", "resumed after (?P<resumed>\\d+)"});
  CHECK(
      captured(spec, "loss function: mse\nresumed after 40\n", 5) ==
      std::vector<std::string>{
          "{\"metrics\":{}} refused: the value of metric 'loss' is 'function:'; expected a number",
          "{\"resumed\":40}"});
}

TEST_CASE("JSON objects of numbers are metrics, and lines of the protocol are lines", "[capture]") {
  CaptureSpec spec;
  spec.json = true;
  const std::string output =
      "{\"loss\": 0.5, \"epoch\": 2, \"when\": \"now\"}\nsee {\"loss\": 1}\n"
      "  {\"step\": 7, \"epoch\": 0.25, \"loss\": NaN, \"lr\": null}\n{\"a\": {\"b\": 1}}\n[1]\n{\n"
      "{\"metrics\": {\"loss\": 3}, \"step\": 9}\n{\"metric\": \"loss\", \"value\": "
      "4}\n{\"resumed\": 3}\n";
  const std::vector<std::string> expected = {
      R"({"metrics":{"loss":0.5},"step":2})", R"({"metrics":{"epoch":0.25,"loss":"nan"},"step":7})",
      R"({"metrics":{"loss":3},"step":9})", R"({"metrics":{"loss":4}})", R"({"resumed":3})"};
  for (const std::size_t piece : {1, 13, 1000}) CHECK(captured(spec, output, piece) == expected);
}

TEST_CASE("ten megabytes without a line end cost neither memory nor the lines after them",
          "[capture]") {
  const CaptureSpec spec = patterns({"loss (?P<loss>\\S+)"});
  const std::string output = "loss 1\n" + std::string(10'000'000, 'x') + " loss 2\nloss 3\n" +
                             std::string(10'000'000, 'y');
  CHECK(captured(spec, output, 16 * 1024) ==
        std::vector<std::string>{R"({"metrics":{"loss":1}})", R"({"metrics":{"loss":3}})"});
}

TEST_CASE("a pattern that found nothing is named", "[capture]") {
  CaptureSpec spec = patterns({"loss (?P<loss>\\S+)", "acc (?P<acc>\\S+)"});
  spec.json = true;
  OutputCapture capture(spec, [](const ReportedItem&, const ReportedWhere&) {});
  capture.append("loss 1\nacc none\n{}\n");
  CHECK(capture.unmatched() ==
        std::vector<std::string>{"stdout 'acc (?P<acc>\\S+)'", "json = true"});
}

TEST_CASE("dictionaries as Python prints them are read as JSON is", "[capture]") {
  CaptureSpec spec;
  spec.json = true;
  // As the Trainer of transformers prints them; its epochs have parts, which are no steps.
  const std::string output =
      "{'loss': 0.5, 'grad_norm': nan, 'learning_rate': 5e-05, 'epoch': 0.5}\n"
      "{'loss': '0.25', 'ok': True, 'none': None, 'note': 'it\\'s \"on\"', 'epoch': 1.0}\n"
      "{'best': -inf, \"it's\": 2}\n{'open: 1}\n{1: 2}\n{set, of}\n";
  const std::vector<std::string> expected = {
      R"({"metrics":{"epoch":0.5,"grad_norm":"nan","learning_rate":5e-05,"loss":0.5}})",
      R"({"metrics":{"epoch":1,"loss":0.25}})", R"({"metrics":{"best":"-inf","it's":2}})"};
  for (const std::size_t piece : {1, 13, 1000}) CHECK(captured(spec, output, piece) == expected);
  CHECK(captured(spec, "{'loss': 0.5, 'epoch': 1.0}\n{'loss': 0.25, 'epoch': 2.0}\n", 9) ==
        std::vector<std::string>{R"({"metrics":{"loss":0.5},"step":1})",
                                 R"({"metrics":{"loss":0.25},"step":2})"});
}

}  // namespace polysweep
