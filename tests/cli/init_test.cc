// Sweep files that polysweep writes for real scripts.
#include <chrono>
#include <fstream>
#include <sstream>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

const std::string kScript = R"PY(import argparse
import helper
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1, help="step size (default: %(default)s)")
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--device", default="cpu", help="where (default: %(default)s)")
parser.add_argument("--amp", action="store_true")
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
for epoch in range(1, options.epochs + 1):
    print('{"step": %d, "loss": %g}' % (epoch, options.lr / epoch), flush=True)
)PY";

// `polysweep WORDS` in the folder that the program's files are in.
CommandEnd in_folder(const PolysweepProgram& program, const std::string& words) {
  const std::string folder = program.store().parent_path().string();
  return run_command(
      {"/bin/sh", "-c",
       "cd '" + folder + "' && exec '" + PolysweepProgram::path().string() + "' " + words});
}

std::string content(const PolysweepProgram& program, const std::string& name) {
  std::ifstream in(program.store().parent_path() / name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_script(const PolysweepProgram& program) {
  program.write("train.py", kScript);
  program.write("helper.py", "");
}

}  // namespace

TEST_CASE("init writes json for a script with the Trainer of transformers", "[cli]") {
  const PolysweepProgram program;
  program.write("transformers.py", R"PY(
class Trainer:
    def train(self):
        for epoch in (1.0, 2.0):
            print({'loss': 0.5 / epoch, 'grad_norm': float('nan'), 'epoch': epoch})
)PY");
  program.write("train.py",
                "import argparse\nfrom transformers import Trainer\n"
                "p = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=0.1)\n"
                "p.add_argument('--seed', type=int, default=0)\np.parse_args()\n"
                "Trainer().train()\n");
  const CommandEnd end = in_folder(program, "init --vary lr=0.1,0.2 python3 train.py");
  INFO(end.output << end.error << content(program, "train.toml"));
  REQUIRE(end.status == 0);
  CHECK_THAT(content(program, "train.toml"), Contains("\njson = true"));
  const CommandEnd tried = in_folder(program, "try train.toml");
  INFO(tried.output << tried.error);
  CHECK(tried.status == 0);
}

TEST_CASE("init writes a sweep file for a script that takes key=value words", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", R"PY(import json
import sys
names = {"x": 1}
config = {"lr": 0.1, "optim.momentum": 0.9, "layers": [8, 4], "steps": 20, "seed": 0, "tag": None}
for word in sys.argv[1:]:
    key, found, value = word.partition("=")
    if not found or key not in config:
        sys.exit(f"unknown parameter {word}")
    config[key] = json.loads(value)
assert config["layers"] == [8, 4]
print(json.dumps({"step": config["steps"], "loss": config["lr"]}))
)PY");
  const CommandEnd end = in_folder(program, "init --vary lr=0.1,0.2 python3 train.py");
  INFO(end.output << end.error << content(program, "train.toml"));
  REQUIRE(end.status == 0);
  CHECK_THAT(content(program, "train.toml"),
             Contains("\"lr={lr}\"") && Contains("layers = [8,4]") && Contains("# tag ="));
  const CommandEnd run = in_folder(program, "run train.toml --quiet --store store");
  INFO(run.output << run.error);
  CHECK(run.status == 0);
  CHECK(in_folder(program, "plan train.toml --count").output == "10\n");

  program.write("bare.py",
                "import sys\nfor word in sys.argv[1:]:\n    a, b = word.split('=', 1)\n");
  CHECK_THAT(in_folder(program, "init python3 bare.py").output,
             Contains("takes key=value words; write \"lr={lr}\" for each parameter"));
}

TEST_CASE("init reads the YAML file of a script", "[cli]") {
  const PolysweepProgram program;
  // What of YAML the file needs: the yaml module may not be there.
  program.write("train.py", R"PY(import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True, help="a yaml file")
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
text = open(options.config).read()
assert "width: 8" in text and "optim:" in text and "\n  lr: " in text, text
assert "tag: none #1" in text or 'tag: "none #1"' in text, text
print(json.dumps({"step": 1, "loss": 0.5}))
)PY");
  program.write("conf/base.yaml",
                "# settings\n---\nmodel:\n  width: 8   # units\n  layers:\n  - 4\n  - 4\n"
                "optim:\n  lr: 0.1\n  betas: [0.9, 0.99]\ntag: 'none #1'\namp: false\n"
                "resume: null\nlist:\n  - name: x\n    size: 3\nlast: 1\n");
  const CommandEnd end =
      in_folder(program, "init --vary optim.lr=0.1,0.2 python3 train.py --config conf/base.yaml");
  INFO(end.output << end.error << content(program, "train.toml"));
  REQUIRE(end.status == 0);
  CHECK_THAT(end.output,
             Contains("found 7 parameters in conf/base.yaml") &&
                 Contains("conf/base.yaml, line 13: the value of 'resume' is none of") &&
                 Contains("conf/base.yaml, line 14: the value of 'list' is none of"));
  CHECK_THAT(content(program, "train.toml"),
             Contains("\"--config={parameters:yaml}\"") && Contains("\"model.layers\" = [4,4]") &&
                 Contains("\"--seed={seed}\"") && !Contains("workers"));
  const CommandEnd run = in_folder(program, "run train.toml --quiet --store store");
  INFO(run.output << run.error);
  CHECK(run.status == 0);
  CHECK(in_folder(program, "plan train.toml --count").output == "10\n");
  // Without the file it says what to name.
  CHECK_THAT(in_folder(program, "init --out b.toml python3 train.py").output,
             Contains("name the file: polysweep init ... --config FILE.yaml"));
}

TEST_CASE("init takes a parameter to vary as its option is spelled", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py",
                "import argparse\np = argparse.ArgumentParser()\n"
                "p.add_argument('--learning-rate', type=float, default=0.1)\n"
                "print('loss', p.parse_args().learning_rate)\n");
  CHECK(in_folder(program, "init --vary learning-rate=0.1,0.2 python3 train.py").status == 0);
  CHECK(in_folder(program, "plan train.toml --count").output == "2\n");
}

