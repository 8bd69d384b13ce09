// An experiment of your own: gradient descent with momentum on Rosenbrock's
// function, f(x, y) = (1 - x)^2 + 100 (y - x^2)^2, whose minimum is f(1, 1) = 0.
// The seed chooses where a trial starts.
#include <polysweep/worker.h>

#include <cmath>

namespace {

using namespace polysweep;

class Descent : public Experiment {
 public:
  RunEnd run(const TrialContext& context, Recorder& recorder) override {
    const Parameters& given = context.trial.parameters;
    const double learning_rate = given.real("learning_rate");
    const double momentum = given.real("momentum");
    const bool nesterov = given.boolean("nesterov");
    const std::int64_t steps = given.integer("steps");

    // The same numbers on every machine; a stream is named by a seed and a purpose.
    RandomStream start(static_cast<std::uint64_t>(given.integer("seed")), "start");
    double x = -2 + 4 * start.uniform();
    double y = -1 + 3 * start.uniform();
    double speed_x = 0;
    double speed_y = 0;
    for (std::int64_t step = 1; step <= steps; ++step) {
      // Someone pressed Ctrl-C, or the cluster wants the machine back.
      if (recorder.stop_requested()) return RunEnd::kStopped;
      const double ahead_x = nesterov ? x + momentum * speed_x : x;
      const double ahead_y = nesterov ? y + momentum * speed_y : y;
      const double valley = ahead_y - ahead_x * ahead_x;
      speed_x = momentum * speed_x - learning_rate * (-2 * (1 - ahead_x) - 400 * ahead_x * valley);
      speed_y = momentum * speed_y - learning_rate * (200 * valley);
      x += speed_x;
      y += speed_y;
      const double loss = (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
      if (!std::isfinite(loss)) {
        recorder.metric("loss", step, loss);
        return RunEnd::kDiverged;
      }
      if (step % 50 == 0 || step == steps) {
        recorder.metric("loss", step, loss);
        recorder.progress(static_cast<double>(step), static_cast<double>(steps));
      }
    }
    recorder.metric("distance", steps, std::hypot(x - 1, y - 1));
    return RunEnd::kDone;
  }
};

ParameterSpec parameter(const char* name, Value default_value, const char* doc) {
  ParameterSpec spec;
  spec.name = name;
  spec.type = default_value.type();
  spec.default_value = std::move(default_value);
  spec.doc = doc;
  return spec;
}

ParameterSpec in_range(double minimum, double maximum, ParameterSpec spec) {
  spec.minimum = minimum;
  spec.maximum = maximum;
  return spec;
}

MetricSpec metric(const char* name, const char* doc) {
  MetricSpec spec;
  spec.name = name;
  spec.goal = Goal::kMinimize;
  spec.doc = doc;
  return spec;
}

// What a sweep file may say of it. Names, types and ranges are checked before
// anything runs.
ExperimentSpec descent_spec() {
  ExperimentSpec spec;
  spec.name = "descent";
  spec.version = 1;  // raise it when the same parameters give other results
  spec.doc = "gradient descent with momentum on Rosenbrock's function";
  spec.schema = Schema({
      in_range(0, 1, parameter("learning_rate", Value(1e-4), "step size")),
      in_range(0, 1, parameter("momentum", Value(0.0), "share of the speed that is kept")),
      parameter("nesterov", Value(false), "take the gradient where the momentum leads"),
      in_range(1, 1e6, parameter("steps", Value(2000), "steps of descent")),
      in_range(0, 1e9, parameter("seed", Value(0), "chooses the starting point")),
  });
  spec.metrics = {metric("distance", "of the last point from the minimum"),
                  metric("loss", "value of the function")};
  return spec;
}

std::unique_ptr<Experiment> make_descent() { return std::make_unique<Descent>(); }

constexpr ExperimentRow kExperiments[] = {{descent_spec, make_descent, false}};

}  // namespace

int main(int argc, char** argv) { return polysweep::worker_main(argc, argv, kExperiments); }
