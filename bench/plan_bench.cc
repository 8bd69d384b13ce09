// Time and memory of planning: a sweep of about N trials, as a product of
// factors with conditions, with a baseline, without and with a replicate.
//
//   plan_bench [N]      (default 1000000; prints one line per sweep)
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>

#include "framework/sweep/file/sweep_file.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

namespace {

ParameterSpec parameter(std::string name, Value default_value) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = default_value.type();
  spec.default_value = std::move(default_value);
  return spec;
}

// As many parameters as a training has.
Catalogue training() {
  std::vector<ParameterSpec> specs = {
      parameter("encoding", Value("rope")), parameter("dimension", Value(64)),
      parameter("seed", Value(0)), parameter("learning_rate", Value(0.001))};
  specs.push_back(parameter("order", Value(8)));
  specs.back().when = {{"encoding", {Value("legendre_position")}}};
  for (int i = 0; i < 30; ++i) {
    specs.push_back(parameter(fmt::format("option_{:02}", i), Value(i / 10.0)));
  }
  ExperimentSpec spec;
  spec.name = "training";
  spec.schema = Schema(std::move(specs));
  spec.metrics = {{"loss", Goal::kMinimize, "", ""}};
  return {"", {spec}};
}

void measure(const Catalogue& catalogue, const std::string& name, const std::string& text) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  DataFolder data("");
  const Plan plan(parse_sweep(text, "", {}, catalogue), data);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{{\"bench\":\"plan\",\"sweep\":\"{}\",\"trials\":{},\"cells\":{},\"seconds\":{:.3f},"
      "\"peak_rss_mb\":{}}}\n",
      name, plan.size(), plan.cell_count(), seconds, usage.ru_maxrss / 1024);
}

std::string sweep_of(int rates, int seeds, bool replicated) {
  return fmt::format(
      "sweep = \"bench\"\nexperiment = \"training\"\n{}"
      "[factors]\n"
      "encoding = [\"none\", \"sinusoidal\", \"rope\", \"legendre_position\"]\n"
      "order = {{ values = [1, 2, 4, 8], when = {{ encoding = \"legendre_position\" }} }}\n"
      "dimension = [64, 128]\n"
      "learning_rate = {{ logspace = [1e-4, 1e-2, {}] }}\n"
      "seed = {{ range = [1, {}] }}\n"
      "[baseline]\nencoding = \"sinusoidal\"\n",
      replicated ? "replicate = \"seed\"\n" : "", rates, seeds);
}

}  // namespace

}  // namespace polysweep

int main(int count, char** words) {
  using polysweep::measure;
  const double trials = count > 1 ? std::atof(words[1]) : 1e6;
  const polysweep::Catalogue catalogue = polysweep::training();
  // 7 arms (4 orders) x 2 dimensions x rates x seeds.
  const int rates = static_cast<int>(std::lround(std::sqrt(trials / 14)));
  const int seeds = static_cast<int>(std::lround(trials / 14 / rates));
  measure(catalogue, "replicated", polysweep::sweep_of(rates, seeds, true));
  measure(catalogue, "every trial a cell", polysweep::sweep_of(rates, seeds, false));
}
