// Metrics where scripts write them, with real programs: over attempts, each point once.
#include "runners/command/metric_capture.h"

#include <cmath>

#include "framework/core/error.h"
#include "framework/core/tfrecord.h"
#include "runners/command/event_record.h"
#include "tests/runners/script_trial.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

using Series = std::map<std::int64_t, double>;

// Writes event files as TensorBoard's writers do, without them.
const std::string kEventWriter = R"(
import os, struct, sys
TABLE = []
for i in range(256):
    for _ in range(8):
        i = (i >> 1) ^ (0x82F63B78 if i & 1 else 0)
    TABLE.append(i)
def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xa282ead8) & 0xFFFFFFFF
def varint(n):
    out = b''
    while n > 127:
        out += bytes([n & 127 | 128]); n >>= 7
    return out + bytes([n])
def field(number, data): return varint(number << 3 | 2) + varint(len(data)) + data
def simple(tag, value): return field(1, tag.encode()) + b'\x15' + struct.pack('<f', value)
def tensor(tag, value):
    return field(1, tag.encode()) + field(8, b'\x08\x01' + field(5, struct.pack('<f', value)))
def event(step, *values):
    body = b'\x09' + struct.pack('<d', 1.0) + b'\x10' + varint(step)
    return body + field(5, b''.join(field(1, value) for value in values))
class Writer:
    def __init__(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.file = open(path, 'ab')
        self.record(b'\x09' + struct.pack('<d', 1.0) + field(3, b'brain.Event:2'))
    def record(self, data):
        head = struct.pack('<Q', len(data))
        for part in (head, data):
            self.file.write(part + struct.pack('<I', masked(part)))
        self.file.flush()
)";

// A trial that runs a Python program.
struct PythonTrial : ScriptTrial {
  explicit PythonTrial(const std::string& program) : ScriptTrial("exec python3 program.py") {
    folder.write("program.py", program);
  }
};

}  // namespace

TEST_CASE("what a program prints is captured, without a line of its own for polysweep",
          "[capture]") {
  ScriptTrial trial(
      "for i in 1 2 3; do printf ' %s0%%\\repoch %s loss 0.%s acc 1\\r' $i $i $i; done; "
      "echo 'epoch 4 loss 0.25 acc 2' >&2");
  trial.spec.command->capture.output_patterns = {
      "epoch (?P<step>\\d+) loss (?P<loss>\\S+) acc (?P<acc>\\S+)"};
  const AttemptResult result = trial.run();
  INFO(result.message);
  CHECK(result.outcome == Outcome::kDone);
  CHECK(result.message.empty());
  CHECK(trial.recorder.metrics["loss"] == Series{{1, 0.1}, {2, 0.2}, {3, 0.3}, {4, 0.25}});
  CHECK(trial.recorder.metrics["acc"] == Series{{1, 1}, {2, 1}, {3, 1}, {4, 2}});
  CHECK(result.findings.undeclared == std::vector<std::string>{"acc"});
  CHECK_FALSE(fs::exists(captured_path(trial.trial_folder(), 1)));
}

TEST_CASE("a program that resumes without a word about it keeps its captured points", "[capture]") {
  // Counts to 6, its state is the step. The first attempt comes to 4 after the checkpoint
  // of 3; the second one prints other values, so that it shows whose points they are.
  const std::string script = R"(
state="$POLYSWEEP_CHECKPOINT_FOLDER/step"; step=0
[ -f "$state" ] && step=$(cat "$state")
while [ $step -lt 6 ]; do
  step=$((step + 1))
  echo "step $step loss $POLYSWEEP_ATTEMPT$step"
  if [ $step = 4 ] && [ $POLYSWEEP_ATTEMPT = 1 ]; then exit 75; fi
  [ $step = 3 ] && echo $step > "$state"
done
exit 0
)";
  ScriptTrial trial(script);
  trial.spec.command->capture.output_patterns = {"step (?P<step>\\d+) loss (?P<loss>\\S+)"};
  CHECK(trial.run().outcome == Outcome::kPreempted);
  CHECK(trial.recorder.metrics["loss"].size() == 4);
  AttemptResult result = trial.run_again();
  INFO(result.message);
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"] ==
        Series{{1, 11}, {2, 12}, {3, 13}, {4, 24}, {5, 25}, {6, 26}});
  CHECK(result.findings == ReportFindings());
  // One that starts from nothing takes nothing over.
  fs::remove(trial.trial_folder() / "checkpoint" / "step");
  result = trial.run_again();
  CHECK(trial.recorder.metrics["loss"] ==
        Series{{1, 31}, {2, 32}, {3, 33}, {4, 34}, {5, 35}, {6, 36}});
  // And one that says itself after which step it resumes is believed.
  trial.parameters.set("script", Value(std::string("echo resumed after 2; echo step 5 loss 9")));
  trial.spec.command->capture.output_patterns.push_back("resumed after (?P<resumed>\\d+)");
  trial.run_again();
  CHECK(trial.recorder.metrics["loss"] == Series{{1, 31}, {2, 32}, {5, 9}});
}

