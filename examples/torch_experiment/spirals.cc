// An experiment with LibTorch: a small network learns to tell two spirals apart.
//
// Same seed, same numbers, to the last bit: one thread, deterministic algorithms,
// and all random numbers from polysweep's streams.
#include <polysweep/worker.h>
#include <torch/torch.h>

#include <cmath>

namespace {

using namespace polysweep;

constexpr std::int64_t kPoints = 400;
constexpr double kTurns = 1.5;

struct Points {
  torch::Tensor place;  // [kPoints, 2]
  torch::Tensor label;  // [kPoints], 0 or 1
};

Points two_spirals(std::uint64_t seed, const char* purpose, double noise) {
  RandomStream random(seed, purpose);
  Points points{torch::empty({kPoints, 2}), torch::empty({kPoints}, torch::kInt64)};
  auto place = points.place.accessor<float, 2>();
  auto label = points.label.accessor<std::int64_t, 1>();
  for (std::int64_t i = 0; i < kPoints; ++i) {
    const double radius = std::sqrt(random.uniform());
    const double angle = 2 * M_PI * kTurns * radius + (i % 2 == 0 ? 0 : M_PI);
    place[i][0] = static_cast<float>(radius * std::cos(angle) + noise * random.normal());
    place[i][1] = static_cast<float>(radius * std::sin(angle) + noise * random.normal());
    label[i] = i % 2;
  }
  return points;
}

torch::nn::Linear linear(std::int64_t from, std::int64_t to, RandomStream& random) {
  torch::nn::Linear layer(from, to);
  const torch::NoGradGuard no_gradient;
  auto weight = layer->weight.accessor<float, 2>();
  const double scale = std::sqrt(2.0 / static_cast<double>(from));
  for (std::int64_t i = 0; i < to; ++i) {
    for (std::int64_t j = 0; j < from; ++j) {
      weight[i][j] = static_cast<float>(scale * random.normal());
    }
  }
  layer->bias.zero_();
  return layer;
}

torch::nn::Sequential network(std::int64_t width, const std::string& activation,
                              std::uint64_t seed) {
  RandomStream random(seed, "weights");
  torch::nn::Sequential layers;
  const auto add_activation = [&] {
    if (activation == "tanh") {
      layers->push_back(torch::nn::Tanh());
    } else {
      layers->push_back(torch::nn::ReLU());
    }
  };
  layers->push_back(linear(2, width, random));
  add_activation();
  layers->push_back(linear(width, width, random));
  add_activation();
  layers->push_back(linear(width, 2, random));
  return layers;
}

double accuracy(torch::nn::Sequential& layers, const Points& points) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor right = layers->forward(points.place).argmax(1) == points.label;
  return right.to(torch::kFloat64).mean().item<double>();
}

class Spirals : public Experiment {
 public:
  RunEnd run(const TrialContext& context, Recorder& recorder) override {
    const Parameters& given = context.trial.parameters;
    const auto seed = static_cast<std::uint64_t>(given.integer("seed"));
    const std::int64_t epochs = given.integer("epochs");
    const Points training = two_spirals(seed, "training points", given.real("noise"));
    const Points test = two_spirals(seed, "test points", given.real("noise"));
    torch::nn::Sequential layers = network(given.integer("width"), given.text("activation"), seed);
    torch::optim::Adam adam(layers->parameters(),
                            torch::optim::AdamOptions(given.real("learning_rate")));
    for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
      if (recorder.stop_requested()) return RunEnd::kStopped;
      adam.zero_grad();
      const torch::Tensor loss =
          torch::nn::functional::cross_entropy(layers->forward(training.place), training.label);
      loss.backward();
      adam.step();
      const double value = loss.item<double>();
      recorder.metric("loss", epoch, value);
      if (!std::isfinite(value)) return RunEnd::kDiverged;
      recorder.progress(static_cast<double>(epoch), static_cast<double>(epochs));
    }
    recorder.metric("test_accuracy", epochs, accuracy(layers, test));
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

ParameterSpec at_least(double minimum, ParameterSpec spec) {
  spec.minimum = minimum;
  return spec;
}

ExperimentSpec spirals_spec() {
  ParameterSpec activation = parameter("activation", Value("relu"), "after each hidden layer");
  activation.words = {"relu", "tanh"};
  ExperimentSpec spec;
  spec.name = "spirals";
  spec.version = 1;
  spec.doc = "a network with two hidden layers learns to tell two spirals apart";
  spec.schema = Schema({
      at_least(1, parameter("width", Value(16), "units of a hidden layer")),
      activation,
      at_least(0, parameter("learning_rate", Value(0.01), "of Adam")),
      at_least(1, parameter("epochs", Value(100), "steps on all training points")),
      at_least(0, parameter("noise", Value(0.03), "standard deviation of a point's place")),
      at_least(0, parameter("seed", Value(0), "chooses points and weights")),
  });
  MetricSpec test_accuracy;
  test_accuracy.name = "test_accuracy";
  test_accuracy.goal = Goal::kMaximize;
  test_accuracy.doc = "share of other points that are classified correctly";
  MetricSpec loss;
  loss.name = "loss";
  loss.goal = Goal::kMinimize;
  loss.doc = "cross entropy of the training points";
  spec.metrics = {test_accuracy, loss};
  return spec;
}

std::unique_ptr<Experiment> make_spirals() { return std::make_unique<Spirals>(); }

// Once in a worker, before its first trial.
void prepare(Provenance& provenance, int device) {
  if (device >= 0) fail("this worker computes on the CPU only");
  torch::set_num_threads(1);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  provenance.add("library.libtorch", TORCH_VERSION);
  provenance.add("threads.torch", "1");
}

constexpr ExperimentRow kExperiments[] = {{spirals_spec, make_spirals, false}};

}  // namespace

int main(int argc, char** argv) {
  return polysweep::worker_main(argc, argv, kExperiments, {prepare});
}
