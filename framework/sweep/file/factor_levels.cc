#include "framework/sweep/file/factor_levels.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "framework/core/error_place.h"
#include "framework/core/random_stream.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/file/distribution.h"
#include "framework/sweep/file/sweep_nodes.h"

namespace polysweep {

namespace {

std::int64_t integer_of(const TomlNode& node, const std::string& what) {
  if (node.kind != TomlNode::Kind::kValue || node.value.type() != ValueType::kInteger) {
    fail_at(node.place, "{} is {}; expected an integer", what, node.kind_name());
  }
  return node.value.integer();
}

double real_of(const TomlNode& node, const std::string& what) {
  if (node.kind != TomlNode::Kind::kValue || !node.value.is_number()) {
    fail_at(node.place, "{} is {}; expected a number", what, node.kind_name());
  }
  return node.value.real();
}

std::size_t count_of(const TomlNode& node, std::int64_t least) {
  const std::int64_t n = integer_of(node, "the number of levels");
  if (n < least || n > static_cast<std::int64_t>(kMaxLevels)) {
    fail_at(node.place, "{} levels; expected {} to {}", n, least, kMaxLevels);
  }
  return static_cast<std::size_t>(n);
}

std::vector<PlacedValue> range_of(const std::string&, const TomlNode& node, const TomlNode&) {
  const std::size_t size = node.kind == TomlNode::Kind::kArray ? node.items.size() : 0;
  if (size != 2 && size != 3) {
    fail_at(node.place, "a range is [first, last] or [first, last, step], all integers");
  }
  const std::int64_t first = integer_of(node.items[0], "the first of a range");
  const std::int64_t last = integer_of(node.items[1], "the last of a range");
  const std::int64_t step = size == 3 ? integer_of(node.items[2], "the step of a range") : 1;
  std::vector<PlacedValue> levels;
  in_place(node.place, [&] {
    for (const std::int64_t value : integer_range(first, last, step)) {
      levels.push_back({Value(value), node.place});
    }
  });
  return levels;
}

// `between(share)` for `share` from 0 to 1; the ends are as given.
template <typename Between>
std::vector<PlacedValue> spaced(const TomlNode& node, std::size_t n, Between between) {
  std::vector<PlacedValue> levels;
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_end = i == 0 || i + 1 == n;
    const double value = is_end ? node.items[i == 0 ? 0 : 1].value.real()
                                : rounded_level(between(static_cast<double>(i)));
    levels.push_back({in_place(node.place, [&] { return Value(value); }), node.place});
  }
  return levels;
}

std::vector<PlacedValue> linspace_of(const std::string&, const TomlNode& node, const TomlNode&) {
  if (node.kind != TomlNode::Kind::kArray || node.items.size() != 3) {
    fail_at(node.place, "a linspace is [first, last, number of levels]");
  }
  const double first = real_of(node.items[0], "the first of a linspace");
  const double last = real_of(node.items[1], "the last of a linspace");
  const std::size_t n = count_of(node.items[2], 2);
  return spaced(node, n,
                [&](double i) { return first + (last - first) * i / static_cast<double>(n - 1); });
}

std::vector<PlacedValue> logspace_of(const std::string&, const TomlNode& node, const TomlNode&) {
  if (node.kind != TomlNode::Kind::kArray || node.items.size() != 3) {
    fail_at(node.place, "a logspace is [first, last, number of levels]");
  }
  const double first = real_of(node.items[0], "the first of a logspace");
  const double last = real_of(node.items[1], "the last of a logspace");
  if (first <= 0 || last <= 0) {
    fail_at(node.place,
            "a logspace needs a first and a last above 0; they are the values, not exponents");
  }
  const std::size_t n = count_of(node.items[2], 2);
  return spaced(node, n, [&](double i) {
    return std::exp(std::log(first) +
                    (std::log(last) - std::log(first)) * i / static_cast<double>(n - 1));
  });
}

Value drawn(const Distribution& distribution, RandomStream& stream) {
  if (distribution.kind != Sampling::kInteger) return distribution.at(stream.uniform());
  const auto count = static_cast<std::uint64_t>(*distribution.high - *distribution.low) + 1;
  return Value(static_cast<std::int64_t>(*distribution.low) +
               static_cast<std::int64_t>(stream.below(count)));
}

std::vector<PlacedValue> sample_of(const std::string& name, const TomlNode& node,
                                   const TomlNode& table) {
  const Distribution distribution = read_distribution(table);
  const TomlEntry* number = table.find("n");
  if (number == nullptr) {
    fail_at(table.place,
            "'sample' also needs 'n'; factors that are drawn together belong in [sample.factors]");
  }
  const std::size_t n = count_of(number->node, 1);
  const bool integral = distribution.kind == Sampling::kInteger;
  if (integral && *distribution.high - *distribution.low + 1 < static_cast<double>(n)) {
    fail_at(number->node.place, "{} distinct integers cannot be drawn from {} to {}", n,
            *distribution.low, *distribution.high);
  }
  const TomlEntry* seed = table.find("stream");
  const std::int64_t stream_seed = seed == nullptr ? 0 : integer_of(seed->node, "'stream'");
  if (stream_seed < 0) fail_at(seed->node.place, "'stream' must be 0 or more");

  RandomStream stream(static_cast<std::uint64_t>(stream_seed), "sample " + name);
  std::set<Value> seen;
  std::vector<PlacedValue> levels;
  for (std::size_t draws = 0; levels.size() < n; ++draws) {
    if (draws > 1000 * n + 1'000'000) {
      fail_at(number->node.place, "{} distinct values cannot be drawn of this distribution", n);
    }
    const Value value = in_place(table.place, [&] { return drawn(distribution, stream); });
    if (seen.insert(value).second) levels.push_back({value, node.place});
  }
  return levels;
}

struct Generator {
  std::string name;
  // Of the factor's name, the generator's node and the table around it.
  std::vector<PlacedValue> (*levels)(const std::string&, const TomlNode&, const TomlNode&);
  std::vector<std::string> companions;  // a sample has those of its distribution beside them
};

std::vector<PlacedValue> values_of(const std::string& name, const TomlNode& node, const TomlNode&) {
  return listed_values("factor '" + name + "'", node);
}

const std::vector<Generator>& generators() {
  static const std::vector<Generator> all = {
      {"values", values_of, {}},
      {"range", range_of, {}},
      {"linspace", linspace_of, {}},
      {"logspace", logspace_of, {}},
      {"sample", sample_of, {"n", "stream"}},
  };
  return all;
}

void expect_true(const TomlEntry& absent) {
  const TomlNode& node = absent.node;
  const bool is_true = node.kind == TomlNode::Kind::kValue &&
                       node.value.type() == ValueType::kBoolean && node.value.boolean();
  if (!is_true) {
    fail_at(node.place,
            "'absent' is true, or left out: a level at which the parameter is not given");
  }
}

bool is_choice(const TomlNode& table) { return sampling_of(table) == Sampling::kChoice; }

std::vector<PlacedValue> generated(const std::string& name, const TomlNode& table) {
  const Generator* chosen = nullptr;
  std::vector<std::string> known = {"when", "absent"};
  for (const Generator& generator : generators()) {
    known.push_back(generator.name);
    if (table.find(generator.name) == nullptr) continue;
    if (generator.name == "values" && is_choice(table)) continue;
    if (chosen != nullptr) {
      fail_at(table.find(generator.name)->place,
              "factor '{}' has both '{}' and '{}'; remove one of the two", name, chosen->name,
              generator.name);
    }
    chosen = &generator;
  }
  if (chosen != nullptr)
    known.insert(known.end(), chosen->companions.begin(), chosen->companions.end());
  if (const Sampling drawn_from = sampling_of(table); drawn_from != Sampling::kNone) {
    for (std::string& key : distribution_keys(drawn_from)) known.push_back(std::move(key));
  }
  for (const TomlEntry& one : table.entries) {
    if (std::find(known.begin(), known.end(), one.name) == known.end()) {
      fail_at(one.place, "{}", unknown_name("key of a factor", one.name, known));
    }
  }
  if (chosen == nullptr) {
    fail_at(table.place,
            "factor '{}' has no levels; expected one of values, range, linspace, logspace, sample",
            name);
  }
  std::vector<PlacedValue> levels = chosen->levels(name, table.find(chosen->name)->node, table);
  if (const TomlEntry* absent = table.find("absent")) {
    expect_true(*absent);
    levels.push_back({Value(Value::Absent()), absent->node.place});
  }
  return levels;
}

}  // namespace

