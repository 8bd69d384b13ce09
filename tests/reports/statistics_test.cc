// Statistics against numbers of scipy and statsmodels (tests/golden/reports/
// statistics.py says which versions) and against numbers by hand.
#include "reports/analysis/statistics.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "framework/core/random_stream.h"
#include "reports/analysis/sign_flip.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

struct Line {
  std::string name;
  std::vector<std::string> words;
  std::vector<double> numbers(std::size_t from) const {
    std::vector<double> list;
    for (std::size_t i = from; i < words.size(); ++i) list.push_back(std::stod(words[i]));
    return list;
  }
};

struct Golden {
  std::vector<Line> lines;
  std::map<std::string, std::vector<double>> data;
};

Golden golden() {
  Golden found;
  std::ifstream file(std::string(POLYSWEEP_SOURCE_FOLDER) + "/tests/golden/reports/statistics.txt");
  for (std::string text; std::getline(file, text);) {
    if (text.starts_with('#')) continue;
    std::istringstream words(text);
    Line line;
    words >> line.name;
    for (std::string word; words >> word;) line.words.push_back(word);
    if (line.name == "data") found.data[line.words[0]] = line.numbers(1);
    found.lines.push_back(std::move(line));
  }
  REQUIRE(found.lines.size() > 50);
  return found;
}

std::vector<double> minus(std::vector<double> values, double shift) {
  for (double& v : values) v -= shift;
  return values;
}

}  // namespace

TEST_CASE("summaries, t intervals and sign flips equal scipy's", "[statistics]") {
  const Golden known = golden();
  int checked = 0;
  for (const auto& line : known.lines) {
    if (known.data.count(line.words[0]) == 0 || line.name == "superiority") continue;
    CAPTURE(line.name, line.words[0]);
    const auto& values = known.data.at(line.words[0]);
    const auto wanted = line.numbers(1);
    const Summary s = summarize(values);
    const auto interval = t_interval(values, 0.95);
    if (line.name == "mean") CHECK(s.mean == Approx(wanted[0]).epsilon(1e-13));
    if (line.name == "median") CHECK(s.median == Approx(wanted[0]).epsilon(1e-13));
    if (line.name == "iqm") CHECK(s.interquartile_mean == Approx(wanted[0]).epsilon(1e-13));
    if (line.name == "sd") CHECK(s.sd.value() == Approx(wanted[0]).epsilon(1e-12));
    if (line.name == "interval") {
      CHECK(interval->low == Approx(wanted[0]).epsilon(1e-10));
      CHECK(interval->high == Approx(wanted[1]).epsilon(1e-10));
    }
    if (line.name == "flips") {
      const auto test = sign_flip_test(minus(values, 0.2), 0);
      CHECK(test.exact);
      CHECK(test.p == wanted[0]);
    }
    ++checked;
  }
  CHECK(checked > 30);
}

TEST_CASE("t quantiles, power and numbers of pairs equal scipy's and statsmodels'",
          "[statistics]") {
  int checked = 0;
  for (const auto& line : golden().lines) {
    CAPTURE(line.name);
    if (line.name == "quantile") {
      const auto n = line.numbers(0);
      CHECK(student_t_quantile(n[0], n[1]) == Approx(n[2]).epsilon(1e-11));
    } else if (line.name == "power") {
      const auto n = line.numbers(0);
      CHECK(t_power(n[0] * std::sqrt(n[1]), n[1] - 1, n[2]) == Approx(n[3]).epsilon(1e-8));
    } else if (line.name == "pairs") {
      const auto n = line.numbers(0);
      CHECK(t_power(n[0] * std::sqrt(n[2]), n[2] - 1, n[1]) >= 0.8);
      CHECK(t_power(n[0] * std::sqrt(n[2] - 1), n[2] - 2, n[1]) < 0.8);
    } else {
      continue;
    }
    ++checked;
  }
  CHECK(checked == 13);
}

TEST_CASE("Holm and Benjamini-Hochberg equal statsmodels'", "[statistics]") {
  std::map<std::string, std::vector<double>> lists;
  for (const auto& line : golden().lines) {
    if (line.name == "p" || line.name == "holm" || line.name == "bh") {
      lists[line.name] = line.numbers(0);
    }
  }
  REQUIRE(lists.size() == 3);
  const auto by_holm = holm(lists["p"]);
  const auto by_bh = benjamini_hochberg(lists["p"]);
  for (std::size_t i = 0; i < by_holm.size(); ++i) {
    CHECK(by_holm[i] == Approx(lists["holm"][i]).epsilon(1e-14));
    CHECK(by_bh[i] == Approx(lists["bh"][i]).epsilon(1e-14));
  }
  CHECK(holm({}).empty());
}

