// The parameters of a Python script that has no options for them: it takes key=value words,
// or reads a YAML file.
//
// A guess for `polysweep init`: texts are read, never run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/shared/program_help.h"

namespace polysweep {

// True if the script takes words of its command line apart at '='.
bool takes_key_values(std::string_view script);

// The texts of its dictionary of defaults: config = {"lr": 0.1} or dict(lr=0.1). Of several
// dictionaries the first whose name says that it is one of settings, else the first.
std::vector<ProgramParameter> key_values_of_script(std::string_view script);

struct YamlSettings {
  std::vector<ProgramParameter> parameters;  // dotted names, each with its value
  std::vector<std::string> unread;           // "line 4: layers is null"
};

// Of a file of nested mappings with numbers, texts and lists of them as values. Their form is
// Form::kFile.
YamlSettings read_yaml_settings(std::string_view text);

}  // namespace polysweep
