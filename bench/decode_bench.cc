// Beam search of 1,000 random sentences; bench/decode_bench.py drives it beside
// CTranslate2.
//   decode_bench SHAPE STEPS FOLDER
// Every hypothesis has STEPS tokens, so that both sides make the same steps. It
// writes the model, sources.json and, when it has translated for the first time,
// outputs.json into FOLDER, says "ready", and answers each line on its input with
// the seconds that translating took.
#include <ATen/ATen.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/benchmark.h"
#include "bench/random_model.h"
#include "experiments/decoding/decoding.h"
#include "experiments/experiments.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/provenance.h"

namespace polysweep {
namespace {

constexpr std::size_t kSentences = 1000;
constexpr std::int32_t kEnd = 2;     // of a source
constexpr std::int32_t kNoEnd = -1;  // no hypothesis ends before the longest length
constexpr std::int64_t kBeam = 5;

int bench_main(int argc, char** argv) {
  if (argc != 4) fail("usage: decode_bench SHAPE STEPS FOLDER");
  Provenance provenance;
  prepare_process(provenance, -1);
  const std::filesystem::path folder = argv[3];
  BenchShape shape = bench_shape(argv[1]);
  const std::int64_t steps = std::stoll(argv[2]);
  DecodingOptions options;
  options.beam = kBeam;
  options.begin = 1;
  options.end = kNoEnd;
  options.spare_length = steps;
  // The longest sentence bounds hypotheses and sources alike.
  shape.model.longest = steps + 1;
  const Transformer model(shape.model, 1);
  std::vector<Tokens> sources = random_text(kSentences, shape.model.vocabulary).source;
  for (Tokens& source : sources) {
    source.resize(std::min<std::size_t>(source.size(), static_cast<std::size_t>(steps)));
    source.push_back(kEnd);
  }
  write_model(folder, model);
  std::ofstream(folder / "sources.json") << nlohmann::json(sources);
  const auto translated = [&] {
    return *translate(model, sources, options, [](std::int64_t) { return true; });
  };
  std::ofstream(folder / "outputs.json") << nlohmann::json(translated());
  std::puts("ready");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    const double began_s = system_clock().monotonic_s();
    translated();
    std::printf("%.9f\n", system_clock().monotonic_s() - began_s);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("decode_bench", polysweep::bench_main, argc, argv);
}
