#include "framework/sweep/file/factor_levels.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "framework/core/error_place.h"
#include "framework/core/random_stream.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

// A generated real is rounded to 12 significant digits: levels look as meant,
// and do not depend on the last bit of a mathematical library.
double rounded(double value) {
  const std::string digits = fmt::format("{:.11e}", value);
  double out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

const TomlNode& entry(const TomlNode& table, const char* generator, const char* name) {
  const TomlEntry* found = table.find(name);
  if (found == nullptr) fail_at(table.place, "'{}' also needs '{}'", generator, name);
  return found->node;
}

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

std::vector<PlacedValue> listed(const std::string& name, const TomlNode& node) {
  if (node.kind != TomlNode::Kind::kArray) {
    fail_at(node.place, "the levels of factor '{}' are {}; expected a list such as [1, 2]", name,
            node.kind_name());
  }
  if (node.items.size() > kMaxLevels) {
    fail_at(node.place, "factor '{}' has {} levels; at most {} are allowed", name,
            node.items.size(), kMaxLevels);
  }
  std::vector<PlacedValue> levels;
  for (const TomlNode& item : node.items) {
    if (item.kind != TomlNode::Kind::kValue) {
      fail_at(item.place, "a level of factor '{}' is {}; expected a number, a text or a boolean",
              name, item.kind_name());
    }
    levels.push_back({item.value, item.place});
  }
  return levels;
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
    const double value =
        is_end ? node.items[i == 0 ? 0 : 1].value.real() : rounded(between(static_cast<double>(i)));
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

struct Bounds {
  double low = 0;
  double high = 0;
};

Value uniform_draw(RandomStream& stream, const Bounds& bounds) {
  return Value(rounded(bounds.low + (bounds.high - bounds.low) * stream.uniform()));
}

Value log_uniform_draw(RandomStream& stream, const Bounds& bounds) {
  const double low = std::log(bounds.low);
  const double log = low + (std::log(bounds.high) - low) * stream.uniform();
  return Value(rounded(std::exp(log)));
}

Value integer_draw(RandomStream& stream, const Bounds& bounds) {
  const auto count = static_cast<std::uint64_t>(bounds.high - bounds.low) + 1;
  return Value(static_cast<std::int64_t>(bounds.low) +
               static_cast<std::int64_t>(stream.below(count)));
}

Value drawn(Sampling distribution, RandomStream& stream, const Bounds& bounds) {
  if (distribution == Sampling::kInteger) return integer_draw(stream, bounds);
  if (distribution == Sampling::kLogUniform) return log_uniform_draw(stream, bounds);
  return uniform_draw(stream, bounds);
}

// Of the name after 'sample'; "" is none.
Sampling distribution_of(const TomlNode& node) {
  if (!node.is_text()) {
    fail_at(node.place, "'sample' is {}; expected the name of a distribution", node.kind_name());
  }
  const std::string& name = node.value.text();
  return in_place(node.place, [&] {
    const Sampling distribution = sampling_from_name(name);
    if (distribution == Sampling::kNone)
      fail("'sample' is empty; expected the name of a distribution");
    return distribution;
  });
}

std::vector<PlacedValue> sample_of(const std::string& name, const TomlNode& node,
                                   const TomlNode& table) {
  const Sampling distribution = distribution_of(node);
  const TomlNode& low = entry(table, "sample", "low");
  const TomlNode& high = entry(table, "sample", "high");
  const TomlNode& number = entry(table, "sample", "n");
  const bool integral = distribution == Sampling::kInteger;
  const Bounds bounds = {
      integral ? static_cast<double>(integer_of(low, "'low'")) : real_of(low, "'low'"),
      integral ? static_cast<double>(integer_of(high, "'high'")) : real_of(high, "'high'")};
  const std::size_t n = count_of(number, 1);
  if (bounds.low >= bounds.high) fail_at(high.place, "'high' must be above 'low'");
  if (distribution == Sampling::kLogUniform && bounds.low <= 0) {
    fail_at(low.place, "a log_uniform sample needs a 'low' above 0");
  }
  if (integral && (std::abs(bounds.low) >= 0x1p53 || std::abs(bounds.high) >= 0x1p53)) {
    fail_at(table.place, "an integer sample needs 'low' and 'high' below 2^53 in size");
  }
  if (integral && bounds.high - bounds.low + 1 < static_cast<double>(n)) {
    fail_at(number.place, "{} distinct integers cannot be drawn from {} to {}", n, bounds.low,
            bounds.high);
  }
  const TomlEntry* seed = table.find("stream");
  const std::int64_t stream_seed = seed == nullptr ? 0 : integer_of(seed->node, "'stream'");
  if (stream_seed < 0) fail_at(seed->node.place, "'stream' must be 0 or more");

  RandomStream stream(static_cast<std::uint64_t>(stream_seed), "sample " + name);
  std::set<Value> seen;
  std::vector<PlacedValue> levels;
  for (std::size_t draws = 0; levels.size() < n; ++draws) {
    if (draws > 1000 * n + 1'000'000) {
      fail_at(number.place, "{} distinct values cannot be drawn between 'low' and 'high'", n);
    }
    const Value value = in_place(table.place, [&] { return drawn(distribution, stream, bounds); });
    if (seen.insert(value).second) levels.push_back({value, node.place});
  }
  return levels;
}

struct Generator {
  std::string name;
  // Of the factor's name, the generator's node and the table around it.
  std::vector<PlacedValue> (*levels)(const std::string&, const TomlNode&, const TomlNode&);
  std::vector<std::string> companions;
};

std::vector<PlacedValue> values_of(const std::string& name, const TomlNode& node, const TomlNode&) {
  return listed(name, node);
}

const std::vector<Generator>& generators() {
  static const std::vector<Generator> all = {
      {"values", values_of, {}},
      {"range", range_of, {}},
      {"linspace", linspace_of, {}},
      {"logspace", logspace_of, {}},
      {"sample", sample_of, {"low", "high", "n", "stream"}},
  };
  return all;
}

std::vector<PlacedValue> generated(const std::string& name, const TomlNode& table) {
  const Generator* chosen = nullptr;
  std::vector<std::string> known = {"when"};
  for (const Generator& generator : generators()) {
    known.push_back(generator.name);
    if (table.find(generator.name) == nullptr) continue;
    if (chosen != nullptr) {
      fail_at(table.find(generator.name)->place,
              "factor '{}' has both '{}' and '{}'; remove one of the two", name, chosen->name,
              generator.name);
    }
    chosen = &generator;
  }
  if (chosen != nullptr)
    known.insert(known.end(), chosen->companions.begin(), chosen->companions.end());
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
  return chosen->levels(name, table.find(chosen->name)->node, table);
}

}  // namespace

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
  std::vector<PlacedValue> levels =
      node.kind == TomlNode::Kind::kTable ? generated(name, node) : listed(name, node);
  if (levels.empty()) fail_at(node.place, "factor '{}' has no levels", name);
  return levels;
}

Sampling sampling_of(const TomlNode& node) {
  const TomlEntry* sample = node.kind == TomlNode::Kind::kTable ? node.find("sample") : nullptr;
  return sample == nullptr ? Sampling::kNone : distribution_of(sample->node);
}

std::optional<std::size_t> first_repeated(const std::vector<Value>& values) {
  std::set<Value> seen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!seen.insert(values[i]).second) return i;
  }
  return std::nullopt;
}

}  // namespace polysweep