TEST_CASE("superiority equals scipy's U over all pairs, ties counted half", "[statistics]") {
  const Golden known = golden();
  int checked = 0;
  for (const auto& line : known.lines) {
    if (line.name != "superiority") continue;
    CHECK(superiority(known.data.at(line.words[0]), known.data.at(line.words[1])) ==
          Approx(std::stod(line.words[2])).epsilon(1e-14));
    ++checked;
  }
  CHECK(checked == 4);
}

TEST_CASE("effect sizes by hand", "[statistics]") {
  // mean 2, sd 1.
  CHECK(paired_effect_size(std::vector<double>{1, 2, 3}, 3).value() == Approx(2.0));
  CHECK_FALSE(paired_effect_size(std::vector<double>{1, 1}, 1).has_value());
  CHECK_FALSE(paired_effect_size(std::vector<double>{1}, 1).has_value());
  // Means 2 and 4, both sd 1: d = -2, correction 1 - 3 / (4 * 6 - 9) = 0.8.
  CHECK(hedges_g(std::vector<double>{1, 2, 3}, std::vector<double>{3, 4, 5}).value() ==
        Approx(-1.6));
  CHECK_FALSE(hedges_g(std::vector<double>{1, 1}, std::vector<double>{2, 2}).has_value());
}

TEST_CASE("one value has a mean but no spread", "[statistics]") {
  const std::vector<double> one{3.5};
  const Summary s = summarize(one);
  CHECK(s.n == 1);
  CHECK(s.mean == 3.5);
  CHECK(s.interquartile_mean == 3.5);
  CHECK_FALSE(s.sd.has_value());
  CHECK_FALSE(t_interval(one, 0.95).has_value());
  CHECK_FALSE(Bootstrap(1, 100).mean_interval(one, 0.95).has_value());
  CHECK_THROWS_WITH(summarize({}), Catch::Matchers::Contains("at least one value"));
}

TEST_CASE("huge and tiny numbers keep a finite spread", "[statistics]") {
  // sd of 1.5, 2.5, 1.0 is 0.7637626158259734.
  CHECK(summarize(std::vector<double>{1.5e300, 2.5e300, 1e300}).sd.value() ==
        Approx(0.7637626158259734e300));
  CHECK(summarize(std::vector<double>{1.5e-300, 2.5e-300, 1e-300}).sd.value() * 1e300 ==
        Approx(0.7637626158259734));
  CHECK(mean_of(std::vector<double>{1.5e308, 1.5e308}) == 1.5e308);
}

TEST_CASE("the bootstrap covers as a percentile bootstrap does", "[statistics]") {
  Bootstrap bootstrap(1, 2000);
  // Mean of resamples has sd s * sqrt((n-1)/n) / sqrt(n): for n = 40 the
  // interval is near mean +- 1.96 of that.
  RandomStream stream(5, "test");
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) values.push_back(stream.normal());
  const Summary s = summarize(values);
  const double half = 1.96 * s.sd.value() * std::sqrt(39.0 / 40) / std::sqrt(40.0);
  const auto interval = bootstrap.mean_interval(values, 0.95).value();
  CHECK(interval.low == Approx(s.mean - half).margin(0.05));
  CHECK(interval.high == Approx(s.mean + half).margin(0.05));
  const auto again = Bootstrap(1, 2000).mean_interval(values, 0.95).value();
  CHECK(again.low == interval.low);
  // Two values: resampled means are 0, 0.5, 1 with shares 1/4, 1/2, 1/4.
  const auto two = bootstrap.mean_interval(std::vector<double>{0, 1}, 0.95).value();
  CHECK(two.low == 0);
  CHECK(two.high == 1);
}

