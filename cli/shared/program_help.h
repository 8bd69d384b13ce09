// The parameters of a program, as its help text describes them.
//
// Known are the layouts of argparse, click, typer and tyro (with their boxes) and what
// resembles them, of absl, and of Hydra, whose help shows the configuration as YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

struct ProgramParameter {
  enum class Form : std::uint8_t {
    kOption,    // --lr VALUE
    kFlag,      // --amp, perhaps with --no-amp
    kKeyValue,  // lr=VALUE, as Hydra takes it
    kFile,      // in a file that the program reads
  };

  std::string option;                  // as the program spells it: "--batch-size", "model.width"
  std::vector<std::string> spellings;  // all of them: "-b", "--batch-size"
  std::string negation;                // of a flag: what turns it off; "" for none
  Form form = Form::kOption;
  std::optional<ValueType> type;       // as the help names it; empty: it does not
  std::optional<Value> default_value;  // of a flag always a boolean
  bool required = false;
  bool many = false;               // takes several values
  std::vector<std::string> words;  // the values it accepts; none: any
  std::string doc;                 // one line

  // The name in a sweep file: "batch_size".
  std::string name() const;
};

enum class HelpLayout : std::uint8_t { kOptions, kAbsl, kHydra };

struct ProgramHelp {
  HelpLayout layout = HelpLayout::kOptions;
  std::vector<ProgramParameter> parameters;  // in the order of the text, each name once
  // What the program expects besides options: "DATA", "{train,eval}".
  std::vector<std::string> arguments;

  bool empty() const { return parameters.empty() && arguments.empty(); }
};

// `text`: any bytes. Options that print something, such as --help, are left out.
ProgramHelp read_help(std::string_view text);

}  // namespace polysweep
