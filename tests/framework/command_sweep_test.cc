// Sweeps that run a command: what the file declares, and what makes identity.
#include <algorithm>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/sweep/file/command_reader.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/command_size.h"
#include "framework/sweep/plan/plan.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

const std::string kSweep = R"(sweep      = "lines"
experiment = "fit"
command    = ["fit", "--lr={lr}", ["--momentum", "{momentum}"], )"
                           R"({ words = ["--amp"], when = { amp = true } }]
version    = 3
doc        = "fits a line"
time_limit = 600
replicate  = "seed"
[environment]
SEED = "{seed}"
OMP_NUM_THREADS = 1
[parameters]
lr        = { default = 0.1, range = [0, 1], unit = "1", doc = "step size" }
optimizer = { default = "sgd", words = ["sgd", "adam"] }
momentum  = { default = 0.9, when = { optimizer = "sgd" } }
amp       = false
seed      = { default = 0, minimum = 0 }
order     = { type = "integer", default = "full", words = ["full"], maximum = 8 }
[factors]
optimizer = ["sgd", "adam"]
amp       = [false, true]
seed      = { range = [0, 2] }
[metrics]
primary   = { name = "loss", goal = "minimize", unit = "nat" }
secondary = [{ name = "accuracy", goal = "maximize" }]
other     = ["speed", { name = "gradient", nan = "diverged" }]
)";

// As above, with the parameters that no word has told to the program.
std::string whole() {
  std::string text = kSweep;
  const std::string end = "when = { amp = true } }]";
  return text.replace(text.find(end), end.size(),
                      "when = { amp = true } }, \"{optimizer}\", \"{order}\"]");
}

Sweep sweep_of(const std::string& text, const std::string& file = "f.toml") {
  return parse_sweep(text, file, {}, Catalogue{});
}