TEST_CASE("the bootstrap of few values equals one that draws every resample", "[statistics]") {
  constexpr int kSamples = 5000;
  RandomStream values_stream(8, "few values");
  for (std::size_t n = 2; n <= 8; ++n) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(values_stream.normal());
    RandomStream stream(3, "report bootstrap", n);
    std::vector<double> means;
    for (int sample = 0; sample < kSamples; ++sample) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += values[stream.below(n)];
      means.push_back(sum / static_cast<double>(n));
    }
    std::sort(means.begin(), means.end());
    const auto quantile = [&](double probability) {
      const double at = probability * (kSamples - 1);
      const auto below = static_cast<std::size_t>(at);
      return means[below] + (at - static_cast<double>(below)) * (means[below + 1] - means[below]);
    };
    const auto interval = Bootstrap(3, kSamples).mean_interval(values, 0.9).value();
    CAPTURE(n);
    CHECK(interval.low == Approx(quantile(0.05)).epsilon(1e-12));
    CHECK(interval.high == Approx(quantile(0.95)).epsilon(1e-12));
  }
}

TEST_CASE("an effect size of differences that only rounding tells apart is none", "[statistics]") {
  // Near 10^6 the difference of 0.1 has an error of 1e-10.
  const std::vector<double> differences = {1000000.4 - 1000000.3, 1000018.0 - 1000017.9,
                                           1000003.8 - 1000003.7};
  CHECK(differences[0] != differences[2]);
  CHECK_FALSE(paired_effect_size(differences, 1000018).has_value());
  CHECK(paired_effect_size(differences, 0).has_value());
}

TEST_CASE("the noncentrality of a power has that power", "[statistics]") {
  for (const double degrees : {1.0, 2.0, 24.0, 1000.0, 130000.0}) {
    for (const double alpha : {0.05, 0.05 / 12, 0.05 / 65000}) {
      CAPTURE(degrees, alpha);
      const double shift = noncentrality_for_power(degrees, alpha, 0.8);
      CHECK(t_power(shift, degrees, alpha) == Approx(0.8).epsilon(1e-6));
    }
  }
}

TEST_CASE("t intervals cover at 95% for n = 5", "[statistics]") {
  RandomStream stream(3, "coverage");
  int covered = 0;
  constexpr int kTrials = 4000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values;
    for (int i = 0; i < 5; ++i) values.push_back(stream.normal());
    const auto interval = t_interval(values, 0.95).value();
    covered += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
  }
  CHECK(covered / static_cast<double>(kTrials) == Approx(0.95).margin(0.012));
}

TEST_CASE("power is known where a family is so large that few pairs have huge critical values",
          "[statistics]") {
  // 2 and 3 pairs at alpha / 65,000: critical t of 827,606 and 1,140.
  const double alpha = 0.05 / 65000;
  for (const std::size_t n : {2, 3}) {
    double last = 0;
    for (double effect = 1; effect < 1e7; effect *= 3) {
      const double power = t_power(effect * std::sqrt(n), static_cast<double>(n - 1), alpha);
      INFO(n << " pairs, effect " << effect);
      CHECK(power >= last - 2e-3);
      CHECK(power <= 1);
      last = power;
    }
    CHECK(last > 0.999);
  }
}

TEST_CASE("the power of a t test is defined for any number of degrees of freedom", "[statistics]") {
  for (const double alpha : {0.05, 0.05 / 12, 0.05 / 65'000}) {
    for (double shift = 0; shift < 12; shift += 0.25) {
      CAPTURE(alpha, shift);
      CHECK(t_power(shift, 5001, alpha) == Approx(t_power(shift, 4999, alpha)).margin(2e-6));
      for (const double degrees : {1e5, 2e6, 1e12}) {
        const double power = t_power(shift, degrees, alpha);
        CHECK((power >= 0 && power <= 1));
      }
    }
  }
  CHECK(noncentrality_for_power(130'000, 0.05 / 65'000, 0.8) == Approx(5.7846).epsilon(1e-3));
}

TEST_CASE("the tail of chi-squared is defined for any number of degrees of freedom",
          "[statistics]") {
  for (double z = -6; z <= 6; z += 0.25) {
    const auto at = [&](double degrees) {
      return chi_squared_tail(degrees + z * std::sqrt(2 * degrees), degrees);
    };
    CAPTURE(z);
    CHECK(at(5001) == Approx(at(4999)).margin(1e-5));
  }
  CHECK(chi_squared_tail(1e9, 65'000) == 0);
  CHECK(chi_squared_tail(0, 65'000) == Approx(1));
}

}  // namespace polysweep
