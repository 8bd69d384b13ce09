// polysweep init: a sweep file for a program, from its help text.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/commands/command_table.h"
#include "cli/shared/program_help.h"
#include "cli/shared/python_text.h"
#include "cli/shared/scratch_folder.h"
#include "cli/shared/script_defaults.h"
#include "cli/shared/script_settings.h"
#include "cli/shared/sweep_outline.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/name_rule.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/file/sweep_override.h"
#include "framework/sweep/plan/plan.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "runners/process/child_process.h"
#include "runners/process/program_output.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr double kHelpTime_s = 30;  // importing a framework takes many seconds at first
constexpr std::size_t kHelpBytes = 4 * 1024 * 1024;
constexpr std::size_t kMostScriptBytes = 1024 * 1024;
constexpr const char* kWithoutProgram = "sweep.toml";

void declare_init(CommandOptions& options) {
  options.shown.add_options()("out", po::value<std::string>()->value_name("FILE"),
                              "the sweep file to write (default: named after the script); it must "
                              "not exist")(
      "help-seconds", po::value<double>()->default_value(kHelpTime_s)->value_name("SECONDS"),
      "how long the program may take to print its help")(
      "vary", po::value<std::vector<std::string>>()->composing()->value_name("NAME=VALUE,VALUE"),
      "a parameter to vary, with its levels; may be repeated");
  options.command_line("program");
}

bool is_file(const fs::path& path) {
  std::error_code unknown;
  return fs::is_regular_file(path, unknown);
}

// The file of a module of `python3 -m MODULE`, relative; "" where it is not here.
std::string module_file(const std::string& module) {
  std::string path = module;
  std::replace(path.begin(), path.end(), '.', '/');
  if (is_file(path + ".py")) return path + ".py";
  return is_file(path + "/__main__.py") ? path + "/__main__.py" : "";
}

// The script among the words of a command, relative or absolute; "" for none.
std::string script_of(const Words& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "-m" && i + 1 < words.size()) return module_file(words[i + 1]);
    if (words[i].starts_with("-")) continue;
    return is_file(words[i]) ? words[i] : "";
  }
  return "";
}

fs::path program_of(const std::string& word) {
  if (word.find('/') != std::string::npos) {
    if (!is_file(word)) fail("the program {} does not exist", in_quotes(word));
    return fs::absolute(word);
  }
  const fs::path found = find_program(word);
  if (found.empty()) {
    fail("the program {} is not in $PATH{}", in_quotes(word),
         is_file(word)
             ? fmt::format("; to run the file, write ./{0} or, for a script, python3 {0}", word)
             : "");
  }
  return found;
}

// A working folder for a program in which relative paths of the real one still resolve
// and new files do no harm.
void link_entries(const fs::path& of, const fs::path& into) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(of, ignored)) {
    fs::create_symlink(fs::absolute(entry.path()), into / entry.path().filename(), ignored);
  }
}

struct Answer {
  std::string text;     // what was printed
  std::string problem;  // why there is none; "" if there is
};

// Runs the program with `question` as its last words. Never without them.
Answer ask(const Words& words, const Words& question, double time_s) {
  const ScratchFolder folder("init");
  link_entries(fs::current_path(), folder.path());
  ProcessOptions options;
  options.argv = words;
  options.argv[0] = program_of(words[0]).string();
  for (std::string& word : options.argv) {
    std::error_code unknown;
    if (word.starts_with("..") && fs::exists(word, unknown)) word = fs::absolute(word).string();
  }
  options.argv.insert(options.argv.end(), question.begin(), question.end());
  options.environment = {{"COLUMNS", "110"},
                         {"TERMINAL_WIDTH", "110"},
                         {"NO_COLOR", "1"},
                         {"TERM", "dumb"},
                         {"PYTHONIOENCODING", "utf-8"},
                         {"PYTHONDONTWRITEBYTECODE", "1"},
                         {"CUDA_VISIBLE_DEVICES", ""}};
  options.folder = folder.path();
  options.channel = false;
  options.session = true;
  ChildProcess process(options);
  std::optional<std::string> output = process.read_all_output(time_s, kHelpBytes);
  if (!output) {
    process.kill(SIGKILL);
    process.wait();
    return {"",
            fmt::format("{} did not end within {:g} s: does it ignore it?", question[0], time_s)};
  }
  process.wait();
  return {std::move(*output), ""};
}

