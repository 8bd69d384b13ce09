// The built-in worker.
#include "experiments/encodings/encoding_table.h"
#include "experiments/encodings/paper_figures.h"
#include "experiments/experiments.h"
#include "framework/worker/worker_main.h"

namespace {

constexpr polysweep::WorkerCommand kCommands[] = {
    {"--table", "[NAME=VALUE ...]", "print the table of a position encoding as JSON",
     polysweep::encoding_table_json},
    {"--paper-figures", "[NAME=VALUE ...]", "describe the figures of the paper as JSON",
     polysweep::paper_figures_json},
};

}  // namespace

int main(int argc, char** argv) {
  return polysweep::worker_main(argc, argv, polysweep::experiment_rows(),
                                {polysweep::prepare_process, kCommands});
}