TEST_CASE("init writes a sweep file that plan, try and run accept as it is", "[cli]") {
  const PolysweepProgram program;
  write_script(program);
  const CommandEnd end = in_folder(program, "init python3 train.py");
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  CHECK_THAT(end.output, Contains("found 5 parameters in the help of train.py") &&
                             Contains("wrote train.toml: 5 trials as it stands") &&
                             Contains("[metrics]: the metric to compare by"));
  const std::string text = content(program, "train.toml");
  INFO(text);
  CHECK_THAT(text, Contains("\"python3\", \"train.py\",") && Contains("\"--lr={lr}\",") &&
                       Contains("{ words = [\"--amp\"], when = { amp = true } }"));
  CHECK_THAT(text, Contains("\nlr = 0.1   # step size\n") && Contains("\nepochs = 3\n") &&
                       Contains("\namp = false\n"));
  // {device} is a place of polysweep itself.
  CHECK_THAT(text, Contains("\"--device={device_option}\"") && Contains("device_option = \"cpu\""));
  CHECK_THAT(text, Contains("replicate  = \"seed\"") && Contains("seed = { range = [0, 4] }"));
  CHECK_THAT(text, Contains("# files    = [\"train.py\", \"helper.py\"]") &&
                       Contains("# lr = [0.0333, 0.1, 0.3]"));
  CHECK(in_folder(program, "plan train.toml --count").output == "5\n");
  CHECK(in_folder(program, "try train.toml").status == 0);
  const CommandEnd strict = in_folder(program, "run train.toml --strict --quiet");
  INFO(strict.error);
  CHECK(strict.status == 0);
}

TEST_CASE("init writes what varies, and the metrics that the script prints", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", R"PY(import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--optimizer", default="sgd")
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
for epoch in range(3):
    print(f"epoch {epoch}: train loss {options.lr / (epoch + 1):.4f}, val_acc {epoch / 3:.1%}")
)PY");
  const CommandEnd end = in_folder(
      program,
      "init --vary lr=0.05,0.1 --vary optimizer=adam,sgd --vary seed=0..2 python3 train.py");
  INFO(end.output << end.error);
  REQUIRE(end.status == 0);
  CHECK_THAT(end.output, Contains("wrote train.toml: 12 trials as it stands") &&
                             !Contains("what to vary") && Contains("'val_acc' is a guess"));
  const std::string text = content(program, "train.toml");
  INFO(text);
  CHECK_THAT(text,
             Contains("lr = [0.05, 0.1]\noptimizer = [\"adam\", \"sgd\"]\nseed = [0, 1, 2]\n"));
  CHECK_THAT(text, Contains("lr = 0.1\noptimizer = \"sgd\"\n\n[metrics]"));
  CHECK_THAT(text, Contains("primary = { name = \"val_acc\", goal = \"maximize\" }"));
  const CommandEnd tried = in_folder(program, "try train.toml");
  INFO(tried.output << tried.error);
  CHECK(tried.status == 0);
  const CommandEnd strict = in_folder(program, "run train.toml --strict --quiet");
  INFO(strict.error);
  CHECK(strict.status == 0);

  const CommandEnd unknown =
      in_folder(program, "init --out b.toml --vary lrr=1,2 python3 train.py");
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.error, Contains("unknown parameter 'lrr' (did you mean 'lr'?)"));
  CHECK_FALSE(fs::exists(program.store().parent_path() / "b.toml"));
  for (const char* word : {"lr", "=1", "lr="}) {
    CHECK(
        in_folder(program, std::string("init --out b.toml --vary '") + word + "' python3 train.py")
            .status == 2);
  }
}

