// A command line as an experiment: the program, its arguments and its limits.
//
// docs/sweep_file.md documents how a sweep file declares it, docs/protocol.md
// how polysweep and the program communicate.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/sweep/parameter_history.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/word_template.h"

namespace polysweep {

// The places of a template that are not parameters.
inline constexpr std::array<std::string_view, 13> kCommandPlaces = {
    "trial",        "attempt",     "trial_folder", "checkpoint_folder", "parameters_file",
    "metrics_file", "data_folder", "sweep_folder", "source_folder",     "device",
    "slot",         kYamlPlace,    kJsonPlace};
// As {overrides...}: all parameters of the trial as words of Hydra.
inline constexpr std::string_view kOverridesPlace = "overrides";

// A group of words: all of them are left out if `when` does not hold or a
// parameter in one of them does not apply.
struct CommandWords {
  std::vector<WordTemplate> words;
  std::vector<Condition> when;
};

// An environment variable; not set if a parameter in it does not apply.
struct CommandVariable {
  std::string name;
  WordTemplate value;
};

// A file of the code that a command runs.
struct InputFile {
  std::string path;    // relative to CodeSpec::root; absolute if it lies outside of it
  std::string sha256;  // of its content, 64 hex digits
  bool executable = false;
};

// The code of a command: what belongs to it, and how its trials see it.
struct CodeSpec {
  // A file or folder that `files` of the sweep file names, and where it does.
  struct Declared {
    std::string path;
    std::string place;
  };
  // Empty where the sweep file has no `files`: then they are found.
  std::optional<std::vector<Declared>> declared;
  bool is_live = false;              // trials run in the work tree, not from a snapshot
  std::vector<std::string> outputs;  // folders that are empty at first, as in the sweep file
  // Set with CommandSpec::files (runners/code/code_files.h): the folder of the work tree
  // whose code it is, absolute, and the sweep's folder below it ("." for itself).
  std::string root;
  std::string sweep_in_root = ".";
  // code_same_as of the sweep file: the first digits of the version of the code that this
  // one is declared to mean the same as, and where; "" for none.
  std::string same_as;
  std::string same_as_place;
  std::string stands_for;  // the digest of that version, once it is found
};

// What becomes of a reported metric that the sweep does not declare.
enum class Undeclared : std::uint8_t { kRecord, kIgnore, kError };

// "record", "ignore", "error".
std::string_view undeclared_name(Undeclared policy);
// Throws Error that names the nearest policy for any other name.
Undeclared undeclared_from_name(std::string_view name);

// Where metrics are read from, beside the metrics file (docs/protocol.md, "Metrics
// that a program writes elsewhere"). It is not part of a trial's identity.
struct CaptureSpec {
  std::vector<std::string> output_patterns;  // RE2, with named groups
  bool json = false;                         // lines of the output that are JSON objects
  std::string tensorboard;  // folder in the trial's folder that has event files; "": none
  std::string csv;          // file in the trial's folder, may have wildcards; "": none

  bool any() const {
    return json || !output_patterns.empty() || !tensorboard.empty() || !csv.empty();
  }
};

struct CommandSpec {
  std::vector<CommandWords> words;  // the first group is the program alone
  std::vector<CommandVariable> environment;
  WordTemplate folder{"{sweep_folder}"};  // the working folder
  std::string sweep_folder;               // absolute
  CodeSpec code;
  std::vector<InputFile> files;        // of its code, sorted by path
  std::string primary;                 // the metric without which a trial is not done
  std::vector<std::string> diverging;  // metrics whose NaN or infinity is a divergence
  Undeclared undeclared = Undeclared::kRecord;
  CaptureSpec capture;
  double time_limit_s = 0;      // of one attempt; 0: none
  double progress_limit_s = 0;  // without a report; 0: none
  double stop_grace_s = 20;     // from SIGTERM to SIGKILL

  // Whether a word, a variable or the folder has a place of this name.
  bool has_place(std::string_view place) const;

  // What a trial's identity holds as its data: SHA-256 (hex) over the templates and
  // `data_digest`, that of the data files ("" for none). Of the templates as they were
  // with `earlier` parameters: words of one that was missing are left out.
  std::string identity_digest(std::string_view data_digest,
                              const EarlierParameters& earlier = {}) const;
  // Whether its trials run from a snapshot of `files`.
  bool has_snapshot() const { return !code.is_live && !files.empty(); }
  // What it holds as its code: SHA-256 (hex) over path, executable bit and content of
  // `files` and CodeSpec::sweep_in_root; "" where there are none.
  std::string code_digest() const;
  // What identities hold: the version that the code is declared to mean the same as
  // (CodeSpec::stands_for), else code_digest().
  std::string identity_code() const;

  std::string to_json() const;
  static CommandSpec from_json(std::string_view json);
};

// A command with its places filled in.
struct FilledCommand {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string folder;
};

// `places` gives the places of kCommandPlaces by name; `parameters` are complete.
// A parameter's value is its canonical text, a text without quotes.
FilledCommand fill_command(const CommandSpec& command, const Parameters& parameters,
                           const std::vector<std::pair<std::string_view, std::string>>& places);

// The arguments as they would be typed in a shell, only for display.
std::string shell_words(const std::vector<std::string>& argv);

}  // namespace polysweep