struct FoundHelp {
  ProgramHelp help;
  std::string problem;
};

FoundHelp find_help(const Words& words, double time_s) {
  const Answer first = ask(words, {"--help"}, time_s);
  if (!first.problem.empty()) return {{}, first.problem};
  ProgramHelp help = read_help(first.text);
  const auto says = [&](const char* what) { return first.text.find(what) != std::string::npos; };
  Words second;
  if (help.parameters.empty() && says("--helpfull")) second = {"--helpfull"};
  if (help.parameters.empty() && says("--hydra-help")) second = {"--cfg", "job"};
  if (!second.empty()) {
    const Answer more = ask(words, second, time_s);
    if (more.problem.empty()) {
      help = read_help((second[0] == "--cfg" ? "== Config ==\n" : "") + more.text);
    }
  }
  if (help.parameters.empty()) {
    const std::string line = first.text.substr(0, first.text.find('\n'));
    return {help, line.empty() ? "it prints nothing for --help"
                               : "no options were recognised in what it prints for --help, which "
                                 "starts with " +
                                     in_quotes(line)};
  }
  return {help, ""};
}

// Parameters that the words already give have their value there.
void leave_out_given(const Words& words, ProgramHelp& help) {
  std::set<std::string> given;
  bool has_argument = false;
  const std::string script = script_of(words);
  for (std::size_t i = 1; i < words.size(); ++i) {
    given.insert(words[i].substr(0, words[i].find('=')));
    const std::string& before = words[i - 1];
    const bool is_value = before.starts_with("-") && before.find('=') == std::string::npos;
    has_argument = has_argument || (!words[i].starts_with("-") && words[i] != script && !is_value);
  }
  std::erase_if(help.parameters, [&](const ProgramParameter& one) {
    return given.contains(one.option) ||
           std::any_of(one.spellings.begin(), one.spellings.end(),
                       [&](const std::string& each) { return given.contains(each); });
  });
  if (has_argument) help.arguments.clear();
}

std::string start_of(const fs::path& file) {
  std::ifstream in(file);
  std::string text(kMostScriptBytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

// Modules and packages beside a Python script that it imports by name.
std::vector<fs::path> local_imports(const fs::path& script) {
  std::vector<fs::path> found;
  if (script.extension() != ".py") return found;
  std::istringstream lines(start_of(script));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word != "import" && word != "from") continue;
    words >> word;
    word = word.substr(0, word.find_first_of(".,;"));
    if (!is_name(word)) continue;
    const fs::path module = script.parent_path() / (word + ".py");
    const fs::path package = script.parent_path() / word;
    const fs::path& one = is_file(module) ? module : package;
    if (one == package && !is_file(package / "__init__.py")) continue;
    if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
  }
  return found;
}

// As a path relative to the folder of the sweep file.
std::string seen_from(const fs::path& folder, const fs::path& file) {
  return fs::absolute(file).lexically_normal().lexically_relative(folder).string();
}

std::string sweep_name(const std::string& stem) {
  std::string name;
  for (const char c : stem) name += is_letter_or_digit(c) || c == '_' || c == '.' ? c : '-';
  while (!name.empty() && (name[0] == '.' || name[0] == '-')) name.erase(0, 1);
  return name.empty() || !is_name(name) ? "sweep" : name;
}

