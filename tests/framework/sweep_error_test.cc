// Every way in which a sweep file can be wrong, with the complete message.
#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

std::string problem_in(const std::string& text) {
  try {
    parse_sweep(text, "f.toml", {}, training_catalogue());
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("what is not TOML is refused with its place", "[sweep]") {
  CHECK(problem_in("sweep = \"s").starts_with("f.toml:1:11: not TOML: "));
  const std::string twice = problem_in("sweep = \"s\"\nsweep = \"t\"\n");
  CHECK(twice.starts_with("f.toml:2:"));
  CHECK_THAT(twice,
             Contains(": not TOML: ") && Contains("cannot redefine existing string 'sweep'"));
  CHECK(problem_in("sweep = \"a\xff\"").starts_with("f.toml:1:10: not TOML: "));
  CHECK(problem_in(std::string("sweep = \"a\0\"", 12)).starts_with("f.toml:1:11: not TOML: "));
  CHECK(problem_in(std::string(1'000'000, '[')).size() < 500);
  CHECK(problem_in("a = inf") == "f.toml:1:5: inf is not a value; a real number must be finite");
  CHECK_THROWS_WITH(parse_sweep("a = nan", "", {}, training_catalogue()),
                    "sweep:1:5: nan is not a value; a real number must be finite");
}

TEST_CASE("a sweep file begins with names that are known", "[sweep]") {
  CHECK(problem_in("experiment = \"training\"") ==
        "f.toml:1:1: the key 'sweep' is missing; a sweep file begins with sweep = \"NAME\" and "
        "experiment = \"NAME\"");
  CHECK(problem_in("sweep = \"s\"") ==
        "f.toml:1:1: the key 'experiment' is missing; a sweep file begins with sweep = \"NAME\" "
        "and experiment = \"NAME\"");
  CHECK(problem_in("sweep = 3\nexperiment = \"training\"") ==
        "f.toml:1:9: 'sweep' is an integer; expected a text");
  CHECK(problem_in("sweep = \"a b\"\nexperiment = \"training\"") ==
        "f.toml:1:9: 'a b' is not a name for a sweep; expected 1 to 100 letters, digits, '.', '_' "
        "and '-'");
  CHECK(
      problem_in("sweep = \"" + std::string(1'000'000, 'x') + "\"\nexperiment = \"training\"") ==
      "f.toml:1:9: '" + std::string(60, 'x') +
          "...' (1000000 bytes) is not a name for a sweep; expected 1 to 100 letters, digits, '.', "
          "'_' and '-'");
  for (const char* name : {".", "..", "-x", ".x"}) {
    CHECK(problem_in(fmt::format("sweep = \"{}\"\nexperiment = \"training\"", name)) ==
          fmt::format("f.toml:1:9: '{}' is not a name for a sweep; expected a letter, a digit or "
                      "'_' at its beginning",
                      name));
  }
  CHECK(problem_in("sweep = \"s\"\nexperiment = \"trainig\"") ==
        "f.toml:2:14: unknown experiment 'trainig' (did you mean 'training'?)");
  CHECK(problem_in("sweep = \"s\"\nexperiment = \"bare\"") ==
        "f.toml:1:1: experiment 'bare' publishes no metric to compare by");
  CHECK(problem_of("[factor]\n") == "f.toml:3:2: unknown key 'factor' (did you mean 'factors'?)");
  CHECK(problem_of("fixed = 3\n") == "f.toml:3:9: 'fixed' is an integer; expected a table");
  CHECK(problem_of("factors = []\n") == "f.toml:3:11: 'factors' is an array; expected a table");
  CHECK(problem_of("replicate = 3\n") == "f.toml:3:13: 'replicate' is an integer; expected a text");
}

TEST_CASE("parameters must be known and their values fit", "[sweep]") {
  CHECK(problem_of("[fixed]\nupdate = 3") ==
        "f.toml:4:1: unknown parameter 'update' (did you mean 'updates'?)");
  CHECK(
      problem_of("[fixed]\nupdates = [3]") ==
      "f.toml:4:11: '[3]' is not a value of parameter 'updates', which is an integer of 0 or more");
  CHECK(problem_of("[fixed]\nupdates = -3") ==
        "f.toml:4:11: -3 is not a value of parameter 'updates', which is an integer of 0 or more");
  CHECK(problem_of("[factors]\nencodings = [1]") ==
        "f.toml:4:1: unknown parameter 'encodings' (did you mean 'encoding'?)");
  CHECK(problem_of("[factors]\ndimension = [64,\n  64.5]") ==
        "f.toml:5:3: 64.5 is not a value of parameter 'dimension', which is an integer from 1 to "
        "512");
  CHECK(problem_of("[factors]\nencoding = [\"rope\", \"sinusodial\"]") ==
        "f.toml:4:21: 'sinusodial' is not a value of parameter 'encoding', which is one of 'none', "
        "'sinusoidal', 'rope', 'legendre' (did you mean 'sinusoidal'?)");
  CHECK(problem_of("[factors]\ndimension = [64, 6.4e1]") ==
        "f.toml:4:18: factor 'dimension' has the level 64 twice");
  CHECK(problem_of("[factors]\nencoding = [\"rope\", \"rope\"]") ==
        "f.toml:4:21: factor 'encoding' has the level \"rope\" twice");
  CHECK(problem_of("[fixed]\nseed = 1\n[factors]\nseed = [1]") ==
        "f.toml:6:1: 'seed' is a factor and also fixed (at f.toml:4:1); remove one of the two");
  CHECK(problem_of("[fixed]\n\"" + std::string(1'000'000, 'a') + "\" = 1").size() < 400);
}

TEST_CASE("what has no effect is an error", "[sweep]") {
  CHECK(problem_of("[fixed]\norder = 4") ==
        "f.toml:4:1: 'order' is fixed but applies to no trial; leave it out");
  CHECK(problem_of("[factors]\norder = [4]") ==
        "f.toml:4:1: factor 'order' applies to no trial; leave it out");
  CHECK(problem_of("[factors]\nencoding = [\"none\"]\n"
                   "seed = { values = [1, 2], when = { updates = 7 } }") ==
        "f.toml:5:1: factor 'seed' applies to no trial; leave it out");
}

TEST_CASE("conditions must name what is there", "[sweep]") {
  const std::string head = "[factors]\nencoding = [\"rope\", \"none\"]\n";
  const auto when = [&](const std::string& given) {
    return problem_of(head + "seed = { range = [0, 1], when = " + given + " }");
  };
  CHECK(when("3") == "f.toml:5:33: 'when' is an integer; expected a table");
  CHECK(when("{}") == "f.toml:5:33: 'when' has no condition; expected { PARAMETER = VALUE }");
  CHECK(when("{ encodng = \"rope\" }") ==
        "f.toml:5:35: unknown parameter 'encodng' (did you mean 'encoding'?)");
  CHECK(when("{ encoding = [] }") ==
        "f.toml:5:46: no value is allowed here; expected at least one");
  CHECK(when("{ encoding = \"legendre\" }") ==
        "f.toml:5:35: \"legendre\" is not a level of factor 'encoding', whose levels are \"rope\", "
        "\"none\"");
  CHECK(when("{ encoding = { a = 1 } }") ==
        "f.toml:5:46: '{\"a\":1}' is not a value of parameter 'encoding', which is one of 'none', "
        "'sinusoidal', 'rope', 'legendre'");
  CHECK(when("{ seed = 1 }") == "f.toml:5:35: factor 'seed' cannot depend on itself");
  CHECK(problem_of("[factors]\nseed = { range = [0, 1], when = { dimension = 1 } }\n"
                   "dimension = { values = [1, 2], when = { seed = 0 } }") ==
        "f.toml:3:2: the conditions (when) of the factors form a circle; a factor cannot "
        "depend on one that depends on it");
  CHECK(problem_of("zip = [[\"seed\", \"dimension\"]]\n[factors]\n"
                   "seed = { range = [0, 1], when = { dimension = 1 } }\n"
                   "dimension = { values = [1, 2], when = { seed = 0 } }") ==
        "f.toml:4:2: the conditions of zipped factors form a circle");
}

TEST_CASE("exclude and where are tables of conditions", "[sweep]") {
  CHECK(problem_of("exclude = 3") ==
        "f.toml:3:11: 'exclude' is an integer; expected tables [[exclude]]");
  CHECK(problem_of("where = [3]") ==
        "f.toml:3:10: 'where' has an integer in it; expected tables [[where]]");
  CHECK(problem_of("[[exclude]]\nseed = 3") ==
        "f.toml:4:1: unknown key of [[exclude]] 'seed'; known: where");
  CHECK(problem_of("[[exclude]]\n") ==
        "f.toml:3:1: [[exclude]] needs where = { PARAMETER = VALUE }");
  CHECK(problem_of("[factors]\ndimension = [64, 128]\n[[where]]\nwhere = { dimension = 46 }") ==
        "f.toml:6:11: 46 is not a level of factor 'dimension', whose levels are 64, 128");
  CHECK(problem_of("[factors]\nseed = [1, 2]\n[[exclude]]\nwhere = { seed = [1, 2] }") ==
        "f.toml:3:2: the sweep is empty: [[exclude]] and [[where]] leave none of 2 combinations");
}

TEST_CASE("zipped factors move together", "[sweep]") {
  const std::string factors = "[factors]\nseed = [1, 2]\ndimension = [1, 2]\nupdates = [1, 2, 3]\n";
  const auto zip = [&](const std::string& given) { return problem_of("zip = " + given + factors); };
  const std::string right = "'zip' is a list of lists of factors, as [[\"a\", \"b\"]]";
  CHECK(zip("3\n") == "f.toml:3:7: " + right);
  CHECK(zip("[\"seed\", \"dimension\"]\n") == "f.toml:3:8: " + right);
  CHECK(zip("[[1, 2]]\n") == "f.toml:3:9: a factor of 'zip' is an integer; expected a text");
  CHECK(zip("[[\"seed\"]]\n") == "f.toml:3:8: a zip needs two factors or more");
  CHECK(zip("[[\"seed\", \"dimensoin\"]]\n") ==
        "f.toml:3:8: unknown factor 'dimensoin' (did you mean 'dimension'?)");
  CHECK(zip("[[\"seed\", \"seed\"]]\n") == "f.toml:3:8: factor 'seed' is zipped twice");
  CHECK(zip("[[\"seed\", \"updates\"]]\n") ==
        "f.toml:3:8: zipped factors need equally many levels; 'seed' has 2, 'updates' has 3");
  CHECK(zip("[[\"seed\", \"dimension\"]]\nreplicate = \"seed\"\n") ==
        "f.toml:3:8: the replicate 'seed' cannot be zipped: every cell has all its levels");
}

TEST_CASE("replicate, baseline and metrics name what is there", "[sweep]") {
  const std::string factors = "[factors]\nseed = [1, 2]\nencoding = [\"rope\", \"none\"]\n";
  CHECK(problem_of("replicate = \"sead\"\n" + factors) ==
        "f.toml:3:13: unknown factor 'sead' (did you mean 'seed'?)");
  const auto baseline = [&](const std::string& given) {
    return problem_of("replicate = \"seed\"\n" + factors + "[baseline]\n" + given);
  };
  CHECK(baseline("updates = 3") == "f.toml:8:1: unknown factor 'updates'; known: seed, encoding");
  CHECK(baseline("encodin = 3") ==
        "f.toml:8:1: unknown parameter 'encodin' (did you mean 'encoding'?)");
  CHECK(
      baseline("seed = 1") ==
      "f.toml:8:1: the replicate 'seed' cannot be in the baseline; it does not distinguish cells");
  CHECK(
      baseline("encoding = \"sinusoidal\"") ==
      "f.toml:8:1: \"sinusoidal\" is not a level of factor 'encoding', whose levels are \"rope\", "
      "\"none\"");
  CHECK(baseline("encoding = \"rope\"\n[[exclude]]\nwhere = { encoding = \"rope\" }") ==
        "f.toml:7:2: the baseline {\"encoding\":\"rope\"} names no cell of the plan; [[exclude]], "
        "[[where]] or a condition leaves it out");
  const auto comparison = [&](const std::string& given) {
    return baseline("encoding = \"rope\"\n[comparison]\n" + given);
  };
  CHECK(comparison("tests = 1") ==
        "f.toml:10:1: unknown key of [comparison] 'tests' (did you mean 'test'?)");
  CHECK(comparison("test = \"pooles\"") ==
        "f.toml:10:8: unknown test 'pooles' (did you mean 'pooled'?)");
  CHECK(comparison("test = 5") == "f.toml:10:8: 'test' is an integer; expected a text");
  CHECK(comparison("alpha = 5") ==
        "f.toml:10:9: alpha 5: expected a number between 0 and 1, such as 0.05");
  CHECK(comparison("alpha = \"small\"") == "f.toml:10:9: 'alpha' is a text; expected a number");
  for (const char* wrong : {"0", "-0.5"}) {
    CHECK_THAT(comparison(std::string("smallest_difference = ") + wrong),
               Contains("f.toml:10:23: smallest_difference") &&
                   Contains("expected a positive number in the unit of the primary metric"));
  }
  CHECK(comparison("smallest_difference = \"1%\"") ==
        "f.toml:10:23: 'smallest_difference' is a text; expected a number in the unit of the "
        "primary metric");
  CHECK(comparison("family = []") ==
        "f.toml:10:10: 'family' is an empty list; expected a list of cells, as [{ FACTOR = [LEVEL, "
        "LEVEL] }]");
  CHECK_THAT(comparison("family = [{ encodin = \"rope\" }]"),
             Contains("unknown parameter 'encodin' (did you mean 'encoding'?)"));
  CHECK_THAT(comparison("family = [{ updates = 3 }]"), Contains("unknown factor 'updates'"));
  CHECK_THAT(comparison("family = [{ seed = 1 }]"),
             Contains("the replicate 'seed' cannot be in the family"));
  CHECK_THAT(comparison("family = [{ encoding = \"legendre\" }]"),
             Contains("\"legendre\" is not a level of factor 'encoding'"));
  CHECK_THAT(comparison("family = [{ encoding = \"rope\" }]"),
             Contains("the family names no cell of the plan that has a baseline"));
  CHECK_THAT(problem_of(factors + "[comparison]\nalpha = 0.1\n"),
             Contains("add a [baseline] table"));
  const auto metrics = [&](const std::string& given) { return problem_of("[metrics]\n" + given); };
  CHECK(metrics("") == "f.toml:3:2: [metrics] needs primary = { name = \"METRIC\" }");
  CHECK(metrics("primry = 1") ==
        "f.toml:4:1: unknown key of [metrics] 'primry' (did you mean "
        "'primary'?)");
  CHECK(metrics("primary = 3") == "f.toml:4:11: a metric is an integer; expected a text");
  CHECK(metrics("primary = { goal = \"minimize\" }") == "f.toml:4:11: a metric needs a 'name'");
  CHECK(metrics("primary = { name = \"test_blue\" }") ==
        "f.toml:4:20: unknown metric 'test_blue' (did you mean 'test_bleu'?)");
  CHECK(metrics("primary = { name = \"loss\", gaol = \"x\" }") ==
        "f.toml:4:28: unknown key of a metric 'gaol' (did you mean 'goal'?)");
  CHECK(metrics("primary = { name = \"loss\", goal = \"maximise\" }") ==
        "f.toml:4:35: unknown goal 'maximise' (did you mean 'maximize'?)");
  CHECK(metrics("primary = \"loss\"\nsecondary = \"loss\"") ==
        "f.toml:5:13: 'secondary' is a text; expected a list of metrics");
  CHECK(metrics("primary = \"loss\"\nsecondary = [\"loss\"]") ==
        "f.toml:5:14: metric 'loss' is named twice");
}

TEST_CASE("too many combinations are counted, not made", "[sweep]") {
  const std::string axes =
      "[factors]\nseed = { range = [1, 1000] }\nupdates = { range = [1, 1000] }\n"
      "learning_rate = { linspace = [1, 2, 1000] }\ndropout = { linspace = [0, 1, 1000] }\n";
  CHECK(problem_of(axes) ==
        "f.toml:3:2: the sweep has 1000000000000 trials or more, and a sweep can have at most "
        "10000000; use fewer levels, or keep fewer combinations with [[where]]");
  CHECK_THAT(problem_of(axes + "[[where]]\nwhere = { seed = 1 }"),
             Contains("the sweep has 1000000000 trials or more"));
  CHECK(problem_of(axes + "[[where]]\nwhere = { seed = 1, updates = 1, dropout = 1 }") == "");
  CHECK(problem_of("[factors]\nseed = { range = [1, 65535] }") ==
        "f.toml:4:18: the range from 1 to 65535 has more than 65534 levels");
  std::string many = "[factors]\nseed = [0";
  for (int i = 1; i < 65535; ++i) many += "," + std::to_string(i);
  CHECK(problem_of(many + "]") ==
        "f.toml:4:8: factor 'seed' has 65535 levels; at most 65534 are allowed");
}

}  // namespace polysweep
