// [capture] of a sweep file: where metrics are read from, beside the metrics file.
#pragma once

#include "framework/sweep/command_spec.h"
#include "framework/sweep/file/toml_document.h"

namespace polysweep {

// Reads stdout, json, tensorboard and csv. Throws Error with the place: for a pattern
// that does not compile or finds no metric, a path outside the trial's folder, ...
CaptureSpec read_capture(const TomlEntry& entry);

}  // namespace polysweep
