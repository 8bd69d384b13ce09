// The page on paper.
#include "tests/reports/browser.h"

#include <cmath>

#include "tests/reports/sweep_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

// Five arms crossed with three rates, of which some failed and some diverged, with curves.
SweepResults failing_sweep() {
  SweepBuilder builder("failing");
  const std::vector<std::string> arms = {"sgd", "adam", "lion", "muon", "adafactor"};
  const std::vector<std::string> rates = {"0.001", "0.00464158883361", "0.1"};
  builder.factor("arm", arms).factor("rate", rates).baseline("arm", "sgd");
  builder.results().secondary = {
      {"loss", Goal::kMinimize, "nats", "", builder.results().clock, Role::kProgress}};
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    for (std::size_t rate = 0; rate < rates.size(); ++rate) {
      const auto cell = builder.cell({arms[arm], rates[rate]});
      for (int seed = 0; seed < 4; ++seed) {
        if (arm == 3 && rate == 2) {
          builder.other(cell, seed, TrialState::kDiverged, "diverged", "metric was nan at step 20");
        } else if ((arm == 4 && rate == 0) || (arm == 2 && rate == 2 && seed == 1)) {
          const auto trial = builder.other(cell, seed, TrialState::kFailed, "error",
                                           "it failed with exit status 1");
          builder.results().trials[trial].output_tail = "assertion failed: state is not None\n";
        } else {
          const double level =
              70 + static_cast<double>(3 * arm + 2 * rate) + 0.1 * ((7 * seed) % 5);
          Curve curve{builder.done(cell, seed, level), {}};
          for (int step = 10; step <= 200; step += 10) {
            curve.points.push_back({step, 4 * std::exp(-step / level) + 0.3 + 0.01 * seed});
          }
          builder.results().curves["loss"].push_back(std::move(curve));
        }
      }
    }
  }
  return builder.build();
}

// A hundred groups of two arms, of which each has a baseline of its own.
SweepResults many_baselines() {
  SweepBuilder builder("baselines");
  std::vector<std::string> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back("task" + std::to_string(i));
  builder.factor("arm", {"plain", "fast"}).factor("task", tasks).baseline("arm", "plain");
  for (const std::string arm : {"plain", "fast"}) {
    for (std::size_t task = 0; task < tasks.size(); ++task) {
      const auto cell = builder.cell({arm, tasks[task]});
      for (int seed = 0; seed < 3; ++seed) {
        const double gain = arm == "fast" ? 1 + 0.1 * static_cast<double>(task % 7) : 0;
        builder.done(cell, seed, 50 + static_cast<double>(task) + gain + 0.3 * ((5 * seed) % 3));
      }
    }
  }
  return builder.build();
}

}  // namespace

TEST_CASE("on paper no page but the last ends half empty", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  if (!has_pdftoppm()) POLYSWEEP_SKIP("no pdftoppm on this machine (poppler-utils)");
  const std::pair<const char*, fs::path> pages[] = {
      {"print", write_page("paper", sample_sweep())},
      {"print-crossed", write_page("paper-crossed", crossed_sweep(4))},
      {"print-search", write_page("paper-search", search_sample(30))},
      {"print-baselines", write_page("paper-baselines", many_baselines())},
      {"print-failing", write_page("paper-failing", failing_sweep())}};
  for (const auto& [name, page] : pages) {
    const std::vector<double> blank = blank_ends(print(page, name));
    CAPTURE(name, blank);
    REQUIRE(blank.size() > 3);
    CHECK(blank.size() <= 20);
    for (std::size_t i = 0; i + 1 < blank.size(); ++i) {
      CAPTURE(i);
      CHECK(blank[i] < 0.4);
    }
  }
}

TEST_CASE("on paper figures are in two columns, and no button is printed", "[browser]") {
  if (!has_chromium()) POLYSWEEP_SKIP("no chromium on this machine");
  // The rules of paper on the screen: a page of the width of a sheet.
  const auto answer = probe(write_page("paper", sample_sweep()), "on-paper", R"js(
    const rules = [...document.styleSheets[0].cssRules].filter(
        rule => rule.conditionText === "print").flatMap(rule => [...rule.cssRules]);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules.filter(rule => rule.type === 1).map(rule => rule.cssText).join("\n"));
    document.adoptedStyleSheets = [sheet];
    const seen = element => element.getBoundingClientRect().width > 0;
    const main = document.querySelector("main").getBoundingClientRect();
    const widths = [...document.querySelectorAll("section:not(.opening) figure")].map(
        figure => figure.getBoundingClientRect().width / main.width);
    const all = selector => [...document.querySelectorAll(selector)];
    return {widths, buttons: all(".tools, .filter, nav").filter(seen).length,
        folded: all("details.on-paper:has(table) > summary").filter(seen).length,
        closed: all("details.on-paper table").filter(table => !seen(table)).length,
        rules: rules.length};
  )js",
                            "--window-size=1080,900 --virtual-time-budget=10000");
  CAPTURE(answer.dump());
  CHECK(answer["rules"] > 10);
  CHECK(answer["buttons"] == 0);
  CHECK(answer["folded"] == 0);
  CHECK(answer["closed"] == 0);
  std::size_t halves = 0;
  for (const double width : answer["widths"]) halves += width < 0.5 ? 1 : 0;
  CHECK(halves >= 4);
}

}  // namespace polysweep