TEST_CASE("a program that reports its resumption and prints its points is heard in that order",
          "[capture]") {
  ScriptTrial trial("say '{\"resumed\":10}'; echo step 11 loss 1");
  trial.spec.command->capture.output_patterns = {"step (?P<step>\\d+) loss (?P<loss>\\S+)"};
  trial.assignment.attempt = 2;
  const AttemptResult result = trial.run();
  CHECK(result.message.empty());
  CHECK(trial.recorder.resumed_after == 10);
  CHECK(trial.recorder.metrics["loss"] == Series{{11, 1}});
}

TEST_CASE("CSV files are followed, with what loggers do to them", "[capture]") {
  CHECK(csv_fields("a,\"b,\"\"c\",,1.5\r") == std::vector<std::string>{"a", "b,\"c", "", "1.5"});
  // As CSVLogger of Lightning: a column more, and the file is written again.
  PythonTrial trial(R"(
import os, time
path = os.path.join(os.environ['POLYSWEEP_TRIAL_FOLDER'], 'logs/version_0/metrics.csv')
os.makedirs(os.path.dirname(path))
with open(path, 'w') as file:
    file.write('epoch,step,loss,val_loss\n0,9,0.5,\n')
    file.flush(); time.sleep(0.7)
    file.write('0,9,,0.75\n1,19,0.25,\n')
time.sleep(0.7)
with open(path, 'w') as file:
    file.write('epoch,step,loss,val_loss,lr\n0,9,0.5,,\n0,9,,0.75,\n1,19,0.25,,\n')
    file.write('1,19,,nan,0.1\nx,29,low,,\n1,2\n')
)");
  trial.spec.command->capture.csv = "logs/*/metrics.csv";
  const AttemptResult result = trial.run();
  INFO(result.message);
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"] == Series{{9, 0.5}, {19, 0.25}});
  CHECK(trial.recorder.metrics["val_loss"].at(9) == 0.75);
  CHECK(std::isnan(trial.recorder.metrics["val_loss"].at(19)));
  CHECK(trial.recorder.metrics["epoch"] == Series{{9, 0}, {19, 1}});
  CHECK(trial.recorder.metrics["lr"] == Series{{19, 0.1}});
  CHECK(result.findings.conflicts == 0);
  CHECK(result.points_refused == 3);
  CHECK_THAT(result.findings.first_refusal,
             Contains("metrics.csv, line 6: the value of metric 'epoch' is 'x'"));
  CHECK_THAT(result.message, Contains("2 lines of its report were rejected"));
}

TEST_CASE("a CSV file of pandas has an index without a name, and a link to nothing is no end",
          "[capture]") {
  PythonTrial trial(R"(
import os
folder = os.path.join(os.environ['POLYSWEEP_TRIAL_FOLDER'], 'logs')
os.makedirs(folder + '/a')
os.symlink('/nowhere', folder + '/a/a.csv')
with open(folder + '/a/b.csv', 'wb') as file:
    file.write(b',step,loss,bad\xff\n0,5,0.5,1\n1,6,0.25,2\n')
)");
  trial.spec.command->capture.csv = "logs/*/*.csv";
  const AttemptResult result = trial.run();
  INFO(result.message);
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"] == Series{{5, 0.5}, {6, 0.25}});
  CHECK(trial.recorder.metrics.size() == 1);
  CHECK_THAT(result.findings.first_refusal, Contains("the name of a metric is not UTF-8"));
}

TEST_CASE("a CSV file that the next attempt continues gives each point once", "[capture]") {
  // As CSVLogger of Keras with append=True; the checkpoint is of epoch 1.
  ScriptTrial trial(R"(
f="$POLYSWEEP_TRIAL_FOLDER/log.csv"
if [ $POLYSWEEP_ATTEMPT = 1 ]; then
  printf 'epoch,loss\n0,10\n1,11\n2,12\n' > "$f"; exit 75
fi
printf '2,22\n3,23\n' >> "$f"
)");
  trial.spec.command->capture.csv = "log.csv";
  CHECK(trial.run().outcome == Outcome::kPreempted);
  const AttemptResult result = trial.run_again();
  INFO(result.message);
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"] == Series{{0, 10}, {1, 11}, {2, 22}, {3, 23}});
  CHECK(result.findings.conflicts == 0);
}

