// Parameters that were added or renamed, and the identity of trials made before.
//
// The owner of an experiment says that a parameter means the same as before:
// ParameterSpec::was names what it was called, and ParameterSpec::since the version of
// the experiment that added it, at its default without an effect on the trials of earlier
// versions. The identity of a trial is then that of before.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "framework/sweep/parameters.h"

namespace polysweep {

// What a plan keeps of such a parameter.
struct ParameterHistory {
  std::string name;
  std::string was;  // "": it had this name always
  int since = 1;
  Value default_value;
  std::vector<Condition> when;
};

// Parameters as a command had them in an earlier version of its file.
struct EarlierParameters {
  std::map<std::string, std::string> names;  // of now -> what it was
  std::set<std::string> missing;             // not there yet
};

// As identities of `version` have them.
EarlierParameters earlier_parameters(const Schema& schema, int version);

// Those of the schema that have a history, in its order.
std::vector<ParameterHistory> history_of(const Schema& schema);

// The parameters of a trial whose identity has `version` and `parameters`, by their names of
// now, with those that were added since.
Parameters current_parameters(const std::vector<ParameterHistory>& history, int version,
                              Parameters parameters);

// Throws Error where the history of `spec`, a parameter of `schema`, contradicts itself: it
// was called like another parameter, or is there since a version beyond `version`.
void check_history(const ParameterSpec& spec, const Schema& schema, int version);

}  // namespace polysweep
