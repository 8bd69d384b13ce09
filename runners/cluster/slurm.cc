#include "runners/cluster/slurm.h"

#include <unistd.h>

#include <array>
#include <string_view>

#include "framework/core/error.h"
#include "runners/process/program_output.h"

extern char** environ;

namespace polysweep {

namespace {

constexpr double kQueue_s = 25;
constexpr double kSubmit_s = 90;
constexpr std::size_t kMostOutput = 64 * 1024 * 1024;

bool is_of_a_job(std::string_view name) {
  if (name == "SLURM_CONF" || name == "SLURM_CLUSTERS") return false;
  return name.starts_with("SLURM_") || name.starts_with("SBATCH_") || name.starts_with("SRUN_") ||
         name.starts_with("SLURMD_") || name.starts_with("SALLOC_");
}

// Of our environment: what a command of Slurm must not see.
std::vector<std::string> clean_words() {
  std::vector<std::string> words = {find_program("env").string()};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (!is_of_a_job(name)) continue;
    words.emplace_back("-u");
    words.emplace_back(name);
  }
  return words;
}

struct Answer {
  bool came = false;
  bool succeeded = false;
  std::string output;
};

Answer ask(const std::string& program, const std::vector<std::string>& arguments, double limit_s) {
  std::vector<std::string> words = clean_words();
  words.push_back(program);
  words.insert(words.end(), arguments.begin(), arguments.end());
  try {
    ProgramResult result = run_program(words, {limit_s, kMostOutput});
    const bool succeeded = result.succeeded();
    while (!result.output.empty() && result.output.back() == '\n') result.output.pop_back();
    return {true, succeeded, std::move(result.output)};
  } catch (const Error& error) {
    return {false, false, error.what()};
  }
}

std::string failure_of(const Answer& answer) { return answer.succeeded ? "" : answer.output; }

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

bool has_slurm_program(const std::string& name) { return !find_program(name).empty(); }

std::vector<SlurmJob> parse_queue(const std::string& output) {
  std::vector<SlurmJob> jobs;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string_view line = std::string_view(output).substr(at, end - at);
    at = end + 1;
    std::array<std::string, 6> fields;
    std::size_t from = 0;
    bool complete = true;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::size_t bar = i + 1 < fields.size() ? line.find('|', from) : line.size();
      complete = complete && bar != std::string_view::npos;
      if (!complete) break;
      fields[i] = line.substr(from, bar - from);
      from = bar + 1;
    }
    const bool has_id = !fields[0].empty() && fields[0][0] >= '0' && fields[0][0] <= '9';
    if (!complete || !has_id || fields[5].empty()) continue;
    jobs.push_back({fields[0], fields[5], fields[1], fields[4], fields[3], fields[2]});
  }
  return jobs;
}

std::optional<std::vector<SlurmJob>> slurm_queue() {
  const Answer answer =
      ask("squeue", {"-h", "-r", "-u", std::to_string(getuid()), "-o", kQueueFormat}, kQueue_s);
  if (!answer.succeeded) return std::nullopt;
  return parse_queue(answer.output);
}

std::string slurm_partitions() {
  const Answer answer = ask("sinfo", {"-o", "%20P %12l %8D %6c %10m %G"}, kQueue_s);
  return answer.succeeded ? answer.output + "\n" : "";
}

SbatchAnswer slurm_submit(const std::vector<std::string>& arguments) {
  const Answer answer = ask("sbatch", with({"--parsable"}, arguments), kSubmit_s);
  if (!answer.succeeded) return {"", answer.output};
  // Warnings may come first; of "ID;CLUSTER" the id.
  const std::size_t line = answer.output.rfind('\n');
  std::string id = line == std::string::npos ? answer.output : answer.output.substr(line + 1);
  id = id.substr(0, id.find(';'));
  const bool is_number = !id.empty() && id.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) return {"", "sbatch printed no job id: " + answer.output};
  return {id, ""};
}

std::string slurm_cancel(const std::vector<std::string>& ids) {
  return ids.empty() ? "" : failure_of(ask("scancel", ids, kQueue_s));
}

std::string slurm_warn(const std::vector<std::string>& ids) {
  return ids.empty() ? "" : failure_of(ask("scancel", with({"-b", "-s", "USR1"}, ids), kQueue_s));
}

}  // namespace polysweep
