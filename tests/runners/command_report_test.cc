// What a program says of its trial: the lines, the rules, and what an attempt
// that resumes from a checkpoint finds of the ones before it.
#include <cmath>
#include <fstream>
#include <random>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "runners/command/report_file.h"
#include "runners/command/report_line.h"
#include "runners/command/trial_report.h"
#include "runners/process/followed_file.h"
#include "runners/store/store_layout.h"
#include "tests/support/catch.h"
#include "tests/support/recording_recorder.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

std::string problem_of(const std::string& line) {
  try {
    parse_report_line(line);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

ReportedMetrics metrics_of(const std::string& line) {
  return std::get<ReportedMetrics>(parse_report_line(line));
}

ExperimentSpec fit_spec() {
  ExperimentSpec spec;
  spec.name = "fit";
  spec.metrics = {{"loss"}, {"accuracy", Goal::kMaximize}};
  spec.command.emplace();
  spec.command->primary = "loss";
  spec.command->diverging = {"loss"};
  return spec;
}

// Its accuracy counts evaluations, its loss updates.
ExperimentSpec evaluating_spec() {
  ExperimentSpec spec = fit_spec();
  spec.metrics[1].step = "evaluations";
  return spec;
}

// An attempt whose report is what was written to its file.
class Attempt {
 public:
  Attempt(const std::filesystem::path& folder, std::uint32_t number,
          ExperimentSpec spec = fit_spec())
      : spec_(std::move(spec)),
        folder_(folder),
        number_(number),
        history_(spec_, folder, number),
        report_(spec_, folder, recorder, history_) {}

  void say(const std::string& lines) {
    std::ofstream(report_path(folder_, number_), std::ios::app) << lines;
    ReportLines cut;
    cut.append(lines);
    while (const auto line = cut.next()) report_.take(*line);
    if (const auto line = cut.rest()) report_.take(*line);
  }
  TrialReport& report() { return report_; }

  RecordingRecorder recorder;

 private:
  const ExperimentSpec spec_;
  std::filesystem::path folder_;
  std::uint32_t number_;
  ReportHistory history_;
  TrialReport report_;
};

using Series = std::map<std::int64_t, double>;

}  // namespace

TEST_CASE("each kind of line is read", "[command]") {
  const ReportedMetrics one = metrics_of(R"({"metric":"loss","step":10,"value":0.5})");
  CHECK(one.values == std::vector<std::pair<std::string, double>>{{"loss", 0.5}});
  CHECK(one.step == 10);
  const ReportedMetrics many = metrics_of(R"( {"step": 3.0, "metrics": {"b": 1, "a": 2e-3}} )");
  CHECK(many.values == std::vector<std::pair<std::string, double>>{{"a", 0.002}, {"b", 1}});
  CHECK(many.step == 3);
  CHECK_FALSE(metrics_of(R"({"metric":"loss","value":1})").step);
  CHECK(std::get<ReportedResult>(parse_report_line(R"({"result":{"loss":1}})")).values.size() == 1);
  const auto text =
      std::get<ReportedText>(parse_report_line(R"({"text":"a","value":"b\n","step":1})"));
  CHECK(text.value == "b\n");
  CHECK(std::get<ReportedProgress>(parse_report_line(R"({"progress":0.25})")).done == 0.25);
  CHECK(std::get<ReportedProgress>(parse_report_line(R"({"progress":3,"total":4})")).total == 4);
  CHECK(std::get<ReportedResumption>(parse_report_line(R"({"resumed":7})")).step == 7);
  CHECK(std::get<ReportedArtifact>(parse_report_line(R"({"artifact":"a/b"})")).path == "a/b");
}

TEST_CASE("NaN and infinities may be written as languages write them", "[command]") {
  const auto value = [](const std::string& word) {
    return metrics_of(R"({"metric":"NaN","value":)" + word + "}").values.at(0).second;
  };
  for (const char* nan : {"NaN", "\"NaN\"", "\"nan\""}) CHECK(std::isnan(value(nan)));
  for (const char* infinity : {"Infinity", "\"Infinity\"", "\"inf\""}) {
    CHECK(value(infinity) == INFINITY);
  }
  for (const char* minus : {"-Infinity", "\"-Infinity\"", "\"-inf\""}) {
    CHECK(value(minus) == -INFINITY);
  }
  // Inside a text the words are a text.
  const auto text =
      std::get<ReportedText>(parse_report_line(R"({"text":"a \" NaN","value":"NaN, -Infinity"})"));
  CHECK(text.name == "a \" NaN");
  CHECK(text.value == "NaN, -Infinity");
}

TEST_CASE("a value keeps all its bits", "[command]") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string line = fmt::format(R"({{"metric":"m","value":{}}})", value);
    CHECK(metrics_of(line).values[0].second == value);
  }
}

