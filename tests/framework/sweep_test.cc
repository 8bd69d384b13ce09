#include <sys/stat.h>
#include <zlib.h>

#include <fstream>
#include <thread>

#include "framework/core/error.h"
#include "framework/sweep/file/sweep_file.h"
#include "tests/framework/training_catalogue.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

namespace {

const std::string kExample =
    "replicate = \"seed\"\n"
    "zip = [[\"learning_rate\", \"dropout\"]]\n"
    "[fixed]\nupdates = 4e2\nnote = \"x\"\n"
    "[factors]\n"
    "encoding = [\"none\", \"sinusoidal\", \"legendre\"]\n"
    "order = { values = [4, \"full\"], when = { dimension = [128, 64] } }\n"
    "dimension = [64, 128]\n"
    "learning_rate = [0.1, 1]\n"
    "dropout = [0.1, 0.2]\n"
    "seed = { range = [0, 2] }\n"
    "[[exclude]]\nwhere = { encoding = \"none\", dimension = [64, 128] }\n"
    "[[where]]\nwhere = { updates = 400 }\n"
    "[baseline]\nencoding = \"sinusoidal\"\n"
    "[metrics]\nprimary = { name = \"loss\", goal = \"maximize\" }\nsecondary = [\"test_bleu\"]\n";

std::string canonical(const std::vector<Value>& values) {
  std::string out;
  for (const Value& value : values) out += (out.empty() ? "" : " ") + value.canonical();
  return out;
}

}  // namespace

TEST_CASE("a sweep file is read into a typed sweep", "[sweep]") {
  const Sweep sweep = sweep_of(kExample);
  CHECK(sweep.name == "s");
  CHECK(sweep.file == "f.toml");
  CHECK(sweep.text.ends_with(kExample));
  CHECK(sweep.experiment.version == 2);
  CHECK(sweep.replicate == "seed");
  CHECK(sweep.fixed.canonical() == R"({"note":"x","updates":400})");
  REQUIRE(sweep.factors.size() == 6);
  CHECK(sweep.factors[0].name == "encoding");
  CHECK(sweep.factors[5].name == "seed");
  CHECK(canonical(sweep.find_factor("order")->levels) == "4 \"full\"");
  CHECK(canonical(sweep.find_factor("learning_rate")->levels) == "0.1 1.0");
  const std::vector<Condition> when = {{"dimension", {Value(128), Value(64)}},
                                       {"encoding", {Value("legendre")}}};
  CHECK(sweep.find_factor("order")->when == when);
  CHECK(sweep.find_factor("other") == nullptr);
  CHECK(sweep.zips == std::vector<std::vector<std::string>>{{"learning_rate", "dropout"}});
  CHECK(sweep.excludes.at(0).text == "encoding=\"none\" dimension=[64,128]");
  CHECK(sweep.wheres.at(0).conditions.at(0).any_of.at(0) == Value(400));
  CHECK(sweep.baseline.canonical() == R"({"encoding":"sinusoidal"})");
  CHECK(sweep.primary.name == "loss");
  CHECK(sweep.primary.goal == Goal::kMaximize);
  CHECK(sweep.secondary.at(0).name == "test_bleu");
  CHECK(sweep.secondary.at(0).goal == Goal::kMaximize);
  CHECK(sweep.places.at("fixed note") == "f.toml:7:1");
  CHECK(sweep.places.at("factor order") == "f.toml:10:1");
  CHECK(sweep.places.at("baseline") == "f.toml:19:2");
}

TEST_CASE("a sweep declares how its comparisons are decided", "[sweep]") {
  CHECK(sweep_of(kExample).comparison == ComparisonRule{});
  CHECK(sweep_of(kExample).comparison.test == ComparisonTest::kPooled);
  const Sweep sweep =
      sweep_of(std::string(kExample) +
               "[comparison]\ntest = \"paired-t\"\nalpha = 0.01\n"
               "smallest_difference = 1\n"
               "family = [{ encoding = [\"none\", \"legendre\"], dropout = 0.1 }]\n");
  CHECK(sweep.comparison.test == ComparisonTest::kPairedT);
  CHECK(sweep.comparison.alpha == 0.01);
  CHECK(sweep.comparison.smallest_difference == 1.0);
  REQUIRE(sweep.comparison.family.size() == 1);
  Parameters levels;
  levels.set("encoding", Value("none"));
  levels.set("dropout", Value(0.1));
  CHECK(sweep.comparison.in_family(levels));
  levels.set("dropout", Value(0.2));
  CHECK_FALSE(sweep.comparison.in_family(levels));
}

TEST_CASE("without [metrics] the experiment's first metric is compared", "[sweep]") {
  CHECK(sweep_of("").primary.name == "test_bleu");
  CHECK(sweep_of("[metrics]\nprimary = \"loss\"").primary.goal == Goal::kMinimize);
}

TEST_CASE("overrides replace levels, fix, and make factors", "[sweep]") {
  const Sweep sweep =
      sweep_of(kExample, {"dimension=32,64", "updates=50", "seed=0..3,9", "order=full",
                          "shared=true,false", "note='a,b'", "corpus=synthetic"});
  CHECK(canonical(sweep.find_factor("dimension")->levels) == "32 64");
  CHECK(canonical(sweep.find_factor("seed")->levels) == "0 1 2 3 9");
  CHECK(canonical(sweep.find_factor("order")->levels) == "\"full\"");
  CHECK(sweep.find_factor("order")->when.size() == 2);
  CHECK(sweep.factors.back().name == "shared");
  CHECK(sweep.fixed.canonical() == R"({"corpus":"synthetic","note":"a,b","updates":50})");
  CHECK(sweep.overrides.size() == 7);
  CHECK(canonical(sweep_of(kExample, {"updates=1,2"}).factors.back().levels) == "1 2");
  CHECK(sweep_of(kExample, {"updates=1,2"}).fixed.find("updates") == nullptr);
  CHECK(canonical(sweep_of("", {"seed=3..1"}).factors.back().levels) == "3 2 1");
  // A text parameter takes the words as they are.
  CHECK(canonical(sweep_of("", {"note=1,true,0..2,x=y"}).factors.back().levels) ==
        "\"1\" \"true\" \"0..2\" \"x=y\"");
  CHECK(sweep_of("", {"note=''"}).fixed.text("note").empty());
}

