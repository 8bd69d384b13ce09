#include "scoring/paired_tests.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "scoring/numpy_random.h"

namespace polysweep {

namespace {

using Sums = std::vector<std::int64_t>;

void add_counts(Sums& sums, std::span<const std::int64_t> counts) {
  for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += counts[k];
}

void check_pair(const SentenceCounts& baseline, const SentenceCounts& system) {
  if (baseline.sentences() != system.sentences()) {
    fail("the baseline has {} sentences and the system {}: a paired test needs the same sentences",
         baseline.sentences(), system.sentences());
  }
  check(baseline.width() == system.width(), "both sides are counted by the same score");
}

std::int64_t samples_of(const PairedTestOptions& options, std::int64_t usual) {
  if (options.samples < 0) fail("{} samples: a paired test needs at least 1", options.samples);
  return options.samples == 0 ? usual : options.samples;
}

// 95 %: a fortieth cut off at each end.
template <typename Number>
SystemScore described_in(double score, const std::vector<double>& scores) {
  std::vector<Number> samples(scores.begin(), scores.end());
  std::sort(samples.begin(), samples.end());
  const std::size_t lower = samples.size() / 40;
  const std::size_t upper = samples.size() - lower - 1;
  const Number width = samples[upper] - samples[lower];
  return {score, numpy_mean(samples), static_cast<Number>(0.5) * width};
}

bool in_single(const SentenceCounts& counts, const std::vector<double>& scores) {
  return counts.scores_in_single() && std::find(scores.begin(), scores.end(), 0.0) == scores.end();
}

SystemScore described(const SentenceCounts& counts, const std::vector<double>& scores) {
  const double whole = counts.score();
  return in_single(counts, scores) ? described_in<float>(whole, scores)
                                   : described_in<double>(whole, scores);
}

// How many samples' differences, less their mean, lie beyond the observed one.
template <typename Number>
std::int64_t beyond_observed(const std::vector<double>& baseline, const std::vector<double>& system,
                             double observed) {
  std::vector<Number> differences(baseline.size());
  for (std::size_t i = 0; i < differences.size(); ++i) {
    differences[i] = std::abs(static_cast<Number>(system[i]) - static_cast<Number>(baseline[i]));
  }
  const Number mean = numpy_mean(differences);
  const auto limit = static_cast<Number>(observed);
  return std::count_if(differences.begin(), differences.end(), [&](Number difference) {
    const Number centred = difference - mean;
    return centred > limit;
  });
}

double p_value(std::int64_t beyond, std::size_t samples) {
  return static_cast<double>(beyond + 1) / static_cast<double>(samples + 1);
}

}  // namespace

SentenceCounts SentenceCounts::bleu(std::span<const std::string> hypotheses,
                                    std::span<const std::string> references,
                                    const BleuOptions& options) {
  SentenceCounts counts;
  counts.width_ = 2 + 2 * kBleuOrders;
  for (const BleuStatistics& one : bleu_statistics(hypotheses, references, options)) {
    counts.counts_.push_back(one.hypothesis_tokens);
    counts.counts_.push_back(one.reference_tokens);
    counts.counts_.insert(counts.counts_.end(), one.matches.begin(), one.matches.end());
    counts.counts_.insert(counts.counts_.end(), one.totals.begin(), one.totals.end());
  }
  counts.score_ = [options](std::span<const std::int64_t> sums, ScoreArithmetic arithmetic) {
    BleuStatistics statistics;
    statistics.hypothesis_tokens = sums[0];
    statistics.reference_tokens = sums[1];
    std::copy_n(sums.begin() + 2, kBleuOrders, statistics.matches.begin());
    std::copy_n(sums.begin() + 2 + kBleuOrders, kBleuOrders, statistics.totals.begin());
    return bleu_of(statistics, options, arithmetic).score;
  };
  return counts;
}

SentenceCounts SentenceCounts::chrf(std::span<const std::string> hypotheses,
                                    std::span<const std::string> references,
                                    const ChrfOptions& options) {
  SentenceCounts counts;
  counts.width_ = 3 * static_cast<std::size_t>(options.character_order + options.word_order);
  counts.scores_in_single_ = true;
  for (const ChrfStatistics& one : chrf_statistics(hypotheses, references, options)) {
    for (const NgramMatches& order : one) {
      counts.counts_.insert(counts.counts_.end(),
                            {order.hypothesis, order.reference, order.matches});
    }
  }
  counts.score_ = [options](std::span<const std::int64_t> sums, ScoreArithmetic arithmetic) {
    ChrfStatistics statistics;
    for (std::size_t k = 0; k < sums.size(); k += 3) {
      statistics.push_back({sums[k], sums[k + 1], sums[k + 2]});
    }
    return chrf_of(statistics, options, arithmetic);
  };
  return counts;
}

double SentenceCounts::score() const {
  Sums sums(width_, 0);
  for (std::size_t i = 0; i < sentences(); ++i) add_counts(sums, of(i));
  return score_(sums, ScoreArithmetic::kDouble);
}

PairedTestResult paired_bootstrap(const SentenceCounts& baseline, const SentenceCounts& system,
                                  const PairedTestOptions& options) {
  check_pair(baseline, system);
  const auto samples = static_cast<std::size_t>(samples_of(options, 1000));
  const std::size_t sentences = baseline.sentences();
  const std::vector<std::uint32_t> chosen =
      NumpyRandom(options.seed).choice(static_cast<std::uint32_t>(sentences), samples * sentences);
  std::vector<double> baseline_scores(samples);
  std::vector<double> system_scores(samples);
  for (std::size_t sample = 0; sample < samples; ++sample) {
    Sums baseline_sums(baseline.width(), 0);
    Sums system_sums(system.width(), 0);
    for (std::size_t k = 0; k < sentences; ++k) {
      const std::uint32_t sentence = chosen[sample * sentences + k];
      add_counts(baseline_sums, baseline.of(sentence));
      add_counts(system_sums, system.of(sentence));
    }
    baseline_scores[sample] = baseline.score(baseline_sums, ScoreArithmetic::kSingle);
    system_scores[sample] = system.score(system_sums, ScoreArithmetic::kSingle);
  }
  PairedTestResult result;
  result.samples = static_cast<std::int64_t>(samples);
  result.baseline = described(baseline, baseline_scores);
  result.system = described(system, system_scores);
  const double observed = std::abs(result.baseline.score - result.system.score);
  const bool single = in_single(baseline, baseline_scores) && in_single(system, system_scores);
  const auto count = single ? beyond_observed<float> : beyond_observed<double>;
  result.p_value = p_value(count(baseline_scores, system_scores, observed), samples);
  return result;
}

PairedTestResult approximate_randomization(const SentenceCounts& baseline,
                                           const SentenceCounts& system,
                                           const PairedTestOptions& options) {
  check_pair(baseline, system);
  const auto samples = static_cast<std::size_t>(samples_of(options, 10000));
  const std::size_t sentences = baseline.sentences();
  const std::vector<bool> kept = NumpyRandom(options.seed).booleans(samples * sentences);
  PairedTestResult result;
  result.samples = static_cast<std::int64_t>(samples);
  result.baseline.score = baseline.score();
  result.system.score = system.score();
  const double observed = std::abs(result.baseline.score - result.system.score);
  std::int64_t beyond = 0;
  for (std::size_t sample = 0; sample < samples; ++sample) {
    Sums first(baseline.width(), 0);
    Sums second(baseline.width(), 0);
    for (std::size_t i = 0; i < sentences; ++i) {
      const bool keep = kept[sample * sentences + i];
      add_counts(keep ? first : second, baseline.of(i));
      add_counts(keep ? second : first, system.of(i));
    }
    const double difference = std::abs(baseline.score(first, ScoreArithmetic::kDouble) -
                                       system.score(second, ScoreArithmetic::kDouble));
    if (difference > observed) ++beyond;
  }
  result.p_value = p_value(beyond, samples);
  return result;
}

}  // namespace polysweep