TEST_CASE("a line that is none of the protocol's says why", "[command]") {
  CHECK(problem_of("loss 0.5") == "not JSON: 'loss 0.5'");
  CHECK(problem_of("[1]") == "not a JSON object: '[1]'");
  CHECK(problem_of("{}") == "an empty object");
  CHECK(problem_of("\xff\xfe") == "not UTF-8: '\\xff\\xfe'");
  CHECK(problem_of(R"({"metrc":"loss","value":1})").find("did you mean 'metric'?") !=
        std::string::npos);
  CHECK(problem_of(R"({"metric":"loss","value":1,"stp":2})") ==
        "unknown member 'stp' (did you mean 'step'?) of a line with \"metric\"");
  CHECK(problem_of(R"({"metric":"loss"})") == "metric 'loss' has no \"value\"");
  CHECK(problem_of(R"({"metric":3,"value":1})") == "expected a string as \"metric\"");
  CHECK_THAT(problem_of(R"({"metric":"loss","value":"low"})"),
             Contains("the value of metric 'loss' is 'low'; expected a number"));
  for (const char* step : {"-1", "1e300", "\"one\"", "true"}) {
    INFO(step);
    CHECK(problem_of(fmt::format(R"({{"metric":"m","value":1,"step":{}}})", step)) ==
          "expected a step: a number from 0 to 2^53");
  }
  for (const char* progress : {"-0.1", "1.5", "\"half\"", "3,\"total\":2", "1,\"total\":0"}) {
    INFO(progress);
    CHECK_THAT(problem_of(fmt::format(R"({{"progress":{}}})", progress)),
               Contains("expected as \"progress\" a fraction from 0 to 1"));
  }
  CHECK(problem_of(R"({"metric":"m","value":1e999})").starts_with("not JSON"));
  CHECK(problem_of(std::string(kLongestReportLine + 1, ' ')).find("bytes; the limit is") !=
        std::string::npos);
  CHECK_FALSE(problem_of(std::string(500'000, '[')).empty());
  CHECK_FALSE(problem_of(R"({"text":"t","value":")" + std::string(1, '\0') + "\"}").empty());
}

TEST_CASE("lines are cut wherever the bytes are", "[command]") {
  const std::string all = "one\n\n  \r\ntwo\nlast";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    ReportLines lines;
    std::vector<std::string> found;
    for (const std::string& piece : {all.substr(0, cut), all.substr(cut)}) {
      lines.append(piece);
      while (const auto line = lines.next()) found.push_back(line->text);
    }
    CHECK(found == std::vector<std::string>{"one", "two"});
    CHECK(lines.rest()->text == "last");
    CHECK_FALSE(lines.rest());
  }
}

TEST_CASE("a line that is too long costs itself alone, and no memory", "[command]") {
  ReportLines lines;
  const std::string piece(100'000, 'x');
  for (int i = 0; i < 50; ++i) {
    lines.append(piece);
    CHECK_FALSE(lines.next());
  }
  lines.append("x\ngood\n" + std::string(kLongestReportLine + 1, 'y') + "\nalso\n");
  std::string found;
  while (const auto line = lines.next()) found += line->too_long ? "[long]" : line->text + ";";
  CHECK(found == "[long]good;[long]also;");
  lines.append(std::string(kLongestReportLine + 1, 'z'));
  CHECK_FALSE(lines.next());
  CHECK(lines.rest()->too_long);
}

TEST_CASE("any bytes at all are lines or are rejected, and lose no good line", "[command]") {
  std::mt19937_64 random(11);
  const std::string good = R"({"metric":"loss","step":%,"value":1})";
  const std::string alphabet = "{}[]\":,0129.eE+-ntrufalsNIiy\\ \t\r\xc3\xa9\xff\x00metricvalue";
  const TemporaryFolder folder;
  Attempt attempt(folder.path(), 1);
  for (int round = 0; round < 300; ++round) {
    std::string junk(random() % 60, ' ');
    for (char& c : junk) c = alphabet[random() % alphabet.size()];
    std::string line = good;
    line.replace(line.find('%'), 1, std::to_string(round));
    // Also complete lines with one byte changed.
    std::string mutant = line;
    mutant[random() % mutant.size()] = static_cast<char>(random() & 0xff);
    if (mutant.find("\"step\"") != std::string::npos) mutant.insert(0, "x");
    attempt.say(junk + "\n" + mutant + "\n" + line + "\n");
  }
  CHECK(attempt.recorder.metrics["loss"].size() == 300);
  CHECK(attempt.report().rejected() >= 300);
}

TEST_CASE("what a trial reports is held against what is declared", "[command]") {
  const TemporaryFolder folder;
  ExperimentSpec strict = fit_spec();
  strict.command->undeclared = Undeclared::kError;
  Attempt attempt(folder.path(), 1, strict);
  attempt.say(R"({"metric":"loss","value":3}
{"metric":"loss","value":2}
{"metric":"lss","value":1}
{"metric":"loss","step":9,"value":1.5}
{"metric":"loss","step":8,"value":1}
{"metrics":{"loss":1,"speed":3},"step":10}
{"metric":"loss","value":1.25}
{"text":"sample","value":"hello"}
{"text":"a\u0007","value":"x"}
{"progress":0.5}
{"resumed":3}
)");
  CHECK(attempt.recorder.metrics["loss"] ==
        Series{{0, 3}, {1, 2}, {8, 1}, {9, 1.5}, {10, 1}, {11, 1.25}});
  CHECK(attempt.recorder.texts["sample"][11] == "hello");
  CHECK(attempt.recorder.last_progress == 0.5);
  CHECK(attempt.report().rejected() == 4);
  CHECK(attempt.report().accepted() == 7);
  CHECK(attempt.report().rejection() ==
        "4 lines of its report were rejected, the first: line 3: unknown metric 'lss' (did "
        "you mean 'loss'?)");
  CHECK(attempt.report().violation() ==
        "it reported an unknown metric 'lss' (did you mean 'loss'?) ([metrics] undeclared = "
        "\"error\")");
  CHECK(attempt.report().has("loss"));
  CHECK_FALSE(attempt.report().has("accuracy"));
  CHECK_FALSE(attempt.report().has_result());
  attempt.say("{\"result\":{\"loss\":1,\"accuracy\":0.5}}\n");
  CHECK(attempt.report().has_result());
  CHECK(attempt.recorder.metrics["loss"][11] == 1);
  CHECK(attempt.recorder.metrics["accuracy"] == Series{{11, 0.5}});
  CHECK(attempt.report().findings().conflicts == 0);
}

TEST_CASE("an undeclared metric is recorded and listed, with all else on its line", "[command]") {
  const TemporaryFolder folder;
  Attempt attempt(folder.path(), 1);
  attempt.say(R"({"metrics":{"loss":1,"speed/gpu":3,"bad":"fast"},"step":10}
{"metrics":{"loss":2,"x\u0007":3},"step":11}
)");
  CHECK(attempt.recorder.metrics["loss"] == Series{{10, 1}, {11, 2}});
  CHECK(attempt.recorder.metrics["speed/gpu"] == Series{{10, 3}});
  const ReportFindings findings = attempt.report().findings();
  CHECK(findings.undeclared == std::vector<std::string>{"speed/gpu"});
  CHECK(findings.first_refusal == "line 1: the value of metric 'bad' is 'fast'; expected a number");
  CHECK(attempt.report().points_refused() == 2);
  CHECK(attempt.report().rejected() == 2);
  // A million names are not a million series.
  for (int i = 0; i < 1500; ++i) {
    attempt.say(fmt::format("{{\"metric\":\"m{}\",\"value\":1}}\n", i));
  }
  CHECK(attempt.report().findings().undeclared.size() == 1000);
  CHECK_THAT(attempt.report().rejection(), Contains("503 lines of its report were rejected"));
  // Nor where the sweep says that they are to be ignored.
  ExperimentSpec ignoring = fit_spec();
  ignoring.command->undeclared = Undeclared::kIgnore;
  Attempt other(folder.path() / "x", 1, ignoring);
  other.report().take({R"({"metrics":{"loss":1,"speed":3}})", false});
  CHECK(other.recorder.metrics.size() == 1);
  CHECK(other.report().findings() == ReportFindings());
  CHECK(other.report().rejected() == 0);
}

TEST_CASE("null is skipped, and a number in quotes is a number", "[command]") {
  const TemporaryFolder folder;
  Attempt attempt(folder.path(), 1);
  attempt.say(R"({"metric":"loss","step":0,"value":null}
{"metrics":{"loss":"0.5","accuracy":null},"step":"1"}
{"metric":"accuracy","value":" nan "}
{"metric":"loss","step":null,"value":"+2e-1"}
)");
  CHECK_FALSE(attempt.report().divergence());
  CHECK(attempt.recorder.metrics["loss"] == Series{{1, 0.5}, {2, 0.2}});
  CHECK(std::isnan(attempt.recorder.metrics["accuracy"].at(0)));
  CHECK(attempt.report().rejected() == 0);
}

TEST_CASE("a real step is taken where it is declared, and else the message says how", "[command]") {
  const TemporaryFolder folder;
  ExperimentSpec spec = fit_spec();
  spec.metrics[1].step = "0.001 epochs";
  spec.metrics[1].step_resolution = 0.001;
  Attempt attempt(folder.path(), 1, spec);
  attempt.say(R"({"metric":"accuracy","step":0.333,"value":1}
{"metric":"accuracy","step":2,"value":2}
{"metric":"loss","step":0.333,"value":1}
{"result":{"accuracy":3}}
)");
  CHECK(attempt.recorder.metrics["accuracy"] == Series{{333, 1}, {2000, 3}});
  CHECK(attempt.recorder.metrics.count("loss") == 0);
  CHECK_THAT(attempt.report().findings().first_refusal,
             Contains("line 3: step 0.333 of metric 'loss' is not an integer; report the count of "
                      "updates as the step, or declare its steps as real: { name = \"loss\", step "
                      "= { unit = \"epochs\", resolution = 0.001 } }"));
}

TEST_CASE("points may come in any order, and two values at one step are a conflict", "[command]") {
  const TemporaryFolder folder;
  Attempt attempt(folder.path(), 1);
  // Four processes report the same hundred steps, one of them in the other order.
  for (int process = 0; process < 4; ++process) {
    for (int i = 0; i < 100; ++i) {
      const int step = process == 3 ? 99 - i : i;
      attempt.say(fmt::format("{{\"metric\":\"loss\",\"step\":{},\"value\":{}}}\n", step, process));
    }
  }
  CHECK(attempt.recorder.metrics["loss"].size() == 100);
  CHECK(attempt.recorder.metrics["loss"][50] == 3);
  CHECK(attempt.report().rejected() == 0);
  const ReportFindings findings = attempt.report().findings();
  CHECK(findings.conflicts == 300);
  CHECK(findings.first_conflict == "metric 'loss' at step 0: 0, then 1");
  CHECK_THAT(attempt.report().rejection(),
             Contains("300 points gave another value at a step that had one") &&
                 Contains("do two processes report one metric?"));
  // The same value again, and a late point, are no conflicts.
  attempt.say("{\"metric\":\"accuracy\",\"step\":5,\"value\":1}\n");
  attempt.say("{\"metric\":\"accuracy\",\"step\":2,\"value\":2}\n");
  attempt.say("{\"metric\":\"accuracy\",\"step\":2,\"value\":2}\n");
  CHECK(attempt.report().findings().conflicts == 300);
  CHECK(attempt.recorder.metrics["accuracy"] == Series{{2, 2}, {5, 1}});
}

TEST_CASE("a diverging metric that is not finite is a divergence", "[command]") {
  const TemporaryFolder folder;
  Attempt attempt(folder.path(), 1);
  attempt.say("{\"metric\":\"accuracy\",\"step\":1,\"value\":NaN}\n");
  CHECK_FALSE(attempt.report().divergence());
  attempt.say(
      "{\"metric\":\"loss\",\"step\":12,\"value\":NaN}\n{\"metric\":\"loss\",\"value\":1}\n");
  CHECK(attempt.report().divergence() == "metric 'loss' was nan at step 12");
}

TEST_CASE("artifacts lie below the trial's folder", "[command]") {
  const TemporaryFolder folder;
  folder.write("out/model.bin", "weights");
  folder.write("../outside", "");
  Attempt attempt(folder.path(), 1);
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "link");
  attempt.say(R"({"artifact":"out/model.bin"}
{"artifact":"./out/../out/model.bin"}
{"artifact":"../outside"}
{"artifact":"/etc/passwd"}
{"artifact":"link"}
{"artifact":"out"}
{"artifact":"nowhere"}
{"artifact":""}
)");
  attempt.report().finish();
  REQUIRE(attempt.recorder.texts["artifact"].size() == 1);
  CHECK(attempt.recorder.texts["artifact"][0] ==
        "{\"path\":\"out/model.bin\",\"bytes\":7,\"sha256\":\"" + sha256_hex("weights") + "\"}");
  CHECK(attempt.report().rejected() == 6);
  std::filesystem::remove(folder.path().parent_path() / "outside");
}

TEST_CASE("a text cannot have the name of the artifacts' records", "[command]") {
  const TemporaryFolder folder;
  folder.write("f", "x");
  Attempt attempt(folder.path(), 1);
  attempt.say(R"({"text":"artifact","step":0,"value":"my own text"}
{"text":"artifacts","step":0,"value":"another"}
{"artifact":"f"}
)");
  attempt.report().finish();
  CHECK(attempt.recorder.texts["artifact"].size() == 1);
  CHECK_THAT(attempt.recorder.texts["artifact"][0], Contains("\"path\":\"f\""));
  CHECK(attempt.recorder.texts["artifacts"][0] == "another");
  CHECK(attempt.report().rejection() ==
        "1 line of its report was rejected: line 1: the name of a text, 'artifact', is "
        "reserved for the files that {\"artifact\": PATH} records; expected another name");
}

TEST_CASE("an attempt that resumes takes over what was reported up to there", "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1);
  first.say(R"({"metric":"loss","step":1,"value":5}
{"text":"sample","value":"early"}
{"metric":"loss","step":2,"value":4}
{"metric":"accuracy","step":2,"value":0.1}
{"metric":"loss","step":3,"value":3}
{"text":"sample","value":"late"}
{"result":{"loss":9}}
{"metric":"lo)");
  Attempt second(folder.path(), 2);
  second.say(
      "{\"progress\":0}\n{\"resumed\":2}\n{\"metric\":\"accuracy\",\"step\":2,\"value\":0.2}\n"
      "{\"metric\":\"loss\",\"step\":3,\"value\":30}\n{\"metric\":\"loss\",\"step\":4,\"value\":40}"
      "\n");
  CHECK(second.recorder.metrics["loss"] == Series{{1, 5}, {2, 4}, {3, 30}, {4, 40}});
  CHECK(second.recorder.metrics["accuracy"] == Series{{2, 0.2}});
  CHECK(second.recorder.texts["sample"] == std::map<std::int64_t, std::string>{{1, "early"}});
  CHECK_FALSE(second.recorder.resumed_after);  // nothing of the first is needed any more
  CHECK(second.recorder.told_again_up_to == 2);
  CHECK_FALSE(second.report().has_result());
  CHECK(second.report().rejected() == 0);

  // A third resumes from the second, which resumed from the first.
  Attempt third(folder.path(), 3);
  third.say("{\"resumed\":3}\n");
  CHECK(third.recorder.metrics["loss"] == Series{{1, 5}, {2, 4}, {3, 30}});
  // A fourth, after one that came nowhere, from where the second was.
  Attempt fourth(folder.path(), 5);
  std::ofstream(report_path(folder.path(), 4)) << "{\"progress\":0}\n";
  fourth.say("{\"resumed\":4}\n{\"metric\":\"loss\",\"value\":50}\n");
  CHECK(fourth.recorder.metrics["loss"] == Series{{1, 5}, {2, 4}, {3, 30}, {4, 40}, {5, 50}});
}

TEST_CASE("a series without steps continues where the checkpoint was", "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1);
  const auto step = [](int i) {
    return fmt::format(
        "{{\"metric\":\"loss\",\"step\":{0},\"value\":{0}}}\n"
        "{{\"metric\":\"accuracy\",\"value\":{0}}}\n",
        i);
  };
  for (int i = 1; i <= 7; ++i) first.say(step(i));
  Attempt second(folder.path(), 2);
  second.say("{\"resumed\":4}\n");
  CHECK(second.recorder.metrics["accuracy"] == Series{{0, 1}, {1, 2}, {2, 3}, {3, 4}});
  for (int i = 5; i <= 6; ++i) second.say(step(i));
  // Another, after one that came nowhere.
  Attempt third(folder.path(), 3);
  third.say("{\"resumed\":5}\n");
  for (int i = 6; i <= 8; ++i) third.say(step(i));
  CHECK(third.recorder.metrics["accuracy"] ==
        Series{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 8}});
  CHECK(third.recorder.metrics["loss"].size() == 8);
  CHECK(third.report().rejected() == 0);
}

TEST_CASE("a series without steps that is ahead of the clock is taken over completely",
          "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1);
  std::string lines;
  Series points;
  for (int i = 1; i <= 4; ++i) {
    for (int k = 0; k < 3; ++k) {
      points[static_cast<std::int64_t>(points.size())] = i;
      lines += fmt::format("{{\"metric\":\"accuracy\",\"value\":{}}}\n", i);
    }
    lines += fmt::format("{{\"text\":\"sample\",\"value\":\"{}\"}}\n", i);
    lines += fmt::format("{{\"metric\":\"loss\",\"step\":{0},\"value\":{0}}}\n", i);
  }
  first.say(lines);
  Attempt second(folder.path(), 2);
  second.say("{\"resumed\":4}\n");
  CHECK(second.recorder.metrics == first.recorder.metrics);
  CHECK(second.recorder.metrics["accuracy"] == points);
  CHECK(second.recorder.texts == first.recorder.texts);
  // Its count does not tell how far the first attempt came; an undeclared metric with steps
  // does, for they count the clock.
  Attempt beyond(folder.path(), 3);
  beyond.say("{\"resumed\":6}\n");
  CHECK(beyond.recorder.resumed_after == 6);
  first.say("{\"metric\":\"speed\",\"step\":9,\"value\":1}\n");
  Attempt reached(folder.path(), 3);
  reached.say("{\"resumed\":6}\n");
  CHECK_FALSE(reached.recorder.resumed_after);
}

TEST_CASE("where no series says steps, their counts are the checkpoint's clock", "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1);
  for (const char* metric : {"loss", "accuracy"}) {
    for (int i = 0; i < 4; ++i) {
      first.say(fmt::format("{{\"metric\":\"{}\",\"value\":{}}}\n", metric, i));
    }
  }
  Attempt second(folder.path(), 2);
  second.say("{\"resumed\":1}\n{\"metric\":\"loss\",\"value\":7}\n");
  CHECK(second.recorder.metrics["loss"] == Series{{0, 0}, {1, 1}, {2, 7}});
  CHECK(second.recorder.metrics["accuracy"] == Series{{0, 0}, {1, 1}});
}

TEST_CASE("a line that its own attempt rejected is not taken over", "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1);
  first.say(R"({"metric":"accuracy","step":1,"value":1}
{"metric":"accuracy","step":9,"value":9}
{"metric":"accuracy","step":0.5,"value":3}
{"metric":"accuracy","value":10}
)");
  CHECK(first.report().rejected() == 1);
  Attempt second(folder.path(), 2);
  second.say("{\"resumed\":4}\n");
  CHECK(second.recorder.metrics["accuracy"] == Series{{1, 1}});
}

TEST_CASE("where no report reaches the checkpoint, earlier attempts keep their share",
          "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1);
  first.say("{\"metric\":\"loss\",\"step\":1,\"value\":5}\n");
  Attempt second(folder.path(), 2);
  second.say(
      "{\"resumed\":7}\n{\"metric\":\"loss\",\"step\":7,\"value\":1}\n"
      "{\"metric\":\"loss\",\"value\":2}\n{\"resumed\":7}\n");
  CHECK(second.recorder.resumed_after == 7);
  CHECK(second.recorder.metrics["loss"] == Series{{8, 2}});
  CHECK(second.report().rejection() ==
        "2 lines of its report were rejected, the first: line 2: step 7 of metric 'loss' is "
        "not beyond 7, the step that the attempt resumed after");
}

TEST_CASE("a metrics file is followed while it grows", "[command]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics";
  FollowedFile file(path);
  std::string bytes;
  CHECK_FALSE(file.read_more(bytes, 100));
  folder.write("metrics", "abc");
  CHECK_FALSE(file.read_more(bytes, 100));
  std::ofstream(path, std::ios::app) << "defgh";
  CHECK(file.read_more(bytes, 3));
  CHECK_FALSE(file.read_more(bytes, 3));
  CHECK(bytes == "abcdefgh");
  std::filesystem::resize_file(path, 2);
  CHECK_THROWS_WITH(file.read_more(bytes, 9), Contains("has become shorter: 2 bytes instead of 8"));
  std::ofstream(path, std::ios::app) << "X";
  file.read_more(bytes, 9);
  CHECK(bytes == "abcdefgh\nabX");  // another line now
  std::filesystem::create_symlink("/dev/zero", folder.path() / "link");
  CHECK_THROWS_AS(FollowedFile(folder.path() / "link").read_more(bytes, 9), Error);
  CHECK_THROWS_WITH(FollowedFile(folder.path()).read_more(bytes, 9),
                    Contains("is not a regular file"));
}

TEST_CASE("a metrics file that is rewritten loses nothing that can still be read", "[command]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "metrics";
  FollowedFile file(path);
  std::string bytes;
  const auto write = [&](const std::string& text, std::ios::openmode mode) {
    std::ofstream(path, mode) << text;
  };
  const auto read = [&] {
    while (file.read_more(bytes, 3)) {
    }
    return std::exchange(bytes, "");
  };
  write("1\n2\n", std::ios::trunc);
  CHECK(read() == "1\n2\n");
  // Written again with what it had: only what is new is given.
  write("1\n2\n3\n", std::ios::trunc);
  CHECK(read() == "3\n");
  write("1\n", std::ios::trunc);
  CHECK_THROWS_WITH(read(), Contains("has become shorter: 2 bytes instead of 6"));
  CHECK(read().empty());
  write("2\n3\n4\n", std::ios::app);
  CHECK(read() == "4\n");
  // As long as before, or longer, with another content.
  write("1\n5\n6\n7\n", std::ios::trunc);
  CHECK_THROWS_WITH(read(), "metrics was overwritten; programs must open it for appending");
  CHECK(read() == "5\n6\n7\n");
  // Replaced, by a file with the same lines and more, and by one without them.
  write("8\n", std::ios::app);
  folder.write("new", "1\n5\n6\n7\n8\n9\n");
  std::filesystem::rename(folder.path() / "new", path);
  CHECK_THROWS_WITH(read(),
                    "metrics was replaced by another file; programs must open it for "
                    "appending");
  CHECK(std::exchange(bytes, "") == "8\n");
  CHECK(read() == "9\n");
  write("cut", std::ios::app);
  CHECK(read() == "cut");
  folder.write("new", "10\n");
  std::filesystem::rename(folder.path() / "new", path);
  CHECK_THROWS_WITH(read(), Contains("was replaced by another file"));
  CHECK(read() == "\n10\n");
  // Removed, and made again.
  write("11\n", std::ios::app);
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(read(), "metrics was removed; programs must append to it");
  CHECK(std::exchange(bytes, "") == "11\n");
  CHECK(read().empty());
  write("12\n", std::ios::app);
  CHECK_THROWS_WITH(read(), Contains("was replaced by another file"));
  CHECK(read() == "12\n");
}

TEST_CASE("a long metrics file that becomes shorter is read on at its new end", "[command]") {
  const TemporaryFolder folder;
  const std::string line(999, 'x');
  const auto path = folder.path() / "metrics";
  FollowedFile file(path);
  std::string bytes;
  std::string all;
  for (int i = 0; i < 2000; ++i) all += line + "\n";
  folder.write("metrics", all);
  CHECK_FALSE(file.read_more(bytes, 4'000'000));
  CHECK(bytes == all);
  std::filesystem::resize_file(path, 1'500'000);
  CHECK_THROWS_WITH(file.read_more(bytes, 9), Contains("has become shorter: 1500000"));
  std::ofstream(path, std::ios::app) << "new\n";
  bytes.clear();
  file.read_more(bytes, 100);
  file.read_more(bytes, 100);
  CHECK_THAT(bytes, Contains("new\n"));
  CHECK(bytes.size() < 10);
}

TEST_CASE("a resumed program's evaluation counter is not compared with its update counter",
          "[command]") {
  const TemporaryFolder folder;
  Attempt second(folder.path(), 2, evaluating_spec());  // the first one's report is lost
  second.say(R"({"resumed":40}
{"metric":"accuracy","step":5,"value":0.5}
{"metric":"loss","step":41,"value":1}
{"metric":"accuracy","step":6,"value":0.75}
{"metric":"loss","step":40,"value":2}
{"result":{"accuracy":0.875,"loss":0.5}}
)");
  CHECK(second.recorder.resumed_after == 40);
  CHECK(second.recorder.metrics.at("accuracy") == Series{{5, 0.5}, {6, 0.875}});
  CHECK(second.recorder.metrics.at("loss") == Series{{41, 0.5}});
  CHECK(second.report().rejected() == 1);
  CHECK(second.report().points_refused() == 1);
}

TEST_CASE("a series with its own clock is taken over up to the checkpoint", "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1, evaluating_spec());
  for (int i = 1; i <= 4; ++i) {
    first.say(fmt::format(R"({{"metric":"loss","step":{},"value":{}}}
{{"metric":"accuracy","step":{},"value":{}}}
)",
                          10 * i, i, i, i));
  }
  Attempt second(folder.path(), 2, evaluating_spec());
  second.say("{\"resumed\":20}\n");
  // The third evaluation came after the first update beyond the checkpoint.
  CHECK(second.recorder.metrics.at("accuracy") == Series{{1, 1}, {2, 2}});
  CHECK(second.recorder.metrics.at("loss") == Series{{10, 1}, {20, 2}});
  CHECK_FALSE(second.recorder.resumed_after);
  // The second evaluation may have come after the checkpoint: it may be repeated.
  second.say(R"({"metric":"accuracy","step":2,"value":7}
{"metric":"accuracy","step":3,"value":8}
{"metric":"accuracy","step":2,"value":9}
)");
  CHECK(second.recorder.metrics.at("accuracy") == Series{{1, 1}, {2, 9}, {3, 8}});
  CHECK(second.report().rejected() == 0);
  CHECK(second.report().findings().conflicts == 1);
}

TEST_CASE("a series with its own clock is kept when no report reaches the checkpoint",
          "[command]") {
  const TemporaryFolder folder;
  Attempt first(folder.path(), 1, evaluating_spec());
  first.say(R"({"metric":"accuracy","step":1,"value":1}
{"metric":"accuracy","step":2,"value":2}
)");
  Attempt second(folder.path(), 2, evaluating_spec());
  second.say(R"({"resumed":40}
{"metric":"accuracy","step":3,"value":3}
)");
  Attempt third(folder.path(), 3, evaluating_spec());
  third.say(R"({"resumed":60}
{"metric":"accuracy","step":4,"value":4}
)");
  CHECK(third.recorder.resumed_after == 60);
  CHECK(third.recorder.metrics.at("accuracy") == Series{{1, 1}, {2, 2}, {3, 3}, {4, 4}});
  // One that starts from nothing takes nothing over, nor do those after it.
  Attempt fourth(folder.path(), 4, evaluating_spec());
  fourth.say("{\"metric\":\"accuracy\",\"step\":1,\"value\":10}\n");
  Attempt fifth(folder.path(), 5, evaluating_spec());
  fifth.say("{\"resumed\":20}\n");
  CHECK(fifth.recorder.metrics.at("accuracy") == Series{{1, 10}});
}

}  // namespace polysweep
