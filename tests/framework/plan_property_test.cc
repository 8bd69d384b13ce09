// Plans of random sweeps against an obvious expansion: every combination is
// completed, and duplicates are dropped.
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "framework/core/error.h"
#include "framework/sweep/plan/plan.h"
#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

struct Candidate {
  const char* name;
  std::vector<const char*> levels;
};

// `order` and `norm` apply only with the encoding "legendre"; 100 and 0.1 are
// the defaults of their parameters.
const std::vector<Candidate> kCandidates = {
    {"encoding", {"\"none\"", "\"rope\"", "\"legendre\""}},
    {"order", {"1", "2", "\"full\""}},
    {"norm", {"\"raw\"", "\"rms\""}},
    {"dimension", {"64", "128"}},
    {"updates", {"100", "7"}},
    {"dropout", {"0.5", "0.1", "0.2"}},
    {"shared", {"true", "false"}},
    {"seed", {"0", "1", "2"}},
};

std::string one_level(const Candidate& candidate) {
  return *rc::gen::elementOf(
      std::vector<std::string>(candidate.levels.begin(), candidate.levels.end()));
}

std::string conditions(const std::vector<Candidate>& factors, std::size_t but) {
  std::string out;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (i == but || *rc::gen::inRange(0, 3) > 0) continue;
    out +=
        fmt::format("{}{} = {}", out.empty() ? "" : ", ", factors[i].name, one_level(factors[i]));
  }
  return out;
}

std::string factor_line(const std::vector<Candidate>& factors, std::size_t at) {
  std::string levels;
  for (const char* level : factors[at].levels)
    levels += (levels.empty() ? "" : ", ") + std::string(level);
  const std::string when = *rc::gen::inRange(0, 3) > 0 ? "" : conditions(factors, at);
  const std::string more = when.empty() ? "" : ", when = { " + when + " }";
  return fmt::format("{} = {{ values = [{}]{} }}\n", factors[at].name, levels, more);
}

// Two factors with as many levels each, neither of them the replicate.
std::string zip_line(const std::vector<Candidate>& factors) {
  for (std::size_t i = 0; i < factors.size(); ++i) {
    for (std::size_t k = i + 1; k < factors.size(); ++k) {
      const bool fits = factors[i].levels.size() == factors[k].levels.size() &&
                        std::string(factors[i].name) != "seed" &&
                        std::string(factors[k].name) != "seed";
      if (fits) return fmt::format("zip = [[\"{}\", \"{}\"]]\n", factors[i].name, factors[k].name);
    }
  }
  return "";
}

std::string any_sweep() {
  std::vector<Candidate> factors;
  for (const Candidate& candidate : kCandidates) {
    if (*rc::gen::inRange(0, 3) > 0) factors.push_back(candidate);
  }
  if (factors.empty()) factors = {kCandidates[0], kCandidates[1]};
  // Another order of the file, without a shuffle of RapidCheck's own.
  std::rotate(factors.begin(), factors.begin() + *rc::gen::inRange<long>(0, factors.size()),
              factors.end());
  const bool replicated =
      std::any_of(factors.begin(), factors.end(),
                  [](const Candidate& one) { return std::string(one.name) == "seed"; }) &&
      *rc::gen::arbitrary<bool>();
  std::string text = replicated ? "replicate = \"seed\"\n" : "";
  if (*rc::gen::arbitrary<bool>()) text += zip_line(factors);
  text += "[factors]\n";
  for (std::size_t i = 0; i < factors.size(); ++i) text += factor_line(factors, i);
  for (const char* section : {"exclude", "where"}) {
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
      const std::string given = conditions(factors, factors.size());
      if (!given.empty()) text += fmt::format("[[{}]]\nwhere = {{ {} }}\n", section, given);
    }
  }
  const Candidate& arm = factors[0];
  if (std::string(arm.name) != "seed" && *rc::gen::arbitrary<bool>()) {
    text += fmt::format("[baseline]\n{} = {}\n", arm.name, one_level(arm));
  }
  return text;
}

// The complete parameters of one combination; empty where conditions go round
// in a circle.
std::optional<Parameters> resolved(const Sweep& sweep, const Parameters& given) {
  Parameters out;
  std::set<std::string> settled;
  const std::vector<ParameterSpec>& specs = sweep.experiment.schema.specs();
  for (bool progress = true; progress && settled.size() < specs.size();) {
    progress = false;
    for (const ParameterSpec& spec : specs) {
      const Factor* factor = sweep.find_factor(spec.name);
      std::vector<Condition> asked = spec.when;
      if (factor != nullptr) asked.insert(asked.end(), factor->when.begin(), factor->when.end());
      const bool ready = std::all_of(asked.begin(), asked.end(), [&](const Condition& one) {
        return settled.contains(one.parameter);
      });
      if (!ready || !settled.insert(spec.name).second) continue;
      progress = true;
      if (!all_hold(spec.when, out)) continue;
      const Value* fixed = sweep.fixed.find(spec.name);
      const bool varies = factor != nullptr && all_hold(factor->when, out);
      out.set(spec.name, varies             ? given.at(spec.name)
                         : fixed != nullptr ? *fixed
                                            : spec.default_value);
    }
  }
  if (settled.size() < specs.size()) return std::nullopt;
  return out;
}

// The axes: factors that move together.
std::vector<std::vector<const Factor*>> axes_of(const Sweep& sweep) {
  std::vector<std::vector<const Factor*>> axes;
  std::set<std::string> taken;
  for (const std::vector<std::string>& zip : sweep.zips) {
    axes.emplace_back();
    for (const std::string& name : zip) {
      axes.back().push_back(sweep.find_factor(name));
      taken.insert(name);
    }
  }
  for (const Factor& factor : sweep.factors) {
    if (!taken.contains(factor.name)) axes.push_back({&factor});
  }
  return axes;
}

