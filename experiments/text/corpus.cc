#include "experiments/text/corpus.h"

#include <algorithm>
#include <array>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

// A split of Multi30k in one of its two forms, English then German.
struct SplitFiles {
  const char* split;
  std::array<DataFile, 2> files;
};

struct CorpusRow {
  const char* name;
  Corpus (*generate)(const SyntheticCorpusOptions& options);  // nullptr: read from `splits`
  std::vector<SplitFiles> splits;                             // train, valid, then tests
};

constexpr const char* kMulti30kSource =
    "Multi30k, task 1, English and German (https://github.com/multi30k/dataset)";

std::vector<SplitFiles> multi30k_raw() {
  return {
      {"train",
       {{{"raw/train.en", "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6"},
         {"raw/train.de", "2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72"}}}},
      {"valid",
       {{{"raw/val.en", "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227"},
         {"raw/val.de", "660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660"}}}},
      {"test_2016_flickr",
       {{{"raw/test_2016_flickr.en",
          "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182"},
         {"raw/test_2016_flickr.de",
          "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16"}}}},
      {"test_2017_flickr",
       {{{"raw/test_2017_flickr.en",
          "ce1450ddc5ab0834502579d77a170849952e15a2938b34cc503bdc25ebb4fb98"},
         {"raw/test_2017_flickr.de",
          "c3078bc3b36808bf9d20eb2347ed6137016179ef59ec0d2b9b8ecc3fb2880081"}}}}};
}

std::vector<SplitFiles> multi30k_tok() {
  return {{"train",
           {{{"tok/train.lc.norm.tok.en",
              "08925f8e0572bcd5a006702fc5fe20e2d77c6917d4eebd576fc20de6693c2119"},
             {"tok/train.lc.norm.tok.de",
              "cb5a23529b65ec2061f1dc446192a9c37382b63cc75f81a0be59d34894b3a505"}}}},
          {"valid",
           {{{"tok/val.lc.norm.tok.en",
              "46573ce391ae227f1c72f873392436a20ef18e0a6d518098cfbd70b77c8572ec"},
             {"tok/val.lc.norm.tok.de",
              "97232bd273eceb7207f689527386a97e4be2616b18ada47576bdaf96c8ae1f00"}}}},
          {"test_2016_flickr",
           {{{"tok/test_2016_flickr.lc.norm.tok.en",
              "5b7f32627cf99eced828311b955dae9800bb52bc8b91cf8b6526829e605b29d2"},
             {"tok/test_2016_flickr.lc.norm.tok.de",
              "c6a33d39d48f9f510de147651316cd9d918e09ad0219df734a2f16b6baccacc4"}}}},
          {"test_2017_flickr",
           {{{"tok/test_2017_flickr.lc.norm.tok.en",
              "c9d1dfd7a26add989382e534af235af9f0f658b2a30e7eb0efdaf142496ee54f"},
             {"tok/test_2017_flickr.lc.norm.tok.de",
              "02067e4a9402786a4fcb8c1b6f4307e4a5073ced64800abead5273b54f5f31f6"}}}}};
}

const std::vector<CorpusRow>& corpus_rows() {
  static const std::vector<CorpusRow> rows = {
      {"synthetic", synthetic_corpus, {}},
      {"multi30k_raw", nullptr, multi30k_raw()},
      {"multi30k_tok", nullptr, multi30k_tok()},
  };
  return rows;
}

const CorpusRow& row_named(const std::string& name) {
  for (const CorpusRow& row : corpus_rows()) {
    if (row.name == name) return row;
  }
  throw Error(unknown_name("corpus", name, corpus_names()));
}

struct FileText {
  std::string content;
  std::string place;
};

FileText read_pinned(const std::filesystem::path& folder, const DataFile& file) {
  const std::filesystem::path path = locate_data_file(folder, file.path, kMulti30kSource);
  FileText text{read_file_or_gz(path), path.string()};
  const std::string found = sha256_hex(text.content);
  if (found != file.sha256) {
    fail("{} was altered: its SHA-256 is {} and should be {} ({})", text.place, found, file.sha256,
         kMulti30kSource);
  }
  return text;
}

}  // namespace

std::vector<std::string> corpus_names() {
  std::vector<std::string> names;
  for (const CorpusRow& row : corpus_rows()) names.emplace_back(row.name);
  return names;
}

std::vector<DataSpec> corpus_data(std::string_view parameter) {
  std::vector<DataSpec> specs;
  for (const CorpusRow& row : corpus_rows()) {
    if (row.splits.empty()) continue;
    DataSpec spec;
    spec.when = {{std::string(parameter), {Value(row.name)}}};
    spec.source = kMulti30kSource;
    for (const SplitFiles& split : row.splits) {
      spec.files.insert(spec.files.end(), split.files.begin(), split.files.end());
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

Corpus read_corpus(const CorpusOptions& options) {
  const CorpusRow& row = row_named(options.name);
  if (row.generate != nullptr) return row.generate(options.synthetic);
  if (options.folder.empty()) {
    fail("corpus '{}' is read from files: give its folder with --data ({})", row.name,
         kMulti30kSource);
  }
  Corpus corpus;
  corpus.name = row.name;
  for (std::size_t i = 0; i < row.splits.size(); ++i) {
    const SplitFiles& split = row.splits[i];
    const FileText source = read_pinned(options.folder, split.files[0]);
    const FileText target = read_pinned(options.folder, split.files[1]);
    ParallelText text =
        parallel_text(split.split, source.content, target.content, source.place, target.place);
    if (i == 0) {
      corpus.empty_training_pairs = leave_out_empty_pairs(text);
      corpus.train = std::move(text);
    } else if (i == 1) {
      corpus.valid = std::move(text);
    } else {
      corpus.tests.push_back(std::move(text));
    }
  }
  return corpus;
}

}  // namespace polysweep
