// Minimises a bumpy function by simulated annealing. It knows nothing of polysweep, and
// has nothing but standard output: one JSON object a line.
//   g++ -O2 -o anneal anneal.cc && ./anneal 0.99 7
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

int main(int argc, char** argv) {
  const double cooling = argc > 1 ? std::atof(argv[1]) : 0.99;
  std::mt19937_64 random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0);
  std::uniform_real_distribution<double> unit(0, 1);
  std::normal_distribution<double> move(0, 1);
  const auto cost = [](double x) { return x * x + 10 * std::pow(std::sin(3 * x), 2); };
  double x = 8;
  double temperature = 10;
  for (int step = 1; step <= 500; ++step) {
    const double next = x + move(random);
    if (cost(next) < cost(x) || unit(random) < std::exp((cost(x) - cost(next)) / temperature)) {
      x = next;
    }
    temperature *= cooling;
    if (step % 50 != 0) continue;
    std::printf("{\"step\": %d, \"cost\": %.9g, \"temperature\": %.9g}\n", step, cost(x),
                temperature);
    std::fflush(stdout);  // so that a run can be watched
  }
}
