#include "framework/sweep/parameters.h"

#include <rapidcheck.h>

#include <map>

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

ParameterSpec spec(std::string name, ValueType type, Value default_value) {
  ParameterSpec out;
  out.name = std::move(name);
  out.type = type;
  out.default_value = std::move(default_value);
  return out;
}

Schema example() {
  ParameterSpec encoding = spec("encoding", ValueType::kText, Value("rope"));
  encoding.words = {"rope", "learned", "legendre"};
  ParameterSpec order = spec("order", ValueType::kInteger, Value("full"));
  order.minimum = 1;
  order.maximum = 64;
  order.words = {"full"};
  order.when = {{"encoding", {Value("legendre")}}};
  ParameterSpec norm = spec("norm", ValueType::kText, Value("raw"));
  norm.when = {{"order", {Value(4.0), Value("full")}}};
  ParameterSpec rate = spec("rate", ValueType::kReal, Value(1));
  rate.minimum = 0;
  ParameterSpec decay = spec("decay", ValueType::kReal, Value(0.5));
  decay.maximum = 1;
  return Schema({encoding, order, norm, rate, decay, spec("note", ValueType::kText, Value("")),
                 spec("quick", ValueType::kBoolean, Value(false))});
}

Parameters given(std::initializer_list<Parameters::Entry> entries) {
  Parameters out;
  for (const auto& [name, value] : entries) out.set(name, value);
  return out;
}

}  // namespace

TEST_CASE("parameters are sorted by name, each once", "[parameters]") {
  Parameters parameters = given({{"b", Value(1)}, {"a", Value("x")}, {"b", Value(2.0)}});
  CHECK(parameters.canonical() == R"({"a":"x","b":2.0})");
  CHECK(parameters.real("b") == 2.0);
  parameters.erase("a");
  parameters.erase("a");
  CHECK(parameters.find("a") == nullptr);
  CHECK(parameters.size() == 1);
  CHECK_THROWS_WITH(parameters.at("c"), "no such parameter: unknown parameter 'c'; known: b");
}

TEST_CASE("parameters read back from their canonical text", "[parameters]") {
  CHECK(rc::check([](const std::map<std::string, std::int64_t>& entries) {
    Parameters parameters;
    for (const auto& [name, value] : entries) {
      parameters.set(Value(static_cast<std::int64_t>(name.size())).canonical(), Value(value));
    }
    RC_ASSERT(Parameters::from_json(parameters.canonical()) == parameters);
  }));
  CHECK(Parameters::from_json("{}").empty());
  CHECK_THROWS_WITH(Parameters::from_json("3"), "'3' is not a JSON object of parameters");
  CHECK_THROWS_WITH(Parameters::from_json(R"({"a":1,"a":2})"), "parameter 'a' is given twice");
  CHECK(Parameters::from_json(R"({"a":null})").at("a").is_absent());
  CHECK_THROWS_WITH(Parameters::from_json(R"({"a":[null]})"),
                    "cannot read '{\"a\":[null]}' as JSON values: null is not a value");
}

TEST_CASE("values are typed against the schema", "[parameters]") {
  const Schema schema = example();
  CHECK(schema.typed("order", Value(3.0)) == Value(3));
  CHECK(schema.typed("order", Value("full")) == Value("full"));
  CHECK(schema.typed("rate", Value(3)) == Value(3.0));
  CHECK(schema.at("rate").default_value == Value(1.0));
}

TEST_CASE("values that do not fit say which would", "[parameters]") {
  const Schema schema = example();
  CHECK_THROWS_WITH(schema.typed("order", Value(0)),
                    "0 is not a value of parameter 'order', which is an integer from 1 to 64, "
                    "or 'full'");
  CHECK_THROWS_WITH(schema.typed("order", Value("ful")),
                    "'ful' is not a value of parameter 'order', which is an integer from 1 to 64, "
                    "or 'full' (did you mean 'full'?)");
  CHECK_THROWS_WITH(schema.typed("order", Value(2.5)),
                    "2.5 is not a value of parameter 'order', which is an integer from 1 to 64, "
                    "or 'full'");
  CHECK_THROWS_WITH(schema.typed("encoding", Value("rpe")),
                    "'rpe' is not a value of parameter 'encoding', which is one of 'rope', "
                    "'learned', 'legendre' (did you mean 'rope'?)");
  CHECK_THROWS_WITH(
      schema.typed("rate", Value(-1.5)),
      "-1.5 is not a value of parameter 'rate', which is a real number of 0.0 or more");
  CHECK_THROWS_WITH(schema.typed("decay", Value(2)),
                    "2 is not a value of parameter 'decay', which is a real number of 1.0 or less");
  CHECK_THROWS_WITH(schema.typed("note", Value(2)),
                    "2 is not a value of parameter 'note', which is a text");
  CHECK_THROWS_WITH(schema.typed("quick", Value(1)),
                    "1 is not a value of parameter 'quick', which is true or false");
  CHECK_THROWS_WITH(schema.typed("ordre", Value(1)),
                    "unknown parameter 'ordre' (did you mean 'order'?)");
}

TEST_CASE("a trial has what applies, and nothing else", "[parameters]") {
  const Schema schema = example();
  CHECK(schema.complete({}).canonical() ==
        R"({"decay":0.5,"encoding":"rope","note":"","quick":false,"rate":1.0})");
  CHECK(schema.complete(given({{"order", Value(4)}})) == schema.complete({}));
  CHECK(
      schema.complete(given({{"encoding", Value("legendre")}, {"order", Value(4)}})).canonical() ==
      R"({"decay":0.5,"encoding":"legendre","norm":"raw","note":"","order":4,)"
      R"("quick":false,"rate":1.0})");
  const Parameters third =
      schema.complete(given({{"encoding", Value("legendre")}, {"order", Value(8)}}));
  CHECK(third.find("norm") == nullptr);
  CHECK(schema.applies("order", third));
  CHECK_FALSE(schema.applies("norm", third));
  CHECK_THROWS_AS(schema.complete(given({{"order", Value(0)}})), Error);
  CHECK_THROWS_AS(schema.complete(given({{"other", Value(0)}})), Error);
}

TEST_CASE("a schema that contradicts itself is refused", "[parameters]") {
  const ParameterSpec a = spec("a", ValueType::kInteger, Value(1));
  ParameterSpec b = spec("b", ValueType::kInteger, Value(1));
  b.when = {{"c", {Value(1)}}};
  ParameterSpec c = spec("c", ValueType::kInteger, Value(1));
  c.minimum = 2;
  CHECK_THROWS_WITH(Schema({a, a}), "a schema has parameter 'a' twice");
  CHECK_THROWS_WITH(Schema({a, b}),
                    "the condition of parameter 'b' names 'c', which is not an earlier parameter");
  CHECK_THROWS_WITH(Schema({c}),
                    "1 is not a value of parameter 'c', which is an integer of 2 or more");
  CHECK_THROWS_WITH(Schema({spec("", ValueType::kReal, Value(1))}),
                    "a schema has a parameter without a name");
}

}  // namespace polysweep