std::string problem_in(const std::string& text, const std::string& file = "f.toml") {
  try {
    sweep_of(text, file);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

// kSweep with `from` replaced by `to`.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = whole();
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

std::vector<std::string> argv_of(const CommandSpec& command, const Parameters& parameters) {
  return fill_command(command, parameters, {{"sweep_folder", "/s"}}).argv;
}

}  // namespace

TEST_CASE("a template is text with places", "[command]") {
  const WordTemplate word("--{{x}}={lr}/{seed}{lr}");
  CHECK(word.places() == std::vector<std::string>{"lr", "seed", "lr"});
  const std::string lr = "0.5";
  const std::string seed = "{lr}";
  const auto find = [&](std::string_view place) { return place == "lr" ? &lr : &seed; };
  CHECK(word.fill(find) == "--{x}=0.5/{lr}0.5");
  CHECK(word.fill([&](std::string_view place) { return place == "lr" ? &lr : nullptr; }) ==
        std::nullopt);
  CHECK(WordTemplate("plain").is_literal());
  for (const char* wrong : {"{", "}", "{a", "a}", "{}", "{{}", "{a{b}", "{a}}", "{ {"}) {
    INFO(wrong);
    CHECK_THROWS_AS(WordTemplate(wrong), Error);
  }
}

TEST_CASE("a sweep file declares an experiment that runs a command", "[command]") {
  const Sweep sweep = sweep_of(whole());
  const ExperimentSpec& spec = sweep.experiment;
  REQUIRE(spec.command);
  CHECK(spec.name == "fit");
  CHECK(spec.version == 3);
  CHECK(spec.doc == "fits a line");
  CHECK(spec.schema.at("lr").maximum == 1.0);
  CHECK(spec.schema.at("momentum").when.size() == 1);
  CHECK(spec.schema.at("amp").type == ValueType::kBoolean);
  CHECK(spec.schema.at("order").default_value == Value("full"));
  CHECK(sweep.primary.name == "loss");
  CHECK(sweep.secondary.at(0).goal == Goal::kMaximize);
  REQUIRE(spec.metrics.size() == 4);
  CHECK(spec.metrics[0].unit == "nat");
  CHECK(spec.command->primary == "loss");
  CHECK(spec.command->diverging == std::vector<std::string>{"loss", "gradient"});
  CHECK(spec.command->time_limit_s == 600);
  CHECK(spec.command->progress_limit_s == 0);
  CHECK(declares_command(whole(), "f.toml"));
  CHECK_FALSE(declares_command("sweep = \"s\"", "f.toml"));
}

TEST_CASE("a declared experiment says what its parameters and metrics are", "[command]") {
  const ExperimentSpec plain = sweep_of(whole()).experiment;
  CHECK(plain.clock == "updates");
  for (const MetricSpec& metric : plain.metrics) {
    CHECK(metric.step == "updates");
    CHECK(metric.role == Role::kNone);
  }
  std::string text = changed("version    = 3", "version = 3\nclock = \"epochs\"");
  const auto replace = [&text](const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace("range = [0, 1]", "range = [0, 1], role = \"budget\"");
  replace("goal = \"minimize\"", "goal = \"minimize\", role = \"progress\"");
  replace("role = \"budget\"", "role = \"budget\", axis = \"loss\"");
  replace("goal = \"maximize\"", "goal = \"maximize\", step = \"evaluations\"");
  const ExperimentSpec spec = sweep_of(text).experiment;
  CHECK(spec.clock == "epochs");
  CHECK(spec.schema.at("lr").role == Role::kBudget);
  CHECK(spec.schema.at("seed").role == Role::kNone);
  CHECK(spec.metrics.at(0).role == Role::kProgress);
  CHECK(spec.metrics.at(0).step == "epochs");  // the clock, where nothing else is said
  CHECK(spec.metrics.at(1).step == "evaluations");
  CHECK(spec.metrics.at(2).step == "epochs");
  CHECK(spec.schema.at("lr").axis == "loss");
  CHECK(spec.schema.at("seed").axis.empty());
  replace("axis = \"loss\"", "axis = \"lss\"");
  CHECK_THAT(problem_in(text), Contains("f.toml:13:") &&
                                   Contains(": the axis of parameter 'lr': unknown metric 'lss' "
                                            "(did you mean 'loss'?)"));
}

TEST_CASE("words that do not apply are left out, alone or with their group", "[command]") {
  const ExperimentSpec spec = sweep_of(whole()).experiment;
  Parameters given;
  using Words = std::vector<std::string>;
  CHECK(argv_of(*spec.command, spec.schema.complete(given)) ==
        Words{"fit", "--lr=0.1", "--momentum", "0.9", "sgd", "full"});
  given.set("optimizer", Value("adam"));
  given.set("amp", Value(true));
  given.set("order", Value(4));
  CHECK(argv_of(*spec.command, spec.schema.complete(given)) ==
        Words{"fit", "--lr=0.1", "--amp", "adam", "4"});
  const FilledCommand filled =
      fill_command(*spec.command, spec.schema.complete(given), {{"sweep_folder", "/s"}});
  CHECK(filled.folder == "/s");
  REQUIRE(filled.environment.size() == 2);
  CHECK(filled.environment[0] == std::pair<std::string, std::string>{"SEED", "0"});
  CHECK(filled.environment[1] == std::pair<std::string, std::string>{"OMP_NUM_THREADS", "1"});
}

TEST_CASE("a value is one word whatever is in it", "[command]") {
  const std::string text = R"(sweep = "s"
experiment = "e"
command = ["echo", "{x}"]
parameters = { x = "" }
metrics = { primary = { name = "m", goal = "minimize" } }
)";
  const ExperimentSpec spec = sweep_of(text).experiment;
  for (const char* hostile :
       {"", " ", "a b", "$(rm -rf /)", "; true", "'\"`\\", "{x}", "\n", "é"}) {
    Parameters given;
    given.set("x", Value(hostile));
    CHECK(argv_of(*spec.command, spec.schema.complete(given)) ==
          std::vector<std::string>{"echo", hostile});
  }
  CHECK(shell_words({"a", "b c", "it's", "", "\x1b["}) == R"(a 'b c' 'it'\''s' '' $'\x1b[')");
}

TEST_CASE("a declared experiment goes through its JSON unchanged", "[command]") {
  Catalogue catalogue;
  catalogue.build = "b";
  catalogue.experiments.push_back(sweep_of(whole()).experiment);
  const Catalogue back = Catalogue::from_json(catalogue.to_json());
  CHECK(back.to_json() == catalogue.to_json());
  REQUIRE(back.experiments[0].command);
  CHECK(back.experiments[0].command->identity_digest("") ==
        catalogue.experiments[0].command->identity_digest(""));
  CHECK_THROWS_WITH(CommandSpec::from_json("{}"), Contains("this is not a command"));
}

TEST_CASE("identity holds the command and what is in its files, not where they lie", "[command]") {
  const std::vector<InputFile> code = {{"net/layer.py", sha256_hex("x = 1"), false},
                                       {"train.py", sha256_hex("print(1)"), false}};
  const auto plan_of = [](const std::string& text, const std::vector<InputFile>& files,
                          const std::string& folder = "/here", const std::string& below = ".") {
    DataFolder data("");
    Sweep sweep = parse_sweep(text, folder + "/f.toml", {}, Catalogue{});
    sweep.experiment.command->files = files;
    sweep.experiment.command->code.sweep_in_root = below;
    return Plan(std::move(sweep), data);
  };
  const std::string text = whole();
  const Plan first = plan_of(text, code);
  CHECK(first.size() == 12);
  CHECK(plan_of(text, code, "/there").revision() == first.revision());
  CHECK(first.trial(0).data_digest == first.sweep().experiment.command->identity_digest(""));
  CHECK(first.trial(0).code_digest == first.sweep().experiment.command->code_digest());
  CHECK(first.code_digest().size() == 64);

  // Limits are no part of what a trial is.
  std::string patient = text;
  patient.replace(patient.find("time_limit = 600"), 16, "time_limit = 601");
  CHECK(plan_of(patient, code).revision() == first.revision());
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"--lr=", "--rate="},
           {"SEED = \"{seed}\"", "SEED = \"0{seed}\""},
           {"when = { amp = true }", "when = { amp = false }"},
           {"experiment = \"fit\"", "experiment = \"fit2\""},
           {"doc        =", "folder = \"{trial_folder}\"\ndoc ="},
       }) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    INFO(to);
    CHECK(plan_of(other, code).revision() != first.revision());
  }
  // The code is a part of its own: content, executable bit, and where the sweep is in it.
  std::vector<InputFile> changed_code = code;
  changed_code[0].sha256 = sha256_hex("x = 2");
  const Plan second = plan_of(text, changed_code);
  CHECK(second.revision() != first.revision());
  CHECK(second.code_digest() != first.code_digest());
  CHECK(second.trial(0).data_digest == first.trial(0).data_digest);
  changed_code = code;
  changed_code[1].executable = true;
  CHECK(plan_of(text, changed_code).code_digest() != first.code_digest());
  CHECK(plan_of(text, code, "/here", "sub").code_digest() != first.code_digest());
  CHECK(plan_of(text, {}).code_digest().empty());
}

