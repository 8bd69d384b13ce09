// Scores two files as often as it is told to; bench/score_bench.py drives it
// beside sacreBLEU.
//   score_bench REFERENCE HYPOTHESES    reads "bleu", "chrf" or "both" a line and
//                                       answers "SCORES... SECONDS"
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "bench/benchmark.h"
#include "framework/core/error.h"
#include "scoring/bleu.h"
#include "scoring/chrf.h"

namespace polysweep {
namespace {

std::vector<std::string> read_lines(const char* path) {
  std::ifstream in(path);
  if (!in) fail("cannot open {}", path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void serve(const char* reference_path, const char* hypothesis_path) {
  const std::vector<std::string> references = read_lines(reference_path);
  const std::vector<std::string> hypotheses = read_lines(hypothesis_path);
  for (std::string what; std::getline(std::cin, what);) {
    const auto begin = std::chrono::steady_clock::now();
    double bleu = 0;
    double chrf = 0;
    if (what != "chrf") bleu = corpus_bleu(hypotheses, references).score;
    if (what != "bleu") chrf = corpus_chrf(hypotheses, references);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.17g %.17g %.9f\n", bleu, chrf, took.count());
    std::fflush(stdout);
  }
}

int bench_main(int argc, char** argv) {
  if (argc != 3) fail("usage: score_bench REFERENCE HYPOTHESES");
  serve(argv[1], argv[2]);
  return 0;
}

}  // namespace
}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("score_bench", polysweep::bench_main, argc, argv);
}
