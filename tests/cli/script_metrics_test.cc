// How scripts write their metrics, read from their text.
#include "cli/shared/script_metrics.h"

#include "framework/sweep/output_pattern.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

using Names = std::vector<std::string>;

// What the patterns find in a line that the script would print: "epoch=3" and so on.
Names found_in(const ScriptMetrics& metrics, const std::string& line) {
  Names out;
  for (const std::string& text : metrics.patterns) {
    std::vector<OutputPattern::Group> groups;
    if (!OutputPattern(text).match(line, groups)) continue;
    for (const auto& [name, value] : groups) {
      out.push_back(std::string(name) + "=" + std::string(value));
    }
    return out;
  }
  return out;
}

}  // namespace

TEST_CASE("patterns are made from what a script prints", "[cli][script metrics]") {
  struct Case {
    const char* script;
    const char* line;
    Names found;
  };
  const std::vector<Case> cases = {
      {"print(f\"epoch {epoch} loss {loss:.4f} acc {acc:.3f}\")",
       "epoch 3 loss 0.1230 acc 0.950",
       {"step=3", "loss=0.1230", "acc=0.950"}},
      {"print(f'Epoch [{e+1}/{args.epochs}], Loss: {loss.item():.4f}')",
       "Epoch [3/20], Loss: 0.1234",
       {"step=3", "Loss=0.1234"}},
      {"print('epoch %d: train loss %.3f, test loss %.3f' % (e, a, b))",
       "epoch 7: train loss 1.250, test loss 2.500",
       {"step=7", "train_loss=1.250,", "test_loss=2.500"}},
      {"print(f\"[{e:02d}/{n}] train: {a:.4f} | valid: {b:.4f}, top1 {c:.2f}%\")",
       "[01/8] train: 2.1349 | valid: 2.2282, top1 10.89%",
       {"step=01", "train=2.1349", "valid=2.2282,", "top1=10.89%"}},
      {"print(f\"[{e}/3] train loss: {tl:.4f} | valid loss: {vl:.4f}\")",
       "[2/3] train loss: 0.5000 | valid loss: 0.2500",
       {"step=2", "train_loss=0.5000", "valid_loss=0.2500"}},
      {"print('step {} reward {:.2f}'.format(step, reward))",
       "step 40 reward -3.25",
       {"step=40", "reward=-3.25"}},
      {"print('epoch', epoch, 'val_acc', acc, flush=True)",
       "epoch 2 val_acc 0.5",
       {"step=2", "val_acc=0.5"}},
      {"logger.info(f\"iter {i} | ppl {math.exp(loss):.2f}\")",
       "iter 100 | ppl 31.52",
       {"step=100", "ppl=31.52"}},
      {"print(f\"epoch {epoch} \"\n      f\"loss {loss:.4f}\")",
       "epoch 1 loss 0.5000",
       {"step=1", "loss=0.5000"}},
      {"print(f\"{loss=:.3f} {step=}\")", "loss=0.500 step=12", {"loss=0.500", "step=12"}},
  };
  for (const Case& one : cases) {
    const ScriptMetrics metrics = read_script_metrics(one.script);
    INFO(one.script << "\n" << (metrics.patterns.empty() ? "no pattern" : metrics.patterns[0]));
    CHECK(found_in(metrics, one.line) == one.found);
  }
}

TEST_CASE("what is no metric makes no pattern", "[cli][script metrics]") {
  for (const char* script :
       {"print(f\"using device {device}\")", "print('done')", "print()", "print(f\"{x\")",
        "# print(f\"epoch {epoch} loss {loss}\")", "\"\"\"epoch 3 loss 0.5\"\"\"",
        "def print(epoch, loss): pass", "sprint(f\"epoch {epoch} loss {loss}\")", "print(", "",
        "print('50% of', n)", "x = f'epoch {epoch} loss {loss}'"}) {
    INFO(script);
    CHECK(read_script_metrics(script).empty());
  }
}

TEST_CASE("words with letters that are not ASCII are left out", "[cli][script metrics]") {
  CHECK(read_script_metrics("print(f\"loss {a} p\xe9rte {a}\")").names == Names{"loss"});
  CHECK(read_script_metrics("print(f\"loss {a} temp\u00e9rature {a}\")").names == Names{"loss"});
}

TEST_CASE("loggers are recognised with their places", "[cli][script metrics]") {
  CHECK(read_script_metrics("w = SummaryWriter()\nw.add_scalar('loss/train', l, i)").tensorboard ==
        "runs");
  CHECK(read_script_metrics("w = SummaryWriter(log_dir=\"tb\")").tensorboard == "tb");
  CHECK(read_script_metrics("w = SummaryWriter(args.out)").tensorboard == "runs");
  CHECK(read_script_metrics("logger=TensorBoardLogger('logs', name='x')").tensorboard == "logs");
  CHECK(read_script_metrics("from pytorch_lightning.loggers import CSVLogger\n"
                            "t = Trainer(logger=CSVLogger(\"logs\"))")
            .csv == "logs/lightning_logs/*/metrics.csv");
  CHECK(read_script_metrics("import keras\nc = keras.callbacks.CSVLogger('log.csv', append=True)")
            .csv == "log.csv");
  const ScriptMetrics json =
      read_script_metrics("print(json.dumps({'step': step, \"loss\": f(x), 'acc': acc}))");
  CHECK(json.json);
  CHECK(json.names == Names{"loss", "acc"});
  const ScriptMetrics literal =
      read_script_metrics("print('{\"step\": %d, \"loss\": %g}' % (epoch, loss))");
  CHECK(literal.json);
  CHECK(literal.names == Names{"loss"});
  CHECK(literal.patterns.empty());
}

TEST_CASE("the Trainer of transformers prints dictionaries", "[cli][script metrics]") {
  for (const char* script :
       {"from transformers import AutoModel, Trainer, TrainingArguments\n",
        "from transformers import (\n  AutoModel,\n  Seq2SeqTrainer,\n)\n",
        "import transformers\nt = transformers.Trainer(model)\n", "from trl import SFTTrainer\n"}) {
    INFO(script);
    const ScriptMetrics found = read_script_metrics(script);
    CHECK(found.json);
    CHECK(found.names == Names{"loss"});
    CHECK(read_script_metrics(std::string(script) + "a = T(eval_strategy='epoch')\n").names ==
          Names{"loss", "eval_loss"});
  }
  for (const char* script :
       {"from transformers import AutoModel\nfrom lightning import Trainer\nt = Trainer()\n",
        "from transformers import TrainerCallback\n"}) {
    INFO(script);
    CHECK_FALSE(read_script_metrics(script).json);
  }
}

TEST_CASE("the primary metric is guessed from the names", "[cli][script metrics]") {
  const auto guessed = [](const Names& names) {
    const MetricGuess guess = guess_primary(names);
    return guess.name + (guess.maximize ? " up" : " down");
  };
  CHECK(guessed({}) == "loss down");
  CHECK(guessed({"loss"}) == "loss down");
  CHECK(guessed({"loss", "slope"}) == "loss down");
  CHECK(guessed({"train_loss", "val_loss"}) == "val_loss down");
  CHECK(guessed({"loss/train", "accuracy/test"}) == "accuracy/test up");
  CHECK(guessed({"val_loss", "val_acc"}) == "val_acc up");
  CHECK(guessed({"seconds", "reward"}) == "reward up");
  CHECK(guessed({"train_loss", "valid_loss", "top1"}) == "valid_loss down");
}
