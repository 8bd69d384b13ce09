#include "experiments/text/corpus.h"

#include <algorithm>
#include <cstdlib>

#include "experiments/text/batch.h"
#include "experiments/text/encoded_corpus.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/sweep/data_files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

CorpusOptions multi30k(const char* name, const fs::path& folder) {
  CorpusOptions options;
  options.name = name;
  options.folder = folder;
  return options;
}

// The folder of the real data set that the environment names; else empty.
fs::path real_folder() {
  const char* given = std::getenv("POLYSWEEP_MULTI30K");
  return given != nullptr ? fs::path(given) : fs::path();
}

EncodedCorpusOptions small_synthetic() {
  EncodedCorpusOptions options;
  options.corpus.synthetic.train_pairs = 300;
  options.corpus.synthetic.valid_pairs = options.corpus.synthetic.test_pairs = 40;
  return options;
}

}  // namespace

TEST_CASE("two texts of the same number of lines become pairs", "[corpus]") {
  const ParallelText text = parallel_text("t", "a b\nc\r\n\nd", "x\ny\nz\nw\n", "s.en", "t.de");
  CHECK(text.name == "t");
  CHECK(text.source == std::vector<std::string>{"a b", "c", "", "d"});
  CHECK(text.target == std::vector<std::string>{"x", "y", "z", "w"});
}

TEST_CASE("texts that are no pairs are refused, file and line named", "[corpus]") {
  CHECK_THROWS_WITH(parallel_text("t", "a\nb\n", "x\n", "s.en", "t.de"),
                    "s.en has 2 lines and t.de has 1: line i of one has to be the translation of "
                    "line i of the other");
  CHECK_THROWS_WITH(parallel_text("t", "a\nb\xff\n", "x\ny\n", "s.en", "t.de"),
                    "s.en:2: not UTF-8; the corpus has to be UTF-8");
  CHECK_THROWS_WITH(parallel_text("t", "a\n", "\xC3\n", "s.en", "t.de"),
                    "t.de:1: not UTF-8; the corpus has to be UTF-8");
  CHECK_THROWS_WITH(parallel_text("t", "", "", "s.en", "t.de"), "s.en and t.de have no lines");
}

TEST_CASE("training pairs with an empty side are left out and counted", "[corpus]") {
  ParallelText text = parallel_text("t", "a\n\nb\n \u3000\nc\n", "x\ny\n\t\nz\nw\n", "s", "t");
  CHECK(leave_out_empty_pairs(text) == 3);
  CHECK(text.source == std::vector<std::string>{"a", "c"});
  CHECK(text.target == std::vector<std::string>{"x", "w"});
  CHECK(leave_out_empty_pairs(text) == 0);
}

TEST_CASE("a corpus that is not there is refused before anything else", "[corpus]") {
  TemporaryFolder folder;
  CHECK_THROWS_WITH(read_corpus(multi30k("multi30k_row", folder.path())),
                    Contains("did you mean 'multi30k_raw'"));
  CHECK_THROWS_WITH(read_corpus(multi30k("multi30k_raw", {})),
                    Contains("is read from files: give its folder with --data"));
  CHECK_THROWS_WITH(
      read_corpus(multi30k("multi30k_raw", folder.path())),
      Contains((folder.path() / "raw/train.en").string()) && Contains("github.com/multi30k"));
}

TEST_CASE("an altered corpus file is refused, both digests named", "[corpus]") {
  TemporaryFolder folder;
  fs::create_directories(folder.path() / "raw");
  const fs::path path = folder.write("raw/train.en", "Someone changed this.\n");
  CHECK_THROWS_WITH(
      read_corpus(multi30k("multi30k_raw", folder.path())),
      Contains(path.string() + " was altered: its SHA-256 is " +
               sha256_hex("Someone changed this.\n")) &&
          Contains("should be 460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6"));
}

TEST_CASE("each corpus asks for its files, all of them pinned", "[corpus]") {
  const std::vector<DataSpec> specs = corpus_data("corpus");
  CHECK(specs.size() + 1 == corpus_names().size());  // one is generated
  for (const DataSpec& spec : specs) {
    CHECK(spec.files.size() == 8);
    for (const DataFile& file : spec.files) CHECK(file.sha256.size() == 64);
    REQUIRE(spec.when.size() == 1);
    CHECK(spec.when[0].parameter == "corpus");
  }
}