TEST_CASE("data files join the identity of a command's trials", "[command]") {
  const TemporaryFolder folder;
  folder.write("a.csv", "1,2");
  const std::string text = changed("version    = 3", "data = [\"a.csv\"]");
  DataFolder none("");
  CHECK_THROWS_WITH(Plan(sweep_of(text), none), Contains("a trial reads the data file 'a.csv'"));
  DataFolder data(folder.path());
  const Plan plan(sweep_of(text), data);
  DataFolder empty("");
  CHECK(plan.trial(0).data_digest != Plan(sweep_of(whole()), empty).trial(0).data_digest);
}

namespace {

// A sweep that declares no parameter. `middle` stands before its tables.
std::string undeclared_sweep(const std::string& factors, const std::string& command,
                             const std::string& more = "") {
  return "sweep = \"s\"\nexperiment = \"e\"\ncommand = [\"fit\", " + command + "]\n" + more +
         "[metrics]\nprimary = { name = \"loss\", goal = \"minimize\" }\n" + factors;
}

}  // namespace

TEST_CASE("what stands in [fixed] and [factors] is a parameter", "[command]") {
  const Sweep sweep = sweep_of(undeclared_sweep(
      "[fixed]\nepochs = 3\n[factors]\nlr = [1, 0.5]\norder = [2, \"full\"]\n"
      "optimizer = [\"sgd\", \"adam\"]\nmomentum = { values = [0.5, 0.9], when = { optimizer = "
      "\"sgd\" } }\nseed = { range = [0, 1] }\n",
      "\"{epochs}\", \"{lr}\", \"{order}\", \"{optimizer}\", \"--momentum={momentum}\", "
      "\"{seed}\"",
      "replicate = \"seed\"\n"));
  const Schema& schema = sweep.experiment.schema;
  CHECK(schema.at("epochs").type == ValueType::kInteger);
  CHECK(schema.at("epochs").default_value == Value(3));
  CHECK(schema.at("lr").type == ValueType::kReal);  // of an integer and a real
  CHECK(schema.at("order").type == ValueType::kInteger);
  CHECK(schema.at("order").words == std::vector<std::string>{"full"});
  CHECK(schema.at("optimizer").type == ValueType::kText);
  CHECK(schema.at("optimizer").words.empty());
  CHECK(schema.at("momentum").when.size() == 1);
  DataFolder none("");
  const Plan plan(sweep, none);
  CHECK(plan.size() == 2 * 2 * (2 + 1) * 2);
  // Where the condition does not hold, the parameter is not there, nor is its word.
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Parameters parameters = plan.trial(i).parameters;
    const bool sgd = parameters.text("optimizer") == "sgd";
    CHECK((parameters.find("momentum") != nullptr) == sgd);
    CHECK(argv_of(*sweep.experiment.command, parameters).size() == (sgd ? 7 : 6));
  }
}