TEST_CASE("event files are followed, and their tags are metrics", "[capture]") {
  PythonTrial trial(kEventWriter + R"(
folder = os.environ['POLYSWEEP_TRIAL_FOLDER'] + '/runs'
first = Writer(folder + '/a/events.out.tfevents.1.host')
for step in range(3):
    first.record(event(step, simple('loss', 2.0 - step), tensor('acc/top 1', step / 4)))
first.record(event(3, field(1, b'image') + field(4, b'\x08\x01')))   # no scalar
first.record(event(1, simple('pad', 0.0), field(1, b'x' * 3000000)))  # too long for one
first.record(event(4, simple('loss', 9.0)))
validation = Writer(folder + '/validation/events.out.tfevents.2.host')
validation.record(event(1, tensor('epoch_loss', 0.5)))
validation.file.write(struct.pack('<Q', 40)); validation.file.flush()  # cut
)");
  trial.spec.command->capture.tensorboard = "runs";
  const AttemptResult result = trial.run();
  INFO(result.message << trial.log());
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"] == Series{{0, 2}, {1, 1}, {2, 0}, {4, 9}});
  CHECK(trial.recorder.metrics["acc/top 1"] == Series{{0, 0}, {1, 0.25}, {2, 0.5}});
  CHECK(trial.recorder.metrics["validation/epoch_loss"] == Series{{1, 0.5}});
  CHECK(result.points_refused == 1);
  CHECK_THAT(result.findings.first_refusal,
             Contains("events.out.tfevents.2.host, record 3 at byte ") &&
                 Contains("the file ends within it"));
}

TEST_CASE("a damaged event file costs what follows the damage", "[capture]") {
  const TemporaryFolder folder;
  const std::string record = tfrecord(std::string("\x10\x05\x2a\x0b\x0a\x09\x0a\x02lr\x15", 11) +
                                      std::string("\x00\x00\x00\x3f", 4));
  const EventScalars scalars = read_event_record(record.substr(12, record.size() - 16));
  CHECK(scalars.step == 5);
  CHECK(scalars.values == std::vector<std::pair<std::string, double>>{{"lr", 0.5}});
  for (std::size_t cut = 0; cut < record.size() - 16; ++cut) {
    try {
      read_event_record(record.substr(12, cut));
    } catch (const Error&) {
    }
  }
  std::string damaged = record;
  damaged[20] = 'x';
  folder.write("events.out.tfevents.1", record + damaged + record);
  std::vector<std::string> found;
  EventFileCapture capture(
      folder.path(), {}, [&](const ReportedItem& item, const ReportedWhere& where) {
        const auto& metrics = std::get<ReportedMetrics>(item);
        found.push_back(metrics.refused.empty() ? report_line(item)
                                                : where() + ": " + metrics.refused[0]);
      });
  capture.follow();
  capture.finish();
  CHECK(found == std::vector<std::string>{
                     R"({"metrics":{"lr":0.5},"step":5})",
                     fmt::format("events.out.tfevents.1, record 2 at byte {}: its checksum does "
                                 "not agree with it, and what follows is not read",
                                 record.size())});
}

TEST_CASE("a capture that found nothing is named when the program ends", "[capture]") {
  ScriptTrial trial("echo loss 1");
  trial.spec.command->capture.output_patterns = {"loss (?P<loss>\\S+)", "acc (?P<acc>\\S+)"};
  trial.spec.command->capture.csv = "m.csv";
  trial.spec.command->capture.tensorboard = "runs";
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kDone);
  CHECK(result.findings.unmatched ==
        std::vector<std::string>{"stdout 'acc (?P<acc>\\S+)'",
                                 "tensorboard 'runs' in the trial's folder",
                                 "csv 'm.csv' in the trial's folder"});
  CHECK_THAT(result.message, Contains("[capture] found nothing for stdout 'acc"));
}

TEST_CASE("a metric that is not declared ends the trial where the sweep says so", "[command]") {
  ScriptTrial trial("say '{\"metric\":\"lss\",\"value\":1}'; sleep 1000");
  trial.spec.command->undeclared = Undeclared::kError;
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kError);
  CHECK_THAT(result.message, Contains("it reported an unknown metric 'lss'"));
}

TEST_CASE("two processes that report one metric are told of", "[command]") {
  ScriptTrial trial(
      "for rank in 1 2; do (for i in 1 2 3; do say \"{\\\"metric\\\":\\\"loss\\\",\\\"step\\\":$i,"
      "\\\"value\\\":$rank}\"; done) & done; wait");
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"].size() == 3);
  CHECK(result.findings.conflicts >= 3);
  CHECK_THAT(result.message, Contains("do two processes report one metric?"));
}

}  // namespace polysweep
