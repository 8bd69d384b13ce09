#include "runners/cluster/cluster_file.h"

#include <stdexcept>

#include "framework/core/error.h"
#include "runners/cluster/pilot_supply.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::string message_of(const std::string& text) {
  try {
    parse_cluster(text, "gpu.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += word + "\n";
  return out;
}

}  // namespace

TEST_CASE("a cluster file says what a pilot asks of Slurm", "[cluster_file]") {
  const ClusterSpec spec = parse_cluster(R"(
partition = ["gpu", "short"]
account = "lab-7"
qos = "normal"
time = "1-02:30:00"
cpus = 8
gpus = "a100:2"
memory = "64G"
pilots = 12
slots = 3
warning = 120
options = ["--constraint=nvme"]
before = ["module load cuda", "export A='b c'"]
container = ["apptainer", "exec", "my image.sif"]
database = "/local/$USER"
)",
                                         "/x/gpu.toml");
  CHECK(spec.name == "gpu");
  CHECK(spec.time_s == 26 * 3600 + 1800);
  CHECK(spec.gpus == 2);
  CHECK(spec.trials_at_once() == 6);
  CHECK(joined(pilot_options(spec, "/shared/store", "/shared/100%/j.log", "j", {"n1", "n2"})) ==
        "--job-name=j\n--output=/shared/100%%/j.log\n--open-mode=append\n--chdir=/shared/store\n"
        "--requeue\n--signal=B:USR1@120\n--nodes=1\n--ntasks=1\n--cpus-per-task=8\n"
        "--gres=gpu:a100:2\n--mem=64G\n--time=1-02:30:00\n--partition=gpu,short\n"
        "--account=lab-7\n--qos=normal\n--exclude=n1,n2\n--constraint=nvme\n");
}

TEST_CASE("nothing reaches the script of a pilot but quoted", "[cluster_file]") {
  const ClusterSpec spec = parse_cluster(
      "time = \"00:10:00\"\ncontainer = [\"run it\"]\nbefore = [\"module load x\"]", "c.toml");
  SubmissionRecord record;
  record.program = "/opt/it's/polysweep";
  record.arguments = {"--data", "$(rm -rf /)"};
  CHECK(pilot_script(spec, record, "/a b", "toy", "job-1") ==
        "#!/bin/bash\n# A pilot of sweep toy, written by polysweep.\nmodule load x\n"
        "exec 'run it' '/opt/it'\\''s/polysweep' 'pilot' '--store' '/a b' '--sweep' 'toy' '--job' "
        "'job-1' '--warning' '60' --time-left $((600 - SECONDS)) '--data' '$(rm -rf /)'\n");
}

TEST_CASE("faults of a cluster file have their place, and what was expected", "[cluster_file]") {
  CHECK(message_of("partiton = \"gpu\"") ==
        "gpu.toml:1:1: unknown key of a cluster file 'partiton' (did you mean 'partition'?)");
  CHECK(message_of("\ncpus = 0") ==
        "gpu.toml:2:8: 'cpus' is 0; expected an integer from 1 to 65536");
  CHECK_THAT(message_of("cpus = \"8\""), Contains("gpu.toml:1:8: 'cpus' is a text"));
  CHECK_THAT(message_of("gpus = \"two\""), Contains("expected a number, or \"TYPE:NUMBER\""));
  CHECK_THAT(message_of("memory = \"64\""), Contains("expected a size as \"64G\""));
  CHECK_THAT(message_of("memory = \"0G\""), Contains("expected a size as \"64G\""));
  CHECK_THAT(message_of("time = \"4 hours\""), Contains("HOURS:MINUTES:SECONDS"));
  CHECK_THAT(message_of("time = \"00:00:00\""), Contains("HOURS:MINUTES:SECONDS"));
  CHECK_THAT(message_of("time = \"00:01:00\"\nwarning = 90"),
             Contains("gpu.toml:2:11: 'warning' is 90 s and the 'time' of a pilot 60 s"));
  CHECK_THAT(message_of("partition = \"gpu --uid=0\""), Contains("expected letters, digits"));
  CHECK_THAT(message_of("account = \"-x\""), Contains("expected letters, digits"));
  CHECK_THAT(message_of("before = [\"a\\nb\"]"), Contains("control character"));
  CHECK_THAT(message_of("options = [\"-p gpu\"]"), Contains("not an option of sbatch"));
  CHECK_THAT(message_of("options = [\"--outp=x\"]"), Contains("is set by polysweep"));
  CHECK_THAT(message_of("pilots = 2.5"), Contains("expected an integer from 1 to 10000"));
}

TEST_CASE("times are read as Slurm reads them", "[cluster_file]") {
  CHECK(slurm_seconds("90") == 5400);
  CHECK(slurm_seconds("90:30") == 5430);
  CHECK(slurm_seconds("1:30:00") == 5400);
  CHECK(slurm_seconds("2-12") == 216000);
  CHECK(slurm_seconds("2-12:30") == 217800);
  CHECK(slurm_seconds("0-00:00:05") == 5);
  for (const char* text : {"", "x", "1:2:3:4", "-1", "1-", "1--2", "1:-2", "UNLIMITED"}) {
    CAPTURE(text);
    CHECK(slurm_seconds(text) == -1);
  }
  CHECK(slurm_time(93784) == "1-02:03:04");
}

TEST_CASE("what squeue prints of other jobs does not matter", "[cluster_file]") {
  const std::vector<SlurmJob> jobs = parse_queue(
      "12|RUNNING|59:58|node1|None|polysweep-toy-1\n"
      "13|PENDING|1:00:00||Resources|a|b\n"
      "a name\nwith|lines|1|2|3|4\n\n"
      "14|PENDING|1:00:00||QOSMaxJobsPerUserLimit|polysweep-toy-2");
  REQUIRE(jobs.size() == 3);
  CHECK(jobs[0].node == "node1");
  CHECK(jobs[1].name == "a|b");
  CHECK(jobs[2].name == "polysweep-toy-2");
  CHECK(jobs[2].reason == "QOSMaxJobsPerUserLimit");
}

TEST_CASE("job names are unique and plain", "[cluster_file]") {
  const std::string one = new_job_name("My_Sweep.2");
  CHECK(one.starts_with("polysweep-my-sweep-2-"));
  CHECK(one != new_job_name("My_Sweep.2"));
  CHECK(one.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
  CHECK(new_pilot_name() != new_pilot_name());
}

}  // namespace polysweep
