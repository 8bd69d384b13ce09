#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <unordered_map>

#include "experiments/text/sentencepiece_model.h"

namespace polysweep {

namespace {

std::string problem_of(const sentencepiece::util::Status& status) {
  return status.ok() ? "" : status.ToString();
}

class LoadedModel : public PieceModel {
 public:
  std::string load(const std::string& model) {
    return problem_of(processor_.LoadFromSerializedProto(model));
  }

  int size() const override { return processor_.GetPieceSize(); }

  std::string encode(std::string_view text, std::vector<int>& pieces) const override {
    return problem_of(processor_.Encode(text, &pieces));
  }

  std::string decode(const std::vector<int>& pieces, std::string& text) const override {
    return problem_of(processor_.Decode(pieces, &text));
  }

  std::string piece(int number) const override { return processor_.IdToPiece(number); }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

class LineIterator : public sentencepiece::SentenceIterator {
 public:
  LineIterator(const std::vector<std::string>& lines, const std::vector<std::string>& more_lines)
      : lines_(lines), more_lines_(more_lines) {}

  bool done() const override { return at_ == lines_.size() + more_lines_.size(); }
  void Next() override { ++at_; }
  const std::string& value() const override {
    return at_ < lines_.size() ? lines_[at_] : more_lines_[at_ - lines_.size()];
  }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& lines_;
  const std::vector<std::string>& more_lines_;
  std::size_t at_ = 0;
};

class Library final : public PieceLibrary {
 public:
  std::string learn(int size, const SpecialPieces& special, const std::vector<std::string>& lines,
                    const std::vector<std::string>& more_lines, std::string& model) const override {
    const std::unordered_map<std::string, std::string> options = {
        {"model_type", "bpe"},
        {"vocab_size", std::to_string(size)},
        {"hard_vocab_limit", "true"},
        {"character_coverage", "1.0"},
        {"normalization_rule_name", "identity"},
        {"num_threads", "1"},
        {"pad_id", std::to_string(special.pad)},
        {"bos_id", std::to_string(special.begin)},
        {"eos_id", std::to_string(special.end)},
        {"unk_id", std::to_string(special.unknown)},
        {"minloglevel", "2"},
    };
    LineIterator sentences(lines, more_lines);
    return problem_of(sentencepiece::SentencePieceTrainer::Train(options, &sentences, &model));
  }

  std::string load(const std::string& model, std::unique_ptr<PieceModel>& loaded) const override {
    auto made = std::make_unique<LoadedModel>();
    const std::string problem = made->load(model);
    if (problem.empty()) loaded = std::move(made);
    return problem;
  }
};

}  // namespace

}  // namespace polysweep

extern "C" const polysweep::PieceLibrary* polysweep_piece_library() {
  static const polysweep::Library library;
  return &library;
}
