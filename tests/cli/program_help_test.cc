// Help texts that libraries really print (tests/cli/help_texts), and what is read of them.
#include "cli/shared/program_help.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "cli/shared/script_defaults.h"
#include "cli/shared/suggested_pattern.h"
#include "framework/sweep/output_pattern.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

std::string help_text_of(const std::string& library) {
  std::ifstream in(std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/cli/help_texts/" + library +
                   ".txt");
  REQUIRE(in.good());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// A line each: "option[/negation] form default [choices] [required] [many]".
std::string shown(const ProgramHelp& help) {
  std::string text;
  for (const ProgramParameter& one : help.parameters) {
    text += one.option + (one.negation.empty() ? "" : "/" + one.negation);
    text += one.form == ProgramParameter::Form::kFlag ? " flag" : "";
    text += one.default_value ? " " + one.default_value->canonical() : " -";
    for (std::size_t i = 0; i < one.words.size(); ++i) text += (i == 0 ? " " : "|") + one.words[i];
    text += std::string(one.required ? " required" : "") + (one.many ? " many" : "") + "\n";
  }
  for (const std::string& argument : help.arguments) text += argument + "\n";
  return text;
}

struct Known {
  const char* library;
  const char* parameters;
};

}  // namespace

TEST_CASE("parameters are read from the help of each library", "[cli]") {
  static const std::vector<Known> kAll = {
      {"argparse",
       "--lr 0.1\n--batch-size 64\n--optimizer \"sgd\" sgd|adam\n--amp flag false\n"
       "--compile/--no-compile flag true\n--betas - many\n--run-name - required\n"
       "--silent-default -\n--seed 0\ndata\n"},
      {"click",
       "--lr 0.1\n--batch-size 64\n--optimizer \"sgd\" sgd|adam\n--amp/--no-amp flag false\n"
       "--verbose flag false\n--run-name - required\n--seed 0\nDATA\n"},
      {"typer",
       "--run-name - required\n--lr 0.1\n--batch-size 64\n--optimizer \"sgd\" sgd|adam\n"
       "--amp/--no-amp flag false\n--seed 0\ndata\n"},
      {"tyro",
       "--run-name - required\n--lr 0.1\n--optimizer \"sgd\" sgd|adam\n"
       "--amp/--no-amp flag false\n--betas - many\n--limit -\n--seed 0\n--model.width 64\n"
       "--model.dropout 0.1\n"},
      {"absl",
       "--amp false\n--batch_size 64\n--layers \"64,64\"\n--lr 0.1\n"
       "--optimizer \"sgd\" sgd|adam\n--run_name -\n--seed 0\n"},
      {"hydra",
       "db - mysql|postgresql\ndb.port 3306\nlr 0.0001\nbatch_size 64\namp false\n"
       "run_name - required\noptimizer.name \"sgd\"\noptimizer.momentum 0.9\nseed 0\n"},
  };
  for (const Known& known : kAll) {
    INFO(known.library);
    CHECK(shown(read_help(help_text_of(known.library))) == known.parameters);
  }
}

TEST_CASE("descriptions are kept without what they say of the default", "[cli]") {
  for (const char* library : {"argparse", "click", "typer", "absl"}) {
    INFO(library);
    const ProgramHelp help = read_help(help_text_of(library));
    const auto batch =
        std::find_if(help.parameters.begin(), help.parameters.end(),
                     [](const ProgramParameter& one) { return one.name() == "batch_size"; });
    REQUIRE(batch != help.parameters.end());
    CHECK_THAT(batch->doc, Contains("xamples per update"));
    CHECK_THAT(batch->doc, !Contains("default"));
  }
}

TEST_CASE("text that is not help has no parameters", "[cli]") {
  CHECK(read_help("").empty());
  CHECK(read_help("Traceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 3\n")
            .parameters.empty());
  CHECK(read_help("epoch 1 loss 0.3\nepoch 2 loss 0.2\n").empty());
  CHECK(read_help("\xff\xfe\x1b[31m--\x1b[0m\n --\n -\n * \n[\n| |\n+-+\n").parameters.empty());
}

TEST_CASE("a script's own literals complete its help", "[cli]") {
  ProgramHelp help = read_help(
      "usage: t.py [-h] [--lr LR] [--epochs EPOCHS] [--name NAME] [--path PATH]\n\noptions:\n"
      "  --lr LR\n  --epochs EPOCHS\n  --name NAME\n  --path PATH\n");
  CHECK(shown(help) == "--lr -\n--epochs -\n--name -\n--path -\n");
  add_defaults_of_script(
      "p.add_argument(\"--lr\", type=float, default=1)  # add_argument('--name', default='x')\n"
      "p.add_argument('-e', '--epochs', help=\"of (1, 2)\", type=int, default=20)\n"
      "@click.option('--name', default=\"a b\")\np.add_argument('--path', default=os.getcwd())\n",
      help);
  CHECK(shown(help) == "--lr 1.0\n--epochs 20\n--name \"a b\"\n--path -\n");
}