TEST_CASE("a declaration adds to what the values of a parameter say", "[command]") {
  const std::string factors =
      "[factors]\nlr = [0, 0.5]\n[parameters]\nlr = { range = [0, 1], doc = \"step size\" }\n"
      "momentum = { default = 0.5, when = { lr = 0.5 } }\n";
  const Sweep sweep = sweep_of(undeclared_sweep(factors, "\"{lr}\", \"{momentum}\""));
  CHECK(sweep.experiment.schema.at("lr").type == ValueType::kReal);
  CHECK(sweep.experiment.schema.at("lr").doc == "step size");
  CHECK(sweep.experiment.schema.at("momentum").when.size() == 1);
  CHECK_THAT(problem_in(undeclared_sweep(
                 "[factors]\nlr = [0, 2.5]\n[parameters]\nlr = { range = [0, 1] }\n", "\"{lr}\"")),
             Contains("f.toml:7:10: 2.5 is not a value of parameter 'lr'"));
  // Parameters that only decide whether others apply need no place.
  CHECK(problem_in(undeclared_sweep(
                       "[factors]\nuse = [false, true]\nlr = { values = [1], when = { use = true } "
                       "}\n",
                       "\"{lr}\""))
            .empty());
}

TEST_CASE("a parameter that is named wrongly is found where it stands", "[command]") {
  CHECK_THAT(problem_in(undeclared_sweep("[fixed]\nlr = 1\n", "\"{lrate}\"")),
             Contains("f.toml:3:19: unknown place 'lrate'") &&
                 Contains("a parameter has a value in [fixed], levels in [factors] or a default"));
  CHECK_THAT(problem_in(undeclared_sweep("[fixed]\nlr = 1\nmomentm = 1\nmomentum = 2\n",
                                         "\"{lr}\", \"{momentum}\"")),
             Contains("f.toml:8:1: the program does not receive parameter 'momentm' (did you mean "
                      "'momentum'?): put {momentm} into 'command'"));
  CHECK_THAT(problem_in(undeclared_sweep("[factors]\nlr = [true, 1]\n", "\"{lr}\"")),
             Contains("f.toml:7:13: 'lr' has booleans and numbers among its values"));
  CHECK_THAT(problem_in(undeclared_sweep("[fixed]\ntrial = 1\n", "\"{trial}\"")),
             Contains("f.toml:7:1: 'trial' is a place that polysweep fills"));
  CHECK_THAT(problem_in(undeclared_sweep("[factors]\na = { values = [1], when = { b = 1 } }\n"
                                         "b = { values = [1], when = { a = 1 } }\n",
                                         "\"{a}{b}\"")),
             Contains("f.toml:7:21: the conditions of factor 'a' form a circle"));
}

