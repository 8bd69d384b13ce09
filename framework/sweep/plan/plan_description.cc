#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "framework/core/utf8.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

namespace {

// Writes JSON members one after another, in the order of the calls.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void key(std::string_view name) {
    separate();
    append_json_text(out_, name);
    out_ += ':';
    first_ = true;
  }
  void text(std::string_view value) {
    separate();
    append_json_text(out_, value);
  }
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }
  void value(const Value& value) {
    separate();
    value.append_canonical(out_);
  }
  void parameters(const Parameters& parameters) {
    separate();
    parameters.append_canonical(out_);
  }

  void text_member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }

 private:
  void separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
};

// Factors on which it depends which parameters a trial has.
std::vector<std::string> deciding_factors(const Sweep& sweep) {
  std::vector<std::string> names;
  const auto decides = [&](const std::string& name) {
    const auto asks = [&](const Condition& condition) { return condition.parameter == name; };
    for (const ParameterSpec& spec : sweep.experiment.schema.specs()) {
      if (std::any_of(spec.when.begin(), spec.when.end(), asks)) return true;
    }
    return false;
  };
  for (const Factor& factor : sweep.factors) {
    if (!factor.when.empty() || decides(factor.name)) names.push_back(factor.name);
  }
  return names;
}

// What trials have without the file giving it. A factor that has no level in a
// trial may have its default there.
Parameters defaults_in(const Plan& plan) {
  const Sweep& sweep = plan.sweep();
  const std::vector<std::string> names = deciding_factors(sweep);
  std::set<std::vector<std::size_t>> seen;
  Parameters defaults;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    std::vector<std::size_t> levels;
    for (const std::string& name : names) levels.push_back(plan.level(i, name));
    if (!seen.insert(std::move(levels)).second) continue;
    for (const auto& [name, value] : plan.trial(i).parameters) {
      if (sweep.fixed.find(name) != nullptr) continue;
      const bool varied =
          sweep.find_factor(name) != nullptr && plan.level(i, name) != Plan::kAbsent;
      if (!varied) defaults.set(name, value);
    }
  }
  return defaults;
}

void write_metric(Writer& writer, const ExperimentSpec& experiment, const MetricChoice& choice) {
  writer.open('{');
  writer.text_member("name", choice.name);
  writer.text_member("goal", goal_name(choice.goal));
  for (const MetricSpec& metric : experiment.metrics) {
    if (metric.name != choice.name) continue;
    writer.text_member("unit", metric.unit);
    writer.text_member("doc", metric.doc);
    writer.text_member("step", metric.step);
    writer.text_member("role", role_name(metric.role));
  }
  writer.close('}');
}

void write_factors(Writer& writer, const Sweep& sweep) {
  writer.key("factors");
  writer.open('[');
  for (const Factor& factor : sweep.factors) {
    const ParameterSpec& spec = sweep.experiment.schema.at(factor.name);
    writer.open('{');
    writer.text_member("name", factor.name);
    writer.key("levels");
    writer.open('[');
    for (const Value& level : factor.levels) writer.value(level);
    writer.close(']');
    writer.text_member("unit", spec.unit);
    writer.text_member("doc", spec.doc);
    writer.text_member("role", role_name(spec.role));
    writer.close('}');
  }
  writer.close(']');
}

// Every parameter that has a role, a factor or not.
void write_roles(Writer& writer, const Schema& schema) {
  writer.key("roles");
  writer.open('{');
  for (const ParameterSpec& spec : schema.specs()) {
    if (spec.role != Role::kNone) writer.text_member(spec.name, role_name(spec.role));
  }
  writer.close('}');
}

void write_metrics(Writer& writer, const Sweep& sweep) {
  writer.key("primary");
  write_metric(writer, sweep.experiment, sweep.primary);
  writer.key("secondary");
  writer.open('[');
  for (const MetricChoice& choice : sweep.secondary) write_metric(writer, sweep.experiment, choice);
  writer.close(']');
  writer.key("metrics");
  writer.open('[');
  for (const MetricSpec& metric : sweep.experiment.metrics) {
    write_metric(writer, sweep.experiment, {metric.name, metric.goal});
  }
  writer.close(']');
}

void write_cells(Writer& writer, const Plan& plan) {
  writer.key("cells");
  writer.open('[');
  for (const Cell& cell : plan.cells()) {
    writer.open('{');
    writer.key("levels");
    writer.parameters(cell.levels);
    writer.key("baseline");
    writer.raw(fmt::format("{}", cell.baseline));
    writer.key("is_baseline");
    writer.raw(cell.is_baseline ? "true" : "false");
    writer.close('}');
  }
  writer.close(']');
}

}  // namespace

std::string describe(const Plan& plan, const std::map<std::string, std::string>& data_digests) {
  const Sweep& sweep = plan.sweep();
  std::string out;
  Writer writer(out);
  writer.open('{');
  writer.text_member("sweep", sweep.name);
  writer.text_member("experiment", sweep.experiment.name);
  writer.key("version");
  writer.raw(fmt::format("{}", sweep.experiment.version));
  writer.text_member("doc", sweep.experiment.doc);
  writer.text_member("clock", sweep.experiment.clock);
  writer.text_member("file", sweep.file);
  writer.text_member("text", sweep.text);
  writer.key("overrides");
  writer.open('[');
  for (const std::string& word : sweep.overrides) writer.text(word);
  writer.close(']');
  writer.key("fixed");
  writer.parameters(sweep.fixed);
  writer.key("defaults");
  writer.parameters(defaults_in(plan));
  writer.text_member("replicate", sweep.replicate);
  write_factors(writer, sweep);
  write_roles(writer, sweep.experiment.schema);
  writer.key("baseline");
  writer.parameters(sweep.baseline);
  write_metrics(writer, sweep);
  writer.key("data");
  writer.open('{');
  for (const auto& [path, digest] : data_digests) writer.text_member(path, digest);
  writer.close('}');
  write_cells(writer, plan);
  writer.key("exclusions");
  writer.open('[');
  for (const Exclusion& exclusion : plan.exclusions()) {
    writer.open('{');
    writer.text_member("reason", exclusion.reason);
    writer.key("count");
    writer.raw(fmt::format("{}", exclusion.count));
    writer.close('}');
  }
  writer.close(']');
  writer.close('}');
  return out;
}

}  // namespace polysweep