// --vary lr=0.01,0.1 --vary seed=0..4
std::vector<VariedParameter> varied_parameters(const po::variables_map& given) {
  std::vector<VariedParameter> out;
  for (const std::string& word : texts_of(given, "vary")) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      fail("--vary {}: expected NAME=VALUE,VALUE or NAME=FIRST..LAST", in_quotes(word));
    }
    const std::string name = word.substr(0, equals);
    for (const VariedParameter& other : out) {
      if (other.name == name) fail("--vary {}: '{}' is given twice", in_quotes(word), name);
    }
    out.push_back({name, levels_from_argument(std::string_view(word).substr(equals + 1))});
  }
  return out;
}

// The words as they stand in a sweep file in `folder`, which is where its trials run.
Words words_seen_from(const fs::path& folder, Words words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_path =
        i > 0 ? !words[i].starts_with("-") : words[i].find('/') != std::string::npos;
    std::error_code unknown;
    if (!is_path || fs::path(words[i]).is_absolute() || !fs::exists(words[i], unknown)) continue;
    const std::string seen = seen_from(folder, words[i]);
    words[i] = i == 0 && seen.find('/') == std::string::npos ? "./" + seen : seen;
  }
  return words;
}

SweepOutline outline_of(const Words& words, const fs::path& folder, const std::string& script) {
  SweepOutline outline;
  const bool is_local =
      words[0].find('/') != std::string::npos && !fs::path(words[0]).is_absolute();
  if (is_local) outline.files.push_back(seen_from(folder, words[0]));
  if (!script.empty()) {
    outline.files.push_back(seen_from(folder, script));
    for (const fs::path& one : local_imports(script))
      outline.files.push_back(seen_from(folder, one));
  }
  outline.name = sweep_name(fs::path(script.empty() ? words[0] : script).stem().string());
  std::string command;
  for (const std::string& word : words) command += " " + shell_escaped(word);
  outline.origin = "Written by `polysweep init" + command + "`.";
  outline.program = words_seen_from(folder, words);
  return outline;
}

bool is_yaml(const std::string& word) {
  return (word.ends_with(".yaml") || word.ends_with(".yml")) && is_file(word);
}

bool names_configuration(const std::string& option) {
  return option.find("conf") != std::string::npos || option.find("cfg") != std::string::npos;
}

struct Configuration {
  std::string option;  // "--config"; "word" for a file that is named without one; "": none
  std::string file;
};

// A YAML file that the words name, which are removed then.
Configuration take_configuration(Words& words) {
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const bool is_joined = words[i].starts_with("-") && equals != std::string::npos;
    const std::string file = is_joined ? words[i].substr(equals + 1) : words[i];
    if (!is_yaml(file)) continue;
    const bool is_split =
        !is_joined && words[i - 1].starts_with("-") && words[i - 1].find('=') == std::string::npos;
    const std::string option = is_joined  ? words[i].substr(0, equals)
                               : is_split ? words[i - 1]
                                          : "word";
    if (option != "word" && option != "-c" && !names_configuration(option)) continue;
    const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
    words.erase(is_split ? at - 1 : at, at + 1);
    return {option, file};
  }
  return {};
}

// An option of the help that names a file of parameters, by its default.
Configuration known_configuration(const ProgramHelp& help, std::vector<std::string>& to_do) {
  for (const ProgramParameter& one : help.parameters) {
    if (one.form != ProgramParameter::Form::kOption || !names_configuration(one.option)) continue;
    const bool has_text = one.default_value && one.default_value->type() == ValueType::kText;
    if (has_text && is_yaml(one.default_value->text())) {
      return {one.option, one.default_value->text()};
    }
    to_do.push_back(fmt::format(
        "{0}: to vary what stands in its YAML file, name the file: polysweep init ... {0} "
        "FILE.yaml; its parameters are then in [fixed], and a trial gets a file of its own",
        one.option));
  }
  return {};
}