TEST_CASE("[capture] and undeclared metrics are read and checked", "[command]") {
  const auto with = [](const std::string& table) {
    return undeclared_sweep("[fixed]\nlr = 1\n[capture]\n" + table, "\"{lr}\"");
  };
  const Sweep sweep =
      sweep_of(with("stdout = ['epoch (?P<step>\\d+) loss (?P<loss>\\S+)']\njson = true\n"
                    "tensorboard = \"runs/\"\ncsv = \"logs/*/metrics.csv\"\n"));
  const CaptureSpec& capture = sweep.experiment.command->capture;
  CHECK(capture.output_patterns.size() == 1);
  CHECK(capture.json);
  CHECK(capture.tensorboard == "runs");
  CHECK(capture.csv == "logs/*/metrics.csv");
  const CommandSpec again = CommandSpec::from_json(sweep.experiment.command->to_json());
  CHECK(again.capture.output_patterns == capture.output_patterns);
  CHECK(again.capture.csv == capture.csv);
  CHECK(again.undeclared == Undeclared::kRecord);
  CHECK_THAT(
      problem_in(with("stdout = ['loss (?P<loss>\\S+']\n")),
      Contains("f.toml:9:11: the pattern 'loss (?P<loss>\\S+' does not compile (RE2 syntax), "
               "column 1: missing )"));
  CHECK_THAT(problem_in(with("stdout = ['loss (?=x)(?P<loss>.)']\n")),
             Contains("column 6: invalid perl operator"));
  CHECK_THAT(problem_in(with("stdout = ['step (?P<step>\\d+)']\n")),
             Contains("has no named group that is a metric, to its end at column 19"));
  CHECK_THAT(problem_in(with("csv = \"../m.csv\"\n")),
             Contains("f.toml:9:7: 'csv' is '../m.csv'; expected a file in the trial's folder"));
  CHECK_THAT(problem_in(with("")), Contains("f.toml:8:2: [capture] captures nothing"));
  CHECK_THAT(problem_in(with("stdot = []\n")), Contains("did you mean 'stdout'?"));
  const std::string ignore = changed("other     = [", "undeclared = \"ignore\"\nother     = [");
  CHECK(sweep_of(ignore).experiment.command->undeclared == Undeclared::kIgnore);
  CHECK_THAT(
      problem_in(changed("other     = [", "undeclared = \"ignor\"\nother     = [")),
      Contains("f.toml:25:14: unknown value of 'undeclared' 'ignor' (did you mean 'ignore'?)"));
}

TEST_CASE("a metric may have real steps", "[command]") {
  const std::string real =
      changed("name = \"accuracy\"",
              "name = \"accuracy\", step = { unit = \"epochs\", resolution = 0.001 }");
  const MetricSpec metric = sweep_of(real).experiment.metrics.at(1);
  CHECK(metric.step == "0.001 epochs");
  CHECK(metric.step_resolution == 0.001);
  CHECK_THAT(problem_in(changed("name = \"accuracy\"",
                                "name = \"accuracy\", step = { unit = \"epochs\" }")),
             Contains("expected { unit = \"epochs\", resolution = 0.001 }"));
}

TEST_CASE("what is wrong with a command is said where it stands", "[command]") {
  const auto wrong = [](const std::string& from, const std::string& to) {
    return problem_in(changed(from, to));
  };
  CHECK(
      wrong("--lr={lr}", "--lr={lrr}") ==
      "f.toml:3:22: unknown place 'lrr' (did you mean 'lr'?); a parameter has a value in [fixed], "
      "levels in [factors] or a default in [parameters]");
  CHECK_THAT(wrong("--lr={lr}", "--lr={lr"),
             Contains("f.toml:3:22: a '{' without its '}' in '--lr={lr'"));
  CHECK(wrong("--lr={lr}", "--lr") ==
        "f.toml:12:1: the program does not receive parameter 'lr': put {lr} into 'command' or "
        "[environment], or set parameters_file = true if it reads $POLYSWEEP_PARAMETERS_FILE");
  CHECK(wrong("--lr={lr}", "{parameters_file}").empty());
  CHECK_THAT(wrong("[\"fit\"", "[\"{momentum}\""),
             Contains("f.toml:3:15: the program needs parameter 'momentum', which does not apply"));
  CHECK_THAT(wrong("[\"fit\"", "[[\"fit\"]"),
             Contains("f.toml:3:14: 'command' is a list of words"));
  CHECK_THAT(wrong("when = { amp = true }", "when = { amp = 3 }"),
             Contains("3 is not a value of parameter 'amp', which is true or false"));
  CHECK(wrong("words = [\"--amp\"]", "word = [\"--amp\"]") ==
        "f.toml:3:67: unknown key of a group of words 'word' (did you mean 'words'?)");
  CHECK_THAT(wrong("SEED =", "POLYSWEEP_X ="),
             Contains("f.toml:9:1: 'POLYSWEEP_X' is not a variable"));
  CHECK_THAT(wrong("SEED =", "\"A=B\" ="), Contains("f.toml:9:1: 'A=B' is not a variable"));
  CHECK(wrong("time_limit = 600", "time_limit = 0") ==
        "f.toml:6:14: 'time_limit' is a number of seconds above 0, at most 1000000000");
  CHECK(wrong("time_limit = 600", "stop_grace = 1e300") ==
        "f.toml:6:14: 'stop_grace' is a number of seconds above 0, at most 1000000000");
  CHECK(wrong("version    = 3", "version    = 0") ==
        "f.toml:4:14: 'version' is an integer from 1 to 1000000000");
  CHECK(wrong("version    = 3", "files = \"train.py\"") ==
        "f.toml:4:9: 'files' is a text; expected a list of files");
  CHECK(wrong("version    = 3", "code = \"live!\"") ==
        "f.toml:4:8: unknown value of 'code' 'live!' (did you mean 'live'?)");
  CHECK(wrong("version    = 3", "outputs = [\"../x\"]") ==
        "f.toml:4:12: '../x' is not a folder below that of the sweep");
  CHECK(wrong("experiment = \"fit\"", "experiment = \"a b\"") ==
        "f.toml:2:14: 'a b' is not a name for an experiment; expected 1 to 100 letters, digits, "
        "'.', '_' and '-'");
  CHECK(problem_in("sweep = \"s\"\nexperiment = \"e\"\nfiles = []\n") ==
        "f.toml:3:1: the key 'files' belongs to a sweep with command = [\"PROGRAM\", ...]");
  CHECK_THAT(problem_in("sweep = \"s\"\nexperiment = \"e\"\ncomand = []\n"),
             Contains("f.toml:3:1: unknown key 'comand' (did you mean 'command'?)"));
  CHECK_THAT(problem_in("sweep = \"s\"\nexperiment = \"e\"\ncommand = [\"x\"]\n"),
             Contains("f.toml:3:1: a sweep with a command says what its program reports"));
}

