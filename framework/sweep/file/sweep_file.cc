#include "framework/sweep/file/sweep_file.h"

#include <algorithm>

#include "framework/core/digest.h"
#include "framework/core/error_place.h"
#include "framework/core/packed_file.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/file/nested_parameters.h"
#include "framework/sweep/file/sweep_draft.h"
#include "framework/sweep/file/sweep_override.h"

namespace polysweep {

namespace {

constexpr std::size_t kMaxFileBytes = 16 << 20;
constexpr std::size_t kListedLevels = 20;

std::vector<std::string> factor_names(const SweepDraft& draft) {
  std::vector<std::string> names;
  for (const DraftFactor& factor : draft.factors) names.push_back(factor.name);
  return names;
}

DraftFactor& factor_at(SweepDraft& draft, const std::string& name, const std::string& place) {
  DraftFactor* factor = draft.find_factor(name);
  if (factor == nullptr) fail_at(place, "{}", unknown_name("factor", name, factor_names(draft)));
  return *factor;
}

std::string level_text(const Value& level) {
  return level.is_absent() ? level.display() : level.canonical();
}

void expect_level(const DraftFactor& factor, const Value& value, const std::string& place) {
  if (std::find(factor.levels.begin(), factor.levels.end(), value) != factor.levels.end()) return;
  std::vector<std::string> texts;
  std::string list;
  for (const Value& level : factor.levels) {
    if (texts.size() < kListedLevels) list += (texts.empty() ? "" : ", ") + level_text(level);
    // Numbers that are spelt alike are not near each other.
    texts.push_back(level.is_number() ? "" : level.display());
  }
  if (texts.size() > kListedLevels) list += ", ...";
  fail_at(place, "{} is not a level of factor '{}', whose levels are {}{}", level_text(value),
          factor.name, list, value.is_number() ? "" : suggestion(value.display(), texts));
}

// An override of a factor may leave conditions without effect; a file by itself
// may not.
void check_conditions(SweepDraft& draft, const std::vector<DraftCondition>& conditions) {
  for (const DraftCondition& one : conditions) {
    const DraftFactor* factor = draft.find_factor(one.condition.parameter);
    if (factor == nullptr || factor->overridden) continue;
    const ParameterSpec& spec = draft.experiment->schema.at(factor->name);
    for (const Value& value : one.condition.any_of) {
      if (!factor->when.empty() && value == spec.default_value) continue;
      expect_level(*factor, value, one.place);
    }
  }
}

void check_factors(SweepDraft& draft) {
  for (const DraftFactor& factor : draft.factors) {
    if (const DraftValue* fixed = draft.find_fixed(factor.name)) {
      fail_at(factor.place, "'{}' is a factor and also fixed (at {}); remove one of the two",
              factor.name, fixed->place);
    }
    for (const DraftCondition& one : factor.when) {
      if (one.condition.parameter == factor.name) {
        fail_at(one.place, "factor '{}' cannot depend on itself", factor.name);
      }
    }
    check_conditions(draft, factor.when);
  }
  if (draft.replicate.empty()) return;
  const DraftFactor& replicate = factor_at(draft, draft.replicate, draft.replicate_place);
  if (std::any_of(replicate.levels.begin(), replicate.levels.end(),
                  [](const Value& level) { return level.is_absent(); })) {
    fail_at(replicate.place, "the replicate '{}' cannot be absent", replicate.name);
  }
  if (replicate.at.empty()) return;
  fail_at(replicate.place, "the replicate '{}' cannot be drawn: every cell has all its levels",
          replicate.name);
}

void check_zips(SweepDraft& draft) {
  std::vector<std::string> zipped;
  for (const DraftZip& zip : draft.zips) {
    if (zip.names.size() < 2) fail_at(zip.place, "a zip needs two factors or more");
    const DraftFactor& first = factor_at(draft, zip.names[0], zip.place);
    for (const std::string& name : zip.names) {
      const DraftFactor& factor = factor_at(draft, name, zip.place);
      if (std::find(zipped.begin(), zipped.end(), name) != zipped.end()) {
        fail_at(zip.place, "factor '{}' is zipped twice", name);
      }
      if (name == draft.replicate) {
        fail_at(zip.place, "the replicate '{}' cannot be zipped: every cell has all its levels",
                name);
      }
      if (!factor.at.empty()) {
        fail_at(zip.place, "factor '{}' is drawn together with those of [sample.factors]", name);
      }
      if (factor.levels.size() != first.levels.size()) {
        fail_at(factor.overridden  ? factor.place
                : first.overridden ? first.place
                                   : zip.place,
                "zipped factors need equally many levels; '{}' has {}, '{}' has {}", first.name,
                first.levels.size(), factor.name, factor.levels.size());
      }
      zipped.push_back(name);
    }
  }
}

void check_baseline(SweepDraft& draft) {
  for (const DraftValue& one : draft.baseline) {
    const DraftFactor& factor = factor_at(draft, one.name, one.place);
    if (one.name == draft.replicate) {
      fail_at(one.place,
              "the replicate '{}' cannot be in the baseline; it does not distinguish cells",
              one.name);
    }
    const auto end = factor.levels.end();
    if (factor.overridden && std::find(factor.levels.begin(), end, one.value) == end) {
      fail_at(factor.place, "the baseline (at {}) needs the level {} of factor '{}'; give it too",
              one.place, one.value.canonical(), one.name);
    }
    expect_level(factor, one.value, one.place);
  }
}

void check_comparison(SweepDraft& draft) {
  const DraftComparison& comparison = draft.comparison;
  if (comparison.place.empty()) return;
  if (draft.baseline.empty()) {
    fail_at(comparison.place,
            "[comparison] says how cells are compared with a baseline; add a [baseline] table");
  }
  for (const auto& conditions : comparison.family) {
    for (const DraftCondition& one : conditions) {
      const std::string& name = one.condition.parameter;
      const DraftFactor& factor = factor_at(draft, name, one.place);
      if (name == draft.replicate) {
        fail_at(one.place,
                "the replicate '{}' cannot be in the family; it does not distinguish cells", name);
      }
      if (factor.overridden) continue;
      for (const Value& value : one.condition.any_of) expect_level(factor, value, one.place);
    }
  }
}

std::vector<Condition> plain(const std::vector<DraftCondition>& conditions) {
  std::vector<Condition> out;
  for (const DraftCondition& one : conditions) out.push_back(one.condition);
  return out;
}

std::vector<Selection> plain(const std::vector<DraftSelection>& selections) {
  std::vector<Selection> out;
  for (const DraftSelection& one : selections) out.push_back({plain(one.conditions), one.text});
  return out;
}

std::optional<JointSample> sample_of(const SweepDraft& draft) {
  JointSample out{draft.design, {}, {}};
  for (const DraftFactor& one : draft.factors) {
    if (one.at.empty()) continue;
    out.factors.push_back(one.name);
    out.levels.push_back(one.at);
  }
  return out.factors.empty() ? std::nullopt : std::optional(std::move(out));
}

Sweep finished(SweepDraft draft) {
  check(draft.experiment != nullptr, "a draft has its experiment");
  check_factors(draft);
  check_zips(draft);
  for (const DraftSelection& one : draft.excludes) check_conditions(draft, one.conditions);
  for (const DraftSelection& one : draft.wheres) check_conditions(draft, one.conditions);
  check_baseline(draft);
  check_comparison(draft);

  Sweep sweep;
  sweep.name = draft.name;
  sweep.experiment = *draft.experiment;
  sweep.replicate = draft.replicate;
  sweep.places["factors"] = draft.factors_place;
  sweep.places["baseline"] = draft.baseline_place;
  for (const DraftValue& one : draft.fixed) {
    sweep.fixed.set(one.name, one.value);
    sweep.places["fixed " + one.name] = one.place;
  }
  sweep.sample = sample_of(draft);
  for (DraftFactor& one : draft.factors) {
    Factor factor{one.name, std::move(one.levels), plain(one.when), one.sampling};
    const std::vector<Condition>& own = sweep.experiment.schema.at(one.name).when;
    for (const Condition& condition : own) {
      const auto end = factor.when.end();
      if (std::find(factor.when.begin(), end, condition) == end) factor.when.push_back(condition);
    }
    sweep.factors.push_back(std::move(factor));
    sweep.places["factor " + one.name] = one.place;
  }
  for (const DraftZip& zip : draft.zips) sweep.zips.push_back(zip.names);
  sweep.excludes = plain(draft.excludes);
  sweep.wheres = plain(draft.wheres);
  for (const DraftValue& one : draft.baseline) sweep.baseline.set(one.name, one.value);
  check(sweep.replicate.empty() || sweep.find_factor(sweep.replicate) != nullptr,
        "the replicate is a factor");
  sweep.primary = draft.primary;
  sweep.secondary = draft.secondary;
  sweep.comparison = draft.comparison.rule;
  for (const auto& each : draft.comparison.family) sweep.comparison.family.push_back(plain(each));
  sweep.places["family"] = draft.comparison.family_place;
  return sweep;
}

}  // namespace

Sweep parse_sweep(std::string_view text, const std::string& file,
                  const std::vector<std::string>& overrides, const Catalogue& catalogue) {
  const std::string name = file.empty() ? "sweep" : file;
  TomlNode root = parse_toml(text, name);
  flatten_parameters(root, catalogue);
  const std::filesystem::path folder = std::filesystem::absolute(name).parent_path();
  SweepDraft draft = read_draft(root, catalogue, folder);
  for (const std::string& word : overrides) apply_override(draft, word);
  Sweep sweep = finished(std::move(draft));
  if (const TomlEntry* command = root.find("command")) {
    sweep.places["command"] = command->node.place;
  }
  if (const TomlEntry* environment = root.find("environment")) {
    for (const TomlEntry& one : environment->node.entries) {
      sweep.places["environment " + one.name] = one.node.place;
    }
  }
  sweep.file = file;
  sweep.text = text;
  sweep.overrides = overrides;
  return sweep;
}

std::string read_sweep_file(const std::filesystem::path& file) {
  const std::string path = file.string();
  if (!is_utf8(path)) fail("the path {} is not UTF-8", in_quotes(path));
  if (std::filesystem::is_directory(file)) fail("{} is a folder; expected a sweep file", path);
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(file, unknown);
  if (!unknown && size > kMaxFileBytes) {
    fail("{} has {} bytes; a sweep file has at most {}", path, size, kMaxFileBytes);
  }
  // A pipe, a device and a compressed file say nothing of their size.
  std::string text = read_at_most(file, kMaxFileBytes + 1);
  if (text.size() > kMaxFileBytes) {
    fail("{} has more than {} bytes, the most that a sweep file can have", path, kMaxFileBytes);
  }
  return text;
}

Sweep load_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                 const Catalogue& catalogue) {
  return parse_sweep(read_sweep_file(file), file.string(), overrides, catalogue);
}

}  // namespace polysweep