TEST_CASE("init keeps what the words of the program give, however it is spelled", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py", R"PY(
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-b", "--batch-size", type=int, default=32)
parser.add_argument("--amp", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("--lr", type=float, default=0.1)
parser.parse_args()
)PY");
  REQUIRE(in_folder(program, "init python3 train.py -b 64 --no-amp").status == 0);
  const std::string text = content(program, "train.toml");
  INFO(text);
  CHECK_THAT(text, Contains("\"-b\"") && Contains("\"--no-amp\"") && Contains("--lr={lr}"));
  CHECK_THAT(text, !Contains("batch_size") && !Contains("amp ="));
}

TEST_CASE("init overwrites nothing", "[cli]") {
  const PolysweepProgram program;
  write_script(program);
  program.write("train.toml", "mine");
  const CommandEnd end = in_folder(program, "init python3 train.py");
  CHECK(end.status == 2);
  CHECK_THAT(end.error, Contains("train.toml exists and is not overwritten; --out FILE"));
  CHECK(content(program, "train.toml") == "mine");
  CHECK(in_folder(program, "init --out other.toml python3 train.py").status == 0);
  CHECK_THAT(content(program, "other.toml"), Contains("--epochs={epochs}"));
  // The folder of the file is made.
  CHECK(in_folder(program, "init --out new/deep/other.toml python3 train.py").status == 0);
  CHECK_THAT(content(program, "new/deep/other.toml"), Contains("--epochs={epochs}"));
}

TEST_CASE("what the program requires is a comment and named at the end", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py",
                "import argparse\np = argparse.ArgumentParser()\np.add_argument('data')\n"
                "p.add_argument('--name', required=True)\np.parse_args()\n");
  const CommandEnd end = in_folder(program, "init python3 train.py");
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("the program requires --name") &&
                             Contains("the program expects data") &&
                             Contains("no parameter looks like a seed"));
  CHECK_THAT(content(program, "train.toml"), Contains("# \"--name={name}\",   # required"));
  CHECK(in_folder(program, "plan train.toml --count").output == "1\n");
  // Given on the command line, they are words of the command.
  const CommandEnd given = in_folder(program, "init --out b.toml python3 train.py --name=x folder");
  CHECK_THAT(given.output, !Contains("requires") && !Contains("expects"));
  CHECK_THAT(content(program, "b.toml"),
             Contains("\"python3\", \"train.py\", \"--name=x\", \"folder\","));
}

TEST_CASE("a program without help gets an outline, and is stopped if it runs on", "[cli]") {
  const PolysweepProgram program;
  program.write("train.py",
                "import os, time\nopen('made', 'w').close()\nassert os.path.exists('beside')\n"
                "print('epoch 1', flush=True)\ntime.sleep(600)\n");
  program.write("beside", "");
  const auto begin = std::chrono::steady_clock::now();
  const CommandEnd end = in_folder(program, "init --help-seconds 1 python3 train.py");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("no parameters were found: --help did not end within 1 s"));
  CHECK(in_folder(program, "plan train.toml --count").output == "1\n");
  // Its relative files are there, and its new ones are not kept.
  CHECK_FALSE(fs::exists(program.store().parent_path() / "made"));
  CHECK(fs::exists(program.store().parent_path() / "beside"));
}

TEST_CASE("init without a program writes an outline", "[cli]") {
  const PolysweepProgram program;
  const CommandEnd end = in_folder(program, "init");
  INFO(end.output << end.error);
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("wrote sweep.toml"));
  CHECK(in_folder(program, "plan sweep.toml --count").output == "1\n");
}

TEST_CASE("a program that does not exist is named", "[cli]") {
  const PolysweepProgram program;
  write_script(program);
  CHECK_THAT(in_folder(program, "init train.py").error,
             Contains("'train.py' is not in $PATH; to run the file, write ./train.py or, for a "
                      "script, python3 train.py"));
  CHECK(in_folder(program, "init ./no-such").status == 2);
  CHECK_FALSE(fs::exists(program.store().parent_path() / "no-such.toml"));
}