TEST_CASE("what is wrong with a declared schema is said where it stands", "[command]") {
  const auto wrong = [](const std::string& from, const std::string& to) {
    return problem_in(changed(from, to));
  };
  CHECK_THAT(wrong("default = 0.1, range", "default = 2, type = \"real\", range"),
             Contains("f.toml:12:25: 2.0 is not a value of parameter 'lr'") ||
                 Contains("f.toml:12:25: 2 is not a value of parameter 'lr'"));
  CHECK(wrong("default = 0.1, range = [0, 1]", "range = [0, 1]") ==
        "f.toml:12:1: parameter 'lr' has no 'default', and no value in [fixed] or [factors]");
  CHECK(wrong("range = [0, 1]", "range = [0]") ==
        "f.toml:12:38: 'range' is a list of two numbers, [LOWEST, HIGHEST]");
  CHECK(wrong("amp       = false", "slot = false") ==
        "f.toml:15:1: 'slot' is a place that polysweep fills; use another name");
  CHECK(wrong("amp       = false", "\"a=b\" = false") ==
        "f.toml:15:1: 'a=b' is not a name for a parameter; expected 1 to 100 letters, digits, '.', "
        "'_' "
        "and '-'");
  CHECK(wrong("when = { optimizer = \"sgd\" }", "when = { optimiser = \"sgd\" }") ==
        "f.toml:14:39: unknown parameter 'optimiser' (did you mean 'optimizer'?)");
  CHECK(wrong("unit = \"1\"", "units = \"1\"") ==
        "f.toml:12:46: unknown key of a parameter 'units' (did you mean 'unit'?)");
  CHECK(wrong("goal = \"minimize\"", "goal = \"least\"") ==
        "f.toml:23:37: unknown goal 'least'; known: minimize, maximize");
  CHECK(wrong(", goal = \"maximize\"", "") ==
        "f.toml:24:14: metric 'accuracy' has no goal; expected { name = \"accuracy\", goal = "
        "\"minimize\" } or \"maximize\"");
  CHECK(wrong("\"speed\"", "\"loss\"") == "f.toml:25:14: metric 'loss' is named twice");
  CHECK_THAT(wrong("nan = \"diverged\"", "nan = \"divergd\""),
             Contains("unknown value of 'nan' 'divergd' (did you mean 'diverged'?)"));
}