// Of a script that reads YAML: the parameters of its file take the place of its options, of
// which the seed and those to vary stay. A trial gets a file of all of them.
void use_configuration(const Configuration& found, SweepOutline& outline,
                       std::vector<std::string>& to_do) {
  YamlSettings settings = read_yaml_settings(start_of(found.file));
  for (const std::string& one : settings.unread) {
    to_do.push_back(
        fmt::format("{}, {}; the file that a trial gets does not have it: let the script have a "
                    "default, or give it a value in [fixed]",
                    found.file, one));
  }
  if (settings.parameters.empty()) return;
  const auto has = [](const std::vector<ProgramParameter>& all, const std::string& name) {
    return std::any_of(all.begin(), all.end(),
                       [&](const ProgramParameter& one) { return one.name() == name; });
  };
  std::erase_if(outline.help.parameters, [&](const ProgramParameter& one) {
    std::string name = one.name();
    const bool is_varied =
        std::any_of(outline.vary.begin(), outline.vary.end(), [&](VariedParameter varied) {
          std::replace(varied.name.begin(), varied.name.end(), '-', '_');
          return varied.name == name;
        });
    const bool stays = one.required || name.ends_with("seed") || is_varied;
    return one.option == found.option || has(settings.parameters, name) || !stays;
  });
  outline.help.parameters.insert(outline.help.parameters.begin(), settings.parameters.begin(),
                                 settings.parameters.end());
  outline.configuration = found.option;
  fmt::print("found {} in {}\n", count_text(settings.parameters.size(), "parameter"),
             terminal_escaped(found.file));
}

// The parameters of a script that takes key=value words.
std::vector<ProgramParameter> key_values_of(const std::string& text, const std::string& script) {
  if (!takes_key_values(text)) return {};
  const std::vector<ProgramParameter> known = key_values_of_script(text);
  if (!known.empty() || text.find("OmegaConf.load(") == std::string::npos) return known;
  for (const PythonCall& call : python_calls(without_comments(text), "OmegaConf.load")) {
    const auto name = call.arguments.empty() ? std::nullopt : python_text(call.arguments[0]);
    if (!name) continue;
    for (const fs::path& file : {fs::path(*name), fs::path(script).parent_path() / *name}) {
      if (!is_yaml(file.string())) continue;
      std::vector<ProgramParameter> found = read_yaml_settings(start_of(file)).parameters;
      for (ProgramParameter& one : found) one.form = ProgramParameter::Form::kKeyValue;
      return found;
    }
  }
  return {};
}

// The number of trials, or why `polysweep plan` does not accept the text.
std::string planned(const std::string& text, const fs::path& file,
                    std::vector<std::string>& to_do) {
  try {
    DataFolder data{fs::path()};
    const Plan plan(parse_sweep(text, file.string(), {}, Catalogue{}), data);
    return count_text(plan.size(), "trial");
  } catch (const Error& wrong) {
    to_do.push_back(fmt::format("`polysweep plan` does not accept the file yet: {}", wrong.what()));
    return "";
  }
}

[[noreturn]] void fail_exists(const fs::path& file) {
  fail("{} exists and is not overwritten; --out FILE, before the program, names another",
       file.string());
}

void expect_new(const fs::path& file) {
  std::error_code unknown;
  if (fs::exists(file, unknown)) fail_exists(file);
}

// Makes its folder, too.
void write_new(const fs::path& file, const std::string& text) {
  const fs::path place = fs::absolute(file).lexically_normal();
  system_files().create_folders(place.parent_path());
  if (!system_files().create_atomically(place, text)) fail_exists(file);
}

void print_end(const fs::path& file, const SweepText& sweep, const std::string& trials) {
  const std::string name = shell_escaped(file.string());
  fmt::print("wrote {}{}\n", terminal_escaped(file.string()),
             trials.empty() ? "" : fmt::format(": {} as it stands", trials));
  fmt::print("to fill in or to check:\n");
  for (const std::string& sentence : sweep.to_do)
    fmt::print("  - {}\n", terminal_escaped(sentence));
  fmt::print("then: polysweep try {0} && polysweep plan {0} && polysweep run {0}\n", name);
}

// A word that looks like a script names one.
void expect_script(const std::string& word) {
  static const std::set<std::string> endings = {".py", ".sh", ".jl", ".R", ".pl", ".rb", ".lua"};
  const fs::path path = word;
  if (word.starts_with("-") || !endings.contains(path.extension().string())) return;
  if (!is_file(word)) fail("the script {} does not exist", in_quotes(word));
}