struct Expanded {
  std::set<std::string> all;
  std::set<std::string> kept;
  // By reason, in the order of the file; what several leave out counts for the first.
  std::vector<std::set<std::string>> left_out;
  bool circular = false;
};

void expand(const Sweep& sweep, const std::vector<std::vector<const Factor*>>& axes, std::size_t at,
            Parameters& given, Expanded& out) {
  if (at < axes.size()) {
    for (std::size_t level = 0; level < axes[at][0]->levels.size(); ++level) {
      for (const Factor* factor : axes[at]) given.set(factor->name, factor->levels[level]);
      expand(sweep, axes, at + 1, given, out);
    }
    return;
  }
  const std::optional<Parameters> whole = resolved(sweep, given);
  if (!whole) {
    out.circular = true;
    return;
  }
  const auto holds = [&](const Selection& one) { return all_hold(one.conditions, *whole); };
  const auto exclude = std::find_if(sweep.excludes.begin(), sweep.excludes.end(), holds);
  const bool wanted =
      sweep.wheres.empty() || std::any_of(sweep.wheres.begin(), sweep.wheres.end(), holds);
  out.all.insert(whole->canonical());
  out.left_out.resize(sweep.excludes.size() + 1);
  if (exclude == sweep.excludes.end() && wanted) {
    out.kept.insert(whole->canonical());
  } else {
    out.left_out[static_cast<std::size_t>(exclude - sweep.excludes.begin())].insert(
        whole->canonical());
  }
}

bool has_baseline_levels(const Sweep& sweep, const Cell& cell) {
  return std::all_of(sweep.baseline.begin(), sweep.baseline.end(), [&](const auto& one) {
    const Value* level = cell.levels.find(one.first);
    return level != nullptr && *level == one.second;
  });
}

// Agree on the factors that apply to both and are not the baseline's.
bool agree(const Sweep& sweep, const Cell& a, const Cell& b) {
  return std::all_of(a.levels.begin(), a.levels.end(), [&](const auto& one) {
    const Value* other = b.levels.find(one.first);
    return sweep.baseline.find(one.first) != nullptr || other == nullptr || *other == one.second;
  });
}

void expect_pairs(const Plan& plan) {
  const Sweep& sweep = plan.sweep();
  if (sweep.baseline.empty()) return;
  for (std::size_t at = 0; at < plan.cell_count(); ++at) {
    const Cell cell = plan.cell(at);
    RC_ASSERT(cell.is_baseline == has_baseline_levels(sweep, cell));
    int expected = -1;
    for (int i = static_cast<int>(plan.cell_count()) - 1; i >= 0 && !cell.is_baseline; --i) {
      const Cell other = plan.cell(static_cast<std::size_t>(i));
      if (has_baseline_levels(sweep, other) && agree(sweep, cell, other)) expected = i;
    }
    RC_ASSERT(cell.baseline == expected);
  }
}

// The replicate slowest, then the factors as in the file, absent as the first.
std::vector<std::size_t> rank(const Plan& plan, std::size_t index) {
  std::vector<std::size_t> out;
  for (const Factor& factor : plan.sweep().factors) {
    const std::size_t level = plan.level(index, factor.name);
    const bool slowest = factor.name == plan.sweep().replicate;
    out.insert(slowest ? out.begin() : out.end(), level == Plan::kAbsent ? 0 : level);
  }
  return out;
}

// Returns how many trials the plan has.
std::size_t expect_right_plan(const std::string& text) {
  // With an override a factor may be without effect.
  const std::vector<std::string> overrides = {"note=x"};
  const Sweep sweep = sweep_of(text, overrides);
  Expanded expected;
  Parameters given;
  expand(sweep, axes_of(sweep), 0, given, expected);
  const std::string problem = problem_of(text, overrides);
  if (!problem.empty()) {
    const bool circular = problem.find("form a circle") != std::string::npos;
    const bool empty = problem.find("the sweep is empty") != std::string::npos;
    const bool no_baseline = problem.find("names no cell of the plan") != std::string::npos;
    // A zip is settled as one, so that it may close a circle that values do not.
    const bool expected_circle = expected.circular || !sweep.zips.empty();
    const bool expected_empty = empty && expected.kept.empty();
    const bool expected_problem = (circular && expected_circle) || expected_empty || no_baseline;
    RC_ASSERT(expected_problem);
    return 0;
  }
  const Plan plan = plan_of(text, overrides);
  std::set<std::string> planned;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    planned.insert(plan.trial(i).parameters.canonical());
    RC_ASSERT(identity_of(plan.trial(i)) == plan.id(i));
    RC_ASSERT(identity_text(plan.trial(i)) == plan.identity(i));
    if (i > 0) RC_ASSERT(rank(plan, i - 1) < rank(plan, i));
  }
  RC_ASSERT(planned == expected.kept);
  RC_ASSERT(planned.size() == plan.size());
  std::vector<std::uint64_t> counts;
  for (const std::set<std::string>& reason : expected.left_out) {
    if (!reason.empty()) counts.push_back(reason.size());
  }
  RC_ASSERT(plan.exclusions().size() == counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    RC_ASSERT(plan.exclusions()[i].count == counts[i]);
  }
  expect_pairs(plan);
  return plan.size();
}

}  // namespace

TEST_CASE("a plan has the trials of an obvious expansion, in its order", "[plan]") {
  std::size_t trials = 0;
  CHECK(rc::check([&] {
    const std::string text = any_sweep();
    RC_LOG() << text;
    trials += expect_right_plan(text);
  }));
  CHECK(trials > 100);
}

}  // namespace polysweep