TEST_CASE("a role and a unit of steps are checked where they stand", "[command]") {
  CHECK(problem_in(changed("range = [0, 1]", "role = \"bugdet\"")) ==
        "f.toml:12:37: unknown role of a parameter 'bugdet' (did you mean 'budget'?)");
  CHECK(problem_in(changed("unit = \"nat\"", "role = \"data\"")) ==
        "f.toml:23:56: unknown role of a metric 'data'; known: budget, size, progress, "
        "cost");
  CHECK(problem_in(changed("unit = \"nat\"", "step = \"two words\"")) ==
        "f.toml:23:56: 'two words' is not a name for a unit of steps; expected 1 to 100 letters, "
        "digits, '.', '_' and '-'");
  CHECK(problem_in(changed("version    = 3", "clock = 3")) ==
        "f.toml:4:9: 'clock' is an integer; expected a text");
}

TEST_CASE("what belongs to the code is what the file says, or is to be found", "[command]") {
  const std::string rest = R"(sweep = "s"
experiment = "e"
command = ["python3", "train.py"]
metrics = { primary = { name = "m", goal = "minimize" } }
)";
  const auto code_of = [&](const std::string& before) {
    return parse_sweep(before + rest, "f.toml", {}, Catalogue{}).experiment.command->code;
  };
  CHECK_FALSE(code_of("").declared.has_value());
  CHECK_FALSE(code_of("").is_live);
  const CodeSpec code =
      code_of("files = [\"train.py\"]\ncode = \"live\"\noutputs = [\"out/\", \"a/./b\"]\n");
  REQUIRE(code.declared.has_value());
  CHECK(code.declared->at(0).path == "train.py");
  CHECK(code.declared->at(0).place == "f.toml:1:10");
  CHECK(code.is_live);
  CHECK(code.outputs == std::vector<std::string>{"out", "a/b"});
  CHECK(code_of("files = []\n").declared->empty());
}

TEST_CASE("a command without parameters is one trial", "[command]") {
  DataFolder no_data{{}};
  const Plan plan(sweep_of("sweep = \"t\"\nexperiment = \"t\"\ncommand = [\"true\"]\n"
                           "[metrics]\nprimary = { name = \"elapsed_s\", goal = \"minimize\" }\n"),
                  no_data);
  REQUIRE(plan.size() == 1);
  CHECK(plan.cell_count() == 1);
  CHECK(plan.trial(0).parameters.canonical() == "{}");
  CHECK(argv_of(*plan.sweep().experiment.command, {}) == std::vector<std::string>{"true"});
}

TEST_CASE("a command that the system cannot start is refused", "[command]") {
  const auto text = [](const std::string& level, const std::string& words,
                       const std::string& environment) {
    return "sweep = \"t\"\nexperiment = \"t\"\ncommand = [\"true\"" + words +
           "]\n[parameters]\na = \"x\"\n[factors]\na = [\"" + level +
           "\", \"b\"]\n[metrics]\nprimary = { name = \"elapsed_s\", goal = \"minimize\" }\n" +
           "[environment]\nA = \"" + environment + "\"\n";
  };
  const auto problem = [](const std::string& of) {
    DataFolder no_data{{}};
    const Plan plan(sweep_of(of), no_data);
    try {
      expect_startable(plan);
      return std::string();
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  const std::string longest(131'071, 'y');  // and a zero: 32 pages
  CHECK(problem(text(longest, ", \"{a}\"", "1")).empty());
  CHECK_THAT(problem(text(longest + "y", ", \"{a}\"", "1")),
             Catch::Matchers::StartsWith("f.toml:3:11: argument 1 of trial ") &&
                 Catch::Matchers::EndsWith(
                     " has 131072 bytes, and the system starts a program with at most 131071 "
                     "in one; write the text to a file and pass its path"));
  // With "A=".
  CHECK(problem(text(longest.substr(2), "", "{a}")).empty());
  CHECK_THAT(problem(text(longest.substr(1), "", "{a}")),
             Catch::Matchers::StartsWith("f.toml:11:5: the variable A of trial ") &&
                 Contains(" has 131072 bytes with its name, and the system starts a program with "
                          "at most 131071 in one"));
  std::string many;
  for (std::size_t bytes = 0; bytes < argument_space(); bytes += longest.size()) {
    many += ", \"{a}\"";
  }
  CHECK_THAT(
      problem(text(longest, many, "1")),
      Catch::Matchers::StartsWith("f.toml:3:11: the arguments and the environment of trial ") &&
          Contains(fmt::format("with at most {};", argument_space())));
}

}  // namespace polysweep