TEST_CASE("overrides that cannot be are told by their word", "[sweep]") {
  const auto problem = [](const std::string& word) { return problem_of(kExample, {word}); };
  CHECK(problem("dimensoin=64") ==
        "override 'dimensoin=64': unknown parameter 'dimensoin' (did you mean 'dimension'?)");
  CHECK(
      problem("dimension=64,x") ==
      "override 'dimension=64,x': 'x' is not a value of parameter 'dimension', which is an integer "
      "from 1 to 512");
  CHECK(problem("dimension") ==
        "override 'dimension': expected NAME=VALUE, NAME=VALUE,VALUE or NAME=FIRST..LAST");
  CHECK(problem("=3") ==
        "override '=3': expected NAME=VALUE, NAME=VALUE,VALUE or NAME=FIRST..LAST");
  CHECK(problem("dimension=64,,128") ==
        "override 'dimension=64,,128': a value is empty; an empty text is written ''");
  CHECK(problem("dimension=") ==
        "override 'dimension=': a value is empty; an empty text is written ''");
  CHECK(problem("dimension=64,64.0") ==
        "override 'dimension=64,64.0': the value 64 is given twice");
  CHECK(problem("seed=0..99999999") ==
        "override 'seed=0..99999999': the range from 0 to 99999999 has more than 65534 levels");
  CHECK(problem("seed=0..60000,70000..80000") ==
        "override 'seed=0..60000,70000..80000': more than 65534 levels");
  CHECK(problem("note=\xff") == "override 'note=\\xff': it is not UTF-8");
  CHECK(problem("order=5 ") ==
        "override 'order=5 ': '5 ' is not a value of parameter 'order', which is an integer from 1 "
        "to "
        "64, or 'full'");
  CHECK(problem("learning_rate=0.1") ==
        "override 'learning_rate=0.1': zipped factors need equally many levels; 'learning_rate' "
        "has 1, 'dropout' has 2");
  CHECK(problem("encoding=none,legendre") ==
        "override 'encoding=none,legendre': the baseline (at f.toml:20:1) needs the level "
        "\"sinusoidal\" of factor 'encoding'; give it too");
  CHECK(problem("norm=rms") == "");
  CHECK(problem_of(kExample, {"seed=1", "seed=2"}) ==
        "override 'seed=2': parameter 'seed' is overridden twice");
  CHECK(problem_of("", {"norm=rms"}) ==
        "override 'norm=rms': 'norm' is fixed but applies to no trial; leave it out");
}

TEST_CASE("a narrowing override may leave words of the file without effect", "[sweep]") {
  const std::string lines =
      "[fixed]\nnorm = \"rms\"\n[factors]\nencoding = [\"rope\", \"legendre\"]\n"
      "order = [1, 2]\ndimension = [64, 128]\n[[exclude]]\nwhere = { dimension = 128 }\n";
  CHECK(plan_of(lines, {"encoding=rope", "dimension=64"}).size() == 1);
}

TEST_CASE("a sweep is loaded from a file", "[sweep]") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.toml", "sweep = \"a\"\nexperiment = \"training\"\n");
  CHECK(load_sweep(file, {}, training_catalogue()).file == file.string());
  CHECK_THROWS_WITH(load_sweep(folder.path(), {}, training_catalogue()),
                    folder.path().string() + " is a folder; expected a sweep file");
  CHECK_THROWS_AS(load_sweep(folder.path() / "none.toml", {}, training_catalogue()), Error);
  CHECK_THROWS_WITH(load_sweep("\xff.toml", {}, training_catalogue()),
                    "the path '\\xff.toml' is not UTF-8");
  const auto large = folder.write("large.toml", std::string((16 << 20) + 1, '#'));
  CHECK_THROWS_WITH(load_sweep(large, {}, training_catalogue()),
                    large.string() + " has 16777217 bytes; a sweep file has at most 16777216");
}

TEST_CASE("the limit of a sweep file holds for what has no size", "[sweep]") {
  const auto problem = [](const std::filesystem::path& file) {
    return file.string() + " has more than 16777216 bytes, the most that a sweep file can have";
  };
  CHECK_THROWS_WITH(read_sweep_file("/dev/zero"), problem("/dev/zero"));

  const TemporaryFolder folder;
  const std::filesystem::path pipe = folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&pipe] { std::ofstream(pipe) << std::string((16 << 20) + 1, '#'); });
  CHECK_THROWS_WITH(read_sweep_file(pipe), problem(pipe));
  writer.join();

  // 32 KiB that become 32 MiB.
  const std::filesystem::path packed = folder.path() / "packed.gz";
  const gzFile out = gzopen(packed.c_str(), "wb");
  const std::string content(32 << 20, '#');
  REQUIRE(gzwrite(out, content.data(), static_cast<unsigned>(content.size())) > 0);
  REQUIRE(gzclose(out) == Z_OK);
  CHECK_THROWS_WITH(read_sweep_file(packed), problem(packed));
}

}  // namespace polysweep
