// TensorBoard event files: a run per trial, TARGET/<12 digits of its id>.
//
// A file is a sequence of records (framework/core/tfrecord.h). Each is an Event in
// Protocol Buffers' wire form (tensorflow/core/util/event.proto, framework/
// summary.proto; tensorboard/plugins/hparams/plugin_data.proto). Scalars are
// 32-bit floats there. The time of a single point is unknown: all points have the
// start time of the counted attempt.
#include <bit>

#include "framework/core/bytes.h"
#include "framework/core/error.h"
#include "framework/core/tfrecord.h"
#include "results/export/export_folder.h"
#include "results/export/exporter.h"

namespace polysweep {
namespace {

// Builds one message.
class Message {
 public:
  Message& integer(int field, std::int64_t value) {
    out_.varint(key(field, 0));
    out_.varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& real(int field, double value) {
    out_.varint(key(field, 1));
    out_.f64(value);
    return *this;
  }
  Message& single(int field, float value) {
    out_.varint(key(field, 5));
    out_.u32_fixed(std::bit_cast<std::uint32_t>(value));
    return *this;
  }
  Message& bytes(int field, std::string_view value) {
    out_.varint(key(field, 2));
    out_.text(value);
    return *this;
  }
  Message& message(int field, const Message& value) { return bytes(field, value.out_.bytes()); }
  const std::string& text() const { return out_.bytes(); }

 private:
  static std::uint64_t key(int field, int wire) {
    return static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire);
  }
  ByteWriter out_;
};

Message plugin_data(std::string_view plugin, std::string_view content) {
  Message data;
  data.bytes(1, plugin);
  if (!content.empty()) data.bytes(2, content);
  return Message().message(1, data);
}

// Event.summary with one value.
Message event(double wall_time_s, std::int64_t step, const Message& value) {
  return Message().real(1, wall_time_s).integer(2, step).message(5, Message().message(1, value));
}

constexpr int kStringType = 7;  // DT_STRING

Message text_tensor(std::string_view text) {
  return Message().integer(1, kStringType).message(2, Message()).bytes(8, text);
}

// google.protobuf.Value.
Message value_message(const Value& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      return Message().integer(4, value.boolean() ? 1 : 0);
    case ValueType::kInteger:
    case ValueType::kReal:
      return Message().real(2, value.real());
    case ValueType::kText:
    case ValueType::kStructured:
    case ValueType::kAbsent:
      return Message().bytes(3, value.display());
  }
  check(false, "a value has one of six types");
  return {};
}

class TensorboardExporter : public Exporter {
 public:
  explicit TensorboardExporter(const ExportRequest& request) : folder_(request.place) {}

  void add(const ExportedTrial& trial) override;
  void finish() override { folder_.finish(); }

 private:
  ExportFolder folder_;
};

// For the HParams page: the parameters, and the final status.
Message session_start(const TrialRecord& trial, double time_s) {
  Message info;
  for (const auto& [name, value] : trial.parameters) {
    info.message(1, Message().bytes(1, name).message(2, value_message(value)));
  }
  info.real(5, time_s);
  const Message content = Message().integer(1, 0).message(3, info);
  return Message()
      .bytes(1, "_hparams_/session_start_info")
      .message(9, plugin_data("hparams", content.text()));
}

Message session_end(const TrialRecord& trial, double time_s) {
  constexpr int kUnknown = 0, kSuccess = 1, kFailure = 2, kRunning = 3;
  const int status = trial.state == TrialState::kDone      ? kSuccess
                     : trial.state == TrialState::kRunning ? kRunning
                     : trial.state == TrialState::kPending ? kUnknown
                                                           : kFailure;
  const Message content =
      Message().integer(1, 0).message(4, Message().integer(1, status).real(2, time_s));
  return Message()
      .bytes(1, "_hparams_/session_end_info")
      .message(9, plugin_data("hparams", content.text()));
}

void TensorboardExporter::add(const ExportedTrial& trial) {
  double started_s = 0;
  double finished_s = 0;
  for (const AttemptRecord& each : trial.record.attempts) {
    if (!each.counted) continue;
    started_s = static_cast<double>(each.started_us) / 1e6;
    finished_s = static_cast<double>(each.finished_us) / 1e6;
  }
  const std::filesystem::path run = folder_.path() / trial.record.id.brief();
  make_folder(run);
  OutputFile file(run / fmt::format("events.out.tfevents.{:010}.polysweep",
                                    static_cast<std::int64_t>(started_s)));
  file.write(tfrecord(Message().real(1, started_s).bytes(3, "brain.Event:2").text()));
  file.write(tfrecord(event(started_s, 0, session_start(trial.record, started_s)).text()));
  for (const ExportedSeries& series : trial.series) {
    for (const CurvePoint& point : series.points) {
      const Message value =
          Message().bytes(1, series.metric).single(2, static_cast<float>(point.value));
      file.write(tfrecord(event(started_s, point.step, value).text()));
    }
  }
  for (const TextEntry& text : trial.record.texts) {
    const Message value = Message()
                              .bytes(1, text.name)
                              .message(8, text_tensor(text.value))
                              .message(9, plugin_data("text", ""));
    file.write(tfrecord(event(started_s, text.step, value).text()));
  }
  file.write(tfrecord(event(finished_s, 0, session_end(trial.record, finished_s)).text()));
  file.close();
}

}  // namespace

std::unique_ptr<Exporter> tensorboard_exporter(const ExportRequest& request) {
  return std::make_unique<TensorboardExporter>(request);
}

}  // namespace polysweep