TEST_CASE("the real corpus is read as it was pinned", "[corpus][multi30k]") {
  const fs::path folder = real_folder();
  if (folder.empty()) POLYSWEEP_SKIP("Multi30k is not there; POLYSWEEP_MULTI30K names its folder");
  for (const char* name : {"multi30k_raw", "multi30k_tok"}) {
    const Corpus corpus = read_corpus(multi30k(name, folder));
    CHECK(corpus.train.size() == 29000);
    CHECK(corpus.valid.size() == 1014);
    REQUIRE(corpus.tests.size() == 2);
    CHECK(corpus.tests[0].name == "test_2016_flickr");
    CHECK(corpus.tests[0].size() == 1000);
    CHECK(corpus.tests[1].size() == 1000);
    CHECK(corpus.empty_training_pairs == 0);
  }
}

// The model computes no padding at all (packed_rows.h); this is what padded batches would.
TEST_CASE("padded batches of the real corpus would be at most 10 % padding", "[corpus][multi30k]") {
  const fs::path folder = real_folder();
  if (folder.empty()) POLYSWEEP_SKIP("Multi30k is not there; POLYSWEEP_MULTI30K names its folder");
  EncodedCorpusOptions options;
  options.corpus = multi30k("multi30k_tok", folder);
  options.longest = 64;
  const auto corpus = encoded_corpus(options);
  CHECK(corpus->long_training_pairs == 0);
  for (const std::int64_t tokens : {2048, 8192}) {
    const Batcher batcher(corpus->train, tokens, 1);
    INFO(tokens << " tokens a batch: " << batcher.padding().fraction());
    CHECK(batcher.padding().fraction() <= 0.10);
  }
}

TEST_CASE("a corpus is encoded once and kept", "[corpus]") {
  const EncodedCorpusOptions options = small_synthetic();
  const auto first = encoded_corpus(options);
  CHECK(encoded_corpus(options).get() == first.get());
  EncodedCorpusOptions other = options;
  other.corpus.synthetic.seed = 2;
  CHECK(encoded_corpus(other).get() != first.get());
  REQUIRE(first->train.size() == 300);
  CHECK(first->vocabulary->decode(first->train.source[5]) == first->text.train.source[5]);
  CHECK(first->tests.size() == 1);
  CHECK(first->held_out_unknown_fraction < 0.05);
}

TEST_CASE("training pairs beyond the limit are left out and counted", "[corpus]") {
  EncodedCorpusOptions options = small_synthetic();
  options.corpus.synthetic.valid_pairs = options.corpus.synthetic.test_pairs = 1;
  const auto whole = encoded_corpus(options);
  const auto longest_of = [](const EncodedText& text, std::size_t i) {
    return static_cast<std::int64_t>(std::max(text.source[i].size(), text.target[i].size())) + 1;
  };
  options.longest = std::max(longest_of(whole->valid, 0), longest_of(whole->tests[0], 0));
  std::int64_t longer = 0;
  for (std::size_t i = 0; i < whole->train.size(); ++i)
    longer += longest_of(whole->train, i) > options.longest ? 1 : 0;
  REQUIRE(longer > 0);
  const auto cut = encoded_corpus(options);
  CHECK(cut->long_training_pairs == longer);
  CHECK(static_cast<std::int64_t>(cut->train.size()) == 300 - longer);
  CHECK(cut->text.train.size() == cut->train.size());
  for (std::size_t i = 0; i < cut->train.size(); ++i) {
    CHECK(longest_of(cut->train, i) <= options.longest);
    CHECK(cut->vocabulary->decode(cut->train.target[i]) == cut->text.train.target[i]);
  }
}

TEST_CASE("held-out sentences beyond the limit are refused, not left out", "[corpus]") {
  EncodedCorpusOptions options = small_synthetic();
  options.longest = 8;
  CHECK_THROWS_WITH(encoded_corpus(options), Contains("valid, line ") &&
                                                 Contains("more than the limit of 8") &&
                                                 Contains("raise the limit"));
  options.longest = 2;
  CHECK_THROWS_WITH(encoded_corpus(options),
                    "no training pair of 'synthetic' has at most 2 tokens on both sides: raise the "
                    "limit");
}

TEST_CASE("a vocabulary larger than the data allow is refused", "[corpus]") {
  EncodedCorpusOptions options = small_synthetic();
  options.vocabulary = {"words", 5000};
  CHECK_THROWS_WITH(encoded_corpus(options), Contains("is more than the text has: at most"));
}

}  // namespace polysweep