int run_init(const po::variables_map& given) {
  const Words words = texts_of(given, "program");
  if (words.size() > 1) expect_script(words[1]);
  const std::string script = words.empty() ? "" : script_of(words);
  const fs::path out = [&]() -> fs::path {
    if (given.count("out") > 0) return given["out"].as<std::string>();
    if (words.empty()) return kWithoutProgram;
    return sweep_name(fs::path(script.empty() ? words[0] : script).stem().string()) + ".toml";
  }();
  expect_new(out);
  const fs::path folder = fs::absolute(out).lexically_normal().parent_path();
  SweepOutline outline;
  std::vector<std::string> to_do;
  bool is_known = false;
  if (words.empty()) {
    outline.name = sweep_name(out.stem().string());
    outline.origin = "Written by `polysweep init`: an outline for any program.";
    outline.program = {"python3", "train.py"};
  } else {
    const std::string text = script.empty() ? "" : start_of(script);
    Words kept = words;
    Configuration configuration;
    const bool reads_yaml =
        text.find("yaml") != std::string::npos || text.find("OmegaConf.load") != std::string::npos;
    if (reads_yaml) configuration = take_configuration(kept);
    outline = outline_of(words, folder, script);
    outline.program = words_seen_from(folder, kept);
    outline.vary = varied_parameters(given);
    FoundHelp found = find_help(words, given["help-seconds"].as<double>());
    outline.help = std::move(found.help);
    bool from_text = false;
    if (!script.empty()) {
      if (!found.problem.empty()) {
        outline.help = options_of_script(text);
        if (outline.help.parameters.empty()) {
          outline.help.parameters = key_values_of(text, script);
        }
        if (outline.help.parameters.empty() && takes_key_values(text)) {
          to_do.push_back(
              "command: the program takes key=value words; write \"lr={lr}\" for each parameter "
              "in 'command', and its value in [fixed]");
        }
        from_text = !outline.help.parameters.empty();
      } else {
        add_defaults_of_script(text, outline.help);
      }
      outline.metrics = read_script_metrics(text);
    }
    leave_out_given(words, outline.help);
    if (reads_yaml && configuration.option.empty()) {
      configuration = known_configuration(outline.help, to_do);
    }
    if (!configuration.option.empty()) use_configuration(configuration, outline, to_do);
    is_known = found.problem.empty() || from_text;
    if (is_known) {
      fmt::print("found {} in the {} of {}{}\n",
                 count_text(outline.help.parameters.size(), "parameter"),
                 from_text ? "text" : "help", terminal_escaped(script.empty() ? words[0] : script),
                 from_text ? "; " + terminal_escaped(found.problem) : "");
    } else {
      fmt::print("no parameters were found: {}\n", terminal_escaped(found.problem));
    }
  }
  outline.vary = varied_parameters(given);
  SweepText sweep = write_outline(outline);
  sweep.to_do.insert(sweep.to_do.begin(), to_do.begin(), to_do.end());
  if (!is_known) {
    sweep.to_do.insert(sweep.to_do.begin(),
                       "command: the program and its parameters, each with a value in [fixed] or "
                       "levels in [factors]");
  }
  const std::string trials = planned(sweep.text, out, sweep.to_do);
  write_new(out, sweep.text);
  print_end(out, sweep, trials);
  return kExitComplete;
}

}  // namespace

const Command kInitCommand = {
    "init",
    "Writes a sweep file for a program, with the parameters and defaults that its --help shows",
    "[--out FILE] [--vary NAME=VALUE,VALUE ...] [PROGRAM [ARGUMENT ...]]",
    "  polysweep init python3 train.py\n"
    "  polysweep init --vary lr=0.01,0.1 python3 train.py\n"
    "  polysweep init --out lr.toml python3 train.py --data mnist",
    declare_init,
    run_init,
};

}  // namespace polysweep