TEST_CASE("options are read from a script whose help is not known", "[cli]") {
  const ProgramHelp help = options_of_script(R"PY(
"""add_argument('--not', default=1)"""
parser.add_argument("-l", "--lr", type=float, default=1,
                    help="step size, as (a, b)")
parser.add_argument('--optimizer', choices=['sgd', "adam"], default='sgd')
parser.add_argument("--amp", action="store_true")
parser.add_argument("--bias", action=argparse.BooleanOptionalAction, default=True)
parser.add_argument("--layers", type=int, nargs="+", default=[1, 2])
parser.add_argument("--name", required=True)
parser.add_argument("--workers", type=int, default=os.cpu_count())
parser.add_argument("data")
parser.add_argument("--lr", default=2)
parser.add_argument(
)PY");
  CHECK(shown(help) ==
        "--lr 1.0\n--optimizer \"sgd\" sgd|adam\n--amp flag false\n--bias/--no-bias flag true\n"
        "--layers - many\n--name - required\n--workers -\ndata\n");
  CHECK(help.arguments == std::vector<std::string>{"data"});
  CHECK(help.parameters[0].doc == "step size, as (a, b)");
  CHECK(help.parameters[1].words == std::vector<std::string>{"sgd", "adam"});
  CHECK(help.parameters[3].negation == "--no-bias");
  CHECK(help.parameters[4].many);
  CHECK(help.parameters[5].required);
}

TEST_CASE("calls that do not end take linear time", "[cli]") {
  std::string script;
  for (int i = 0; i < 36'000; ++i) script += "print(\n";
  const auto begin = std::chrono::steady_clock::now();
  CHECK(options_of_script(script + "p.add_argument('--lr', default=0.1)\n").parameters.size() == 1);
  script.clear();
  for (int i = 0; i < 36'000; ++i) script += "p.add_argument(\n";
  CHECK(options_of_script(script).parameters.empty());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
  // Of a long call what ends in time is read.
  const ProgramHelp help = options_of_script("p.add_argument('--lr', default=0.1, help='" +
                                             std::string(5000, 'x') + "')");
  CHECK(shown(help) == "--lr 0.1\n");
  CHECK(help.parameters[0].doc.empty());
}

TEST_CASE("a pattern is not taken from a traceback", "[cli]") {
  const std::string traceback =
      "Traceback (most recent call last):\n  File \"train.py\", line 12, in <module>\n"
      "    main(loss=0.5, epoch=3)\nValueError: loss 3 epoch 4\n";
  CHECK_FALSE(suggest_pattern(traceback, "loss"));
  const std::string ranked =
      "[rank0]: Traceback (most recent call last):\n[rank0]:   File \"t.py\", line 7\n"
      "[rank0]: RuntimeError: loss 1\n";
  CHECK_FALSE(suggest_pattern(ranked, "loss"));
  CHECK(suggest_pattern(traceback + ranked + "loss: 0.5\n", "loss")->line == "loss: 0.5");
}

TEST_CASE("a pattern is not taken from a bar where a line has an epoch", "[cli]") {
  const std::string bars =
      "epoch 1:  50%|#####     | 5/10 [00:01<00:01, 5.0it/s, loss=0.75]\r"
      "epoch 1: 100%|##########| 10/10 [00:02<00:00, 5.0it/s, loss=0.5]\n";
  // Alone they are better than nothing.
  CHECK(suggest_pattern(bars, "loss"));
  const auto named = suggest_pattern(bars + "epoch 1 train_loss 0.6\n", "loss");
  REQUIRE(named);
  CHECK(named->line == "epoch 1 train_loss 0.6");
  const auto same = suggest_pattern(bars + "epoch 1: loss=0.6\n", "loss");
  REQUIRE(same);
  CHECK(same->line == "epoch 1: loss=0.6");
  const OutputPattern pattern(same->pattern);
  std::vector<OutputPattern::Group> groups;
  CHECK(pattern.match("epoch 1: loss=0.6", groups));
  CHECK_FALSE(pattern.match("epoch 1: 100%|##########| 10/10 [00:02<00:00, loss=0.5]", groups));
}

TEST_CASE("lines with metrics that no pattern takes are told", "[cli]") {
  const std::string output =
      "epoch 1 loss 0.5\nvalid: ppl 12.5\nvalid: ppl 11.5\nusing 4 workers\n"
      "{\"epoch\": 1, \"acc\": 0.5}\n 50%|##  | 5/10 [00:01<00:01, err=0.75]\nstep 3 speed 4.5\n";
  const auto found = uncaptured_lines(output, {"epoch (?P<step>\\d+) loss (?P<loss>\\S+)"});
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == "valid: ppl 12.5");
  CHECK(found[0].lines == 2);
  CHECK(metrics_of_pattern(found[1].pattern) == std::vector<std::string>{"speed"});
}

TEST_CASE("a pattern is suggested for lines with numbers", "[cli]") {
  const auto one = suggest_pattern(
      "loading 3 files\nepoch 1 loss 0.500 acc 0.1\nepoch 2 loss 0.250 acc 0.2\n", "loss");
  REQUIRE(one);
  CHECK(one->pattern ==
        "\\bepoch\\s+(?P<step>\\d+).*?\\bloss\\s+(?P<loss>\\S+).*?\\bacc\\s+(?P<acc>\\S+)");
  CHECK(one->lines == 2);
  const auto brackets = suggest_pattern("Epoch [3/10], Step [100/600], Loss: 1.5e-3", "loss");
  REQUIRE(brackets);
  CHECK(brackets->pattern == "\\bEpoch\\s+\\[(?P<step>\\d+).*?\\bLoss:\\s+(?P<Loss>\\S+)");
  CHECK_FALSE(suggest_pattern("nothing here\nepoch 3\n", "loss"));
  // Words that no group can be called after, and those that a pattern would not find.
  CHECK_FALSE(suggest_pattern("epoch 3 resumed 4\nepoch 3 step 2.5\n", "loss"));
  CHECK_FALSE(suggest_pattern("3abc 5\n_loss 0.5\nbatch 93/100\n", "loss"));
  CHECK(suggest_pattern("3abc 5 loss 0.5", "loss")->pattern == "\\bloss\\s+(?P<loss>\\S+)");
}