const std::vector<std::string>& generator_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> out = {"absent"};
    for (const Generator& generator : generators()) out.push_back(generator.name);
    return out;
  }();
  return keys;
}

const std::vector<std::string>& factor_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> out = generator_keys();
    out.insert(out.end(), {"when", "n", "stream"});
    for (const Sampling kind : {Sampling::kNormal, Sampling::kChoice}) {
      for (std::string& key : distribution_keys(kind)) out.push_back(std::move(key));
    }
    return out;
  }();
  return keys;
}

std::vector<std::int64_t> integer_range(std::int64_t first, std::int64_t last, std::int64_t step) {
  if (step == 0) fail("a range needs a step other than 0");
  if (first != last && (first < last) != (step > 0)) {
    fail("the range from {} to {} with step {} is empty; its step must lead from first to last",
         first, last, step);
  }
  const auto distance = first < last
                            ? static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first)
                            : static_cast<std::uint64_t>(first) - static_cast<std::uint64_t>(last);
  const std::uint64_t stride =
      step > 0 ? static_cast<std::uint64_t>(step) : -static_cast<std::uint64_t>(step);
  if (distance / stride >= kMaxLevels) {
    fail("the range from {} to {} has more than {} levels", first, last, kMaxLevels);
  }
  std::vector<std::int64_t> values;
  for (std::uint64_t i = 0; i <= distance / stride; ++i) {
    values.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(first) +
                                               i * static_cast<std::uint64_t>(step)));
  }
  return values;
}

std::vector<PlacedValue> read_levels(const std::string& name, const TomlNode& node) {
  if (node.kind == TomlNode::Kind::kValue) {
    fail_at(node.place,
            "factor '{}' is {}; expected a list of levels (a parameter with one value belongs in "
            "[fixed])",
            name, node.kind_name());
  }
  std::vector<PlacedValue> levels = node.kind == TomlNode::Kind::kTable
                                        ? generated(name, node)
                                        : listed_values("factor '" + name + "'", node);
  if (levels.empty()) fail_at(node.place, "factor '{}' has no levels", name);
  return levels;
}

Sampling sampling_of(const TomlNode& node) {
  const TomlEntry* sample = node.kind == TomlNode::Kind::kTable ? node.find("sample") : nullptr;
  return sample == nullptr ? Sampling::kNone : distribution_name(sample->node);
}

std::optional<std::size_t> first_repeated(const std::vector<Value>& values) {
  std::set<Value> seen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!seen.insert(values[i]).second) return i;
  }
  return std::nullopt;
}

}  // namespace polysweep
