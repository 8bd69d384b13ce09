#include "runners/cluster/pilot_folder.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <tuple>

#include "framework/core/error.h"
#include "framework/journal/journal_reader.h"
#include "runners/store/host_name.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSubmissionFile = "submission.json";
constexpr std::string_view kJobEnding = ".job";
constexpr std::string_view kRunEnding = ".pilot";
constexpr std::size_t kNameShown = 24;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Empty for a file that is being replaced on a network file system, or is damaged.
template <typename Record, typename Read>
std::optional<Record> parsed(const std::string& text, Read read) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  try {
    Record record;
    read(json, record);
    return record;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

void read_submission(const Json& json, SubmissionRecord& out) {
  json.at("cluster_file").get_to(out.cluster_file);
  json.at("cluster").get_to(out.cluster);
  json.at("arguments").get_to(out.arguments);
  json.at("program").get_to(out.program);
  json.at("time_us").get_to(out.time_us);
  json.at("most").get_to(out.most);
  json.at("stopped").get_to(out.stopped);
}

void read_job(const Json& json, PilotJob& out) {
  json.at("name").get_to(out.name);
  json.at("id").get_to(out.id);
  json.at("submitted_us").get_to(out.submitted_us);
  json.at("refusal").get_to(out.refusal);
  json.at("answered").get_to(out.answered);
}

void read_run(const Json& json, PilotRun& out) {
  json.at("host").get_to(out.host);
  json.at("job").get_to(out.job);
  json.at("job_id").get_to(out.job_id);
  json.at("node").get_to(out.node);
  json.at("restarts").get_to(out.restarts);
  json.at("pid").get_to(out.pid);
  json.at("started_us").get_to(out.started_us);
  json.at("ended_us").get_to(out.ended_us);
  json.at("end").get_to(out.end);
  json.at("settled").get_to(out.settled);
  json.at("failed").get_to(out.failed);
  json.at("idle").get_to(out.idle);
  json.at("bad_node").get_to(out.bad_node);
}

std::string random_hex(int digits) {
  std::random_device source;
  std::string out;
  while (static_cast<int>(out.size()) < digits) out += fmt::format("{:08x}", source());
  return out.substr(0, static_cast<std::size_t>(digits));
}

}  // namespace

PilotFolder::PilotFolder(FileSystem& files, const std::filesystem::path& store,
                         const std::string& sweep)
    : files_(files), store_(store), folder_(store / "pilots" / sweep) {}

std::uint64_t PilotFolder::settled_by(const PilotRun& run) const {
  if (run.ended_us > 0) return run.settled;
  std::uint64_t settled = 0;
  JournalReader journal(files_, journal_folder(store_, run.host));
  while (const std::optional<JournalRecord> record = journal.next()) {
    const auto* end = std::get_if<AttemptFinished>(&record->event);
    if (end != nullptr && end->final) ++settled;
  }
  return settled;
}

std::filesystem::path PilotFolder::script_path(const std::string& job) const {
  return folder_ / (job + ".sh");
}

std::filesystem::path PilotFolder::log_path(const std::string& job) const {
  return folder_ / (job + ".log");
}

std::string PilotFolder::read(const std::string& name) const {
  std::error_code none;
  if (!std::filesystem::exists(folder_ / name, none)) return "";
  try {
    return files_.read(folder_ / name);
  } catch (const Error&) {
    return "";
  }
}

std::optional<SubmissionRecord> PilotFolder::submission() const {
  return parsed<SubmissionRecord>(read(std::string(kSubmissionFile)), read_submission);
}

std::vector<PilotJob> PilotFolder::jobs() const {
  std::vector<PilotJob> out;
  for (const std::string& name : files_.list(folder_)) {
    if (!name.ends_with(kJobEnding)) continue;
    if (std::optional<PilotJob> job = parsed<PilotJob>(read(name), read_job)) {
      out.push_back(std::move(*job));
    }
  }
  std::sort(out.begin(), out.end(), [](const PilotJob& a, const PilotJob& b) {
    return std::tie(a.submitted_us, a.name) < std::tie(b.submitted_us, b.name);
  });
  return out;
}

std::vector<PilotRun> PilotFolder::runs() const {
  std::vector<PilotRun> out;
  for (const std::string& name : files_.list(folder_)) {
    if (!name.ends_with(kRunEnding)) continue;
    if (std::optional<PilotRun> run = parsed<PilotRun>(read(name), read_run)) {
      out.push_back(std::move(*run));
    }
  }
  std::sort(out.begin(), out.end(), [](const PilotRun& a, const PilotRun& b) {
    return std::tie(a.started_us, a.host) < std::tie(b.started_us, b.host);
  });
  return out;
}

void PilotFolder::write(const SubmissionRecord& record) {
  files_.create_folders(folder_);
  files_.replace(folder_ / kSubmissionFile, text_of({{"cluster_file", record.cluster_file},
                                                     {"cluster", record.cluster},
                                                     {"arguments", record.arguments},
                                                     {"program", record.program},
                                                     {"time_us", record.time_us},
                                                     {"most", record.most},
                                                     {"stopped", record.stopped}}));
}

void PilotFolder::write(const PilotJob& job) {
  check(!job.name.empty(), "a job has a name before it is submitted");
  files_.create_folders(folder_);
  files_.replace(folder_ / (job.name + std::string(kJobEnding)),
                 text_of({{"name", job.name},
                          {"id", job.id},
                          {"submitted_us", job.submitted_us},
                          {"refusal", job.refusal},
                          {"answered", job.answered}}));
}

void PilotFolder::write(const PilotRun& run) {
  check(!run.host.empty(), "a pilot has a journal");
  files_.create_folders(folder_);
  files_.replace(folder_ / (run.host + std::string(kRunEnding)),
                 text_of({{"host", run.host},
                          {"job", run.job},
                          {"job_id", run.job_id},
                          {"node", run.node},
                          {"restarts", run.restarts},
                          {"pid", run.pid},
                          {"started_us", run.started_us},
                          {"ended_us", run.ended_us},
                          {"end", run.end},
                          {"settled", run.settled},
                          {"failed", run.failed},
                          {"idle", run.idle},
                          {"bad_node", run.bad_node}}));
}

std::unique_ptr<FileLock> PilotFolder::try_lock() {
  files_.create_folders(folder_);
  return files_.try_lock(folder_ / "lock",
                         fmt::format("process {} on {}", getpid(), machine_name()));
}

std::string new_job_name(const std::string& sweep) {
  std::string shown;
  for (const char c : sweep.substr(0, kNameShown)) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool is_plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    shown += is_plain ? lower : '-';
  }
  return fmt::format("polysweep-{}-{}", shown, random_hex(12));
}

std::string new_pilot_name() { return "pilot-" + random_hex(16); }

}  // namespace polysweep
