// The scripts of examples/ that know nothing of polysweep: their sweep files are what
// `polysweep init` writes, and run as they stand.
//
// $POLYSWEEP_PYTHON names a Python that has the libraries; python3 otherwise.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

const fs::path kExamples = fs::path(POLYSWEEP_SOURCE_FOLDER) / "examples";

std::string content(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// A copy of one example, in which the command python3 is the Python of the test.
class Example {
 public:
  explicit Example(const std::string& name) : folder_(program_.store().parent_path() / name) {
    fs::copy(kExamples / name, folder_, fs::copy_options::recursive);
    const char* python = std::getenv("POLYSWEEP_PYTHON");
    if (python == nullptr || *python == '\0') return;
    program_.write("bin/python3", std::string("#!/bin/sh\nexec '") + python + "' \"$@\"\n");
    fs::permissions(bin() / "python3", fs::perms::owner_all);
  }

  const PolysweepProgram& program() const { return program_; }
  const fs::path& folder() const { return folder_; }

  CommandEnd shell(const std::string& command) const {
    return run_command({"/bin/sh", "-c",
                        "cd '" + folder_.string() + "' && PATH='" + bin().string() +
                            "':\"$PATH\" && export PATH && " + command});
  }
  CommandEnd polysweep(const std::string& words) const {
    return shell("exec '" + PolysweepProgram::path().string() + "' " + words);
  }
  bool imports(const std::string& modules) const {
    return shell("python3 -c 'import " + modules + "'").status == 0;
  }

 private:
  fs::path bin() const { return program_.store().parent_path() / "bin"; }

  PolysweepProgram program_;
  fs::path folder_;
};

// init writes the sweep file of the example; one trial and all trials run without a change.
void check_example(const Example& example, const std::string& vary, const std::string& metric,
                   std::size_t trials) {
  const std::string committed = content(example.folder() / "train.toml");
  fs::remove(example.folder() / "train.toml");
  const CommandEnd init = example.polysweep("init " + vary + " python3 train.py");
  INFO(init.output << init.error);
  REQUIRE(init.status == 0);
  CHECK(content(example.folder() / "train.toml") == committed);
  const CommandEnd tried = example.polysweep("try train.toml");
  INFO(tried.output << tried.error);
  CHECK(tried.status == 0);
  CHECK_THAT(tried.output, Contains("a report would compare by " + metric));
  const std::string store = " --store '" + example.program().store().string() + "'";
  const CommandEnd run = example.polysweep("run train.toml --strict --quiet" + store);
  INFO(run.output << run.error);
  CHECK(run.status == 0);
  CHECK(example.program().query("SELECT count(*) AS n FROM final_metrics WHERE metric = '" +
                                metric + "'")[0]["n"] == trials);
  // What the script wrote by relative paths did not reach its folder.
  for (const char* made : {"runs", "logs", "outputs", "lightning_logs"}) {
    CHECK_FALSE(fs::exists(example.folder() / made));
  }
}

}  // namespace

TEST_CASE("a script that writes TensorBoard events runs as it is", "[cli][examples]") {
  const Example example("tensorboard");
  if (!example.imports("torch, torch.utils.tensorboard")) {
    POLYSWEEP_SKIP("no Python with torch and tensorboard: set POLYSWEEP_PYTHON");
  }
  check_example(example, "--vary lr=0.003,0.03 --vary epochs=5 --vary seed=0..2", "accuracy/test",
                6);
}

TEST_CASE("a script with Lightning's CSV logger runs as it is", "[cli][examples]") {
  const Example example("lightning");
  if (!example.imports("pytorch_lightning")) {
    POLYSWEEP_SKIP("no Python with pytorch_lightning: set POLYSWEEP_PYTHON");
  }
  check_example(example, "--vary lr=0.003,0.03 --vary epochs=3 --vary seed=0..1", "val_loss", 4);
}

TEST_CASE("a script that Hydra configures runs as it is", "[cli][examples]") {
  const Example example("hydra");
  if (!example.imports("hydra")) {
    POLYSWEEP_SKIP("no Python with hydra: set POLYSWEEP_PYTHON");
  }
  check_example(example, "--vary optim.lr=0.05,0.2 --vary seed=0..2", "loss", 6);
}

TEST_CASE("a program that takes key=value words runs as it is", "[cli][examples]") {
  const Example example("key_value");
  const std::string store = " --store '" + example.program().store().string() + "'";
  const CommandEnd run = example.polysweep("run train.toml --strict --quiet" + store);
  INFO(run.output << run.error);
  CHECK(run.status == 0);
  CHECK(example.program().query(
            "SELECT count(*) AS n FROM final_metrics WHERE metric = 'loss'")[0]["n"] == 20);
  const CommandEnd compare = example.polysweep("compare key_value" + store);
  INFO(compare.output << compare.error);
  CHECK(compare.status == 0);
}

TEST_CASE("the PyTorch example runs with Debian's torch", "[cli][examples]") {
  const PolysweepProgram program;
  if (run_command({"/usr/bin/env", "python3", "-c", "import torch"}).status != 0) {
    POLYSWEEP_SKIP("no python3 with torch");
  }
  const fs::path sweep =
      fs::path(POLYSWEEP_SOURCE_FOLDER) / "experiments" / "sweeps" / "command_pytorch.toml";
  const CommandEnd run = program.run(sweep, {"epochs=2", "seed=0", "--as", "quick", "--quiet"});
  INFO(run.output << run.error);
  CHECK(run.status == 0);
  CHECK(program.query(
            "SELECT count(*) AS n FROM final_metrics WHERE metric = 'test_accuracy'")[0]["n"] == 4);
}
