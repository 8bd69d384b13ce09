// How a Python script writes its metrics, as far as its source text shows it.
//
// A guess for `polysweep init`: the script is read, never run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

struct ScriptMetrics {
  // For [capture] of a sweep file; empty, false and "" where nothing was found.
  std::vector<std::string> patterns;  // for its print() and logger.info() calls
  bool json = false;               // it prints json.dumps(...), or the Trainer of transformers does
  std::string tensorboard;         // the folder of its SummaryWriter or TensorBoardLogger
  std::string csv;                 // the file of its CSVLogger (Lightning's or Keras's)
  std::vector<std::string> names;  // metrics that these would find, in the order of the script

  bool empty() const { return patterns.empty() && !json && tensorboard.empty() && csv.empty(); }
};

ScriptMetrics read_script_metrics(std::string_view script);

struct MetricGuess {
  std::string name;
  bool maximize = false;
};

// The metric to compare by: one of a validation or test set before one of training, a score
// before a loss. {"loss", false} where `names` is empty.
MetricGuess guess_primary(const std::vector<std::string>& names);

}  // namespace polysweep
