// Code of a command: which files it is, its snapshot, and trials that run from it, with
// real files, git and programs.
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "runners/code/code_difference.h"
#include "runners/code/code_files.h"
#include "runners/code/code_snapshot.h"
#include "runners/code/working_folder.h"
#include "runners/process/program_output.h"
#include "tests/runners/code_trial.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Names = std::vector<std::string>;
using Declared = CodeSpec::Declared;

// "python3 train.py" in a folder.
CommandSpec command_in(const fs::path& folder, const std::string& script = "train.py") {
  CommandSpec command;
  command.words = {{{WordTemplate("python3")}, {}}, {{WordTemplate(script)}, {}}};
  command.sweep_folder = folder.string();
  return command;
}

CommandSpec resolved(CommandSpec command, const CodeLimits& limits = {}) {
  DigestCache cache;
  resolve_code(command, cache, limits);
  return command;
}

Names names_of(const CommandSpec& command) {
  Names out;
  for (const InputFile& file : command.files) out.push_back(file.path);
  return out;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void write_project(const TemporaryFolder& folder) {
  folder.write("train.py", "import helper\n");
  folder.write("helper.py", "x = 1\n");
  folder.write("train.toml", "");
  folder.write("README.md", "");
  folder.write("data.csv", "1,2\n");
  folder.write("conf/model a.yaml", "lr: 1\n");
  folder.write("conf/\xc3\xa4\nb.yaml", "lr: 2\n");
  folder.write("__pycache__/helper.cpython-311.pyc", "x");
  folder.write(".venv/lib/site.py", "x");
  folder.write("env/pyvenv.cfg", "");
  folder.write("env/lib/site.py", "x");
  folder.write("runs/journal/x.py", "x");
  folder.write("runs/trials/x.py", "x");
}

const Names kProject = {"conf/model a.yaml", "conf/\xc3\xa4\nb.yaml", "helper.py", "train.py"};

}  // namespace

TEST_CASE("outside of git the code is what the command names and the sources beside it", "[code]") {
  const TemporaryFolder folder;
  write_project(folder);
  const CommandSpec command = resolved(command_in(folder.path()));
  CHECK(names_of(command) == kProject);
  CHECK(command.code.root == folder.path().string());
  CHECK(command.code.sweep_in_root == ".");
  CHECK(names_of(resolved(command_in(folder.path(), "-c"))).empty());
}

TEST_CASE("in git the code is the sources that are tracked or not ignored", "[code]") {
  const TemporaryFolder folder;
  write_project(folder);
  folder.write("ignored.py", "x");
  folder.write(".gitignore", "ignored.py\n");
  folder.write("link.py", "");
  folder.write("tool", "#!/bin/sh\n");
  folder.write("image", std::string("\x7f\0ELF", 5));
  fs::permissions(folder.path() / "tool", fs::perms::owner_all);
  fs::permissions(folder.path() / "image", fs::perms::owner_all);
  fs::remove(folder.path() / "link.py");
  fs::create_symlink("helper.py", folder.path() / "link.py");
  fs::create_symlink("nowhere.py", folder.path() / "broken.py");
  shell(folder.path(), "git init -q && git add train.py && rm -f gone.py");
  Names expected = kProject;
  expected.insert(expected.end() - 1, {"link.py", "tool"});
  std::sort(expected.begin(), expected.end());
  CHECK(names_of(resolved(command_in(folder.path()))) == expected);
  // Of a sweep in a folder below: what is there.
  CHECK(names_of(resolved(command_in(folder.path() / "conf", "x"))).size() == 2);
  const CommandSpec above = resolved(command_in(folder.path() / "conf", "../train.py"));
  CHECK(above.code.root == folder.path().string());
  CHECK(above.code.sweep_in_root == "conf");
  CHECK(names_of(above) == expected);
}

TEST_CASE("what the sweep file names is its code, and nothing else", "[code]") {
  const TemporaryFolder folder;
  write_project(folder);
  CommandSpec command = command_in(folder.path());
  command.code.declared = {Declared{"train.py", "f.toml:1:1"}, Declared{"conf", "f.toml:1:2"}};
  CHECK(names_of(resolved(command)) ==
        Names{"conf/model a.yaml", "conf/\xc3\xa4\nb.yaml", "train.py"});
  command.code.declared = {Declared{"nowhere.py", "f.toml:4:10"}};
  CHECK_THAT(message_of([&] { resolved(command); }),
             Contains("f.toml:4:10: no file 'nowhere.py' in "));
  command.code.declared = {Declared{"..", "f.toml:4:10"}};
  CHECK_THAT(message_of([&] { resolved(command); }), Contains("does not lie below "));
  command.code.declared.emplace();
  CHECK(resolved(command).code_digest().empty());
}

TEST_CASE("too much code is an error that names the largest file", "[code]") {
  const TemporaryFolder folder;
  write_project(folder);
  folder.write("large.py", std::string(1000, '#'));
  CHECK_THAT(message_of([&] {
               resolved(command_in(folder.path()), {2, 1 << 20});
             }),
             Contains("more than 2 files") && Contains("files = [\"train.py\""));
  CHECK_THAT(message_of([&] {
               resolved(command_in(folder.path()), {100, 900});
             }),
             Contains("the largest file is large.py (1000 bytes)"));
}

TEST_CASE("a folder that cannot be read is named", "[code]") {
  const TemporaryFolder folder;
  folder.write("train.py", "import model.net");
  folder.write("model/net.py", "");
  const fs::path model = folder.path() / "model";
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(model, fs::perms::none);
  const bool is_root = geteuid() == 0;
  if (is_root) REQUIRE(setresuid(65534, 65534, 0) == 0);
  const std::string message = message_of([&] { resolved(command_in(folder.path())); });
  CommandSpec named = command_in(folder.path());
  named.code.declared = {Declared{"train.py", ""}};
  const std::string unasked = message_of([&] { resolved(named); });
  if (is_root) REQUIRE(setresuid(0, 0, 0) == 0);
  fs::permissions(model, fs::perms::all);
  CHECK_THAT(message, Contains("cannot list the folder " + model.string()) &&
                          Contains("Permission denied") && Contains("files = ["));
  CHECK(unasked.empty());
}

TEST_CASE("a file name that is not UTF-8 is told with its folder, of code alone", "[code]") {
  const TemporaryFolder folder;
  folder.write("train.py", "");
  folder.write("data/caf\xe9.csv", "1");
  CHECK(names_of(resolved(command_in(folder.path()))) == Names{"train.py"});
  folder.write("model/caf\xe9.py", "");
  CHECK_THAT(message_of([&] { resolved(command_in(folder.path())); }),
             Contains("in " + (folder.path() / "model").string() + ", the name of the file ") &&
                 Contains("is not UTF-8"));
}

TEST_CASE("a file that changed is read again, whatever its times say", "[code]") {
  const TemporaryFolder folder;
  folder.write("a.py", "1");
  const fs::path file = folder.path() / "a.py";
  const fs::path kept = folder.path() / "digests";
  const auto digest_of = [&](DigestCache& cache) {
    struct stat facts {};
    REQUIRE(stat(file.c_str(), &facts) == 0);
    return cache.digest(file, facts);
  };
  {
    DigestCache cache(kept);
    CHECK(digest_of(cache) == sha256_hex("1"));
    // Of the same size, within the resolution of the times.
    folder.write("a.py", "2");
    CHECK(digest_of(cache) == sha256_hex("2"));
    cache.save();
  }
  folder.write("digests", "polysweep code digests 1\ngarbage\n");
  DigestCache damaged(kept);
  CHECK(digest_of(damaged) == sha256_hex("2"));
}

TEST_CASE("a snapshot holds what was planned, or is refused", "[code]") {
  const TemporaryFolder folder;
  const TemporaryFolder store;
  write_project(folder);
  const CommandSpec command = resolved(command_in(folder.path()));
  const std::string digest = command.code_digest();
  folder.write("helper.py", "x = 2\n");
  CHECK_THAT(message_of([&] { make_snapshot(store.path(), command); }),
             Contains("helper.py changed while its snapshot was made; run the command again"));
  CHECK_FALSE(has_snapshot(store.path(), digest));
  fs::remove(folder.path() / "helper.py");
  CHECK_THAT(message_of([&] { make_snapshot(store.path(), command); }),
             Contains("cannot read ") && Contains("helper.py: No such file"));
  CHECK(fs::is_empty(store.path() / "code" / "objects"));
  folder.write("helper.py", "x = 1\n");
  std::thread other([&] { make_snapshot(store.path(), command); });
  make_snapshot(store.path(), command);
  other.join();
  const CodeSnapshot snapshot = load_snapshot(store.path(), digest);
  REQUIRE(snapshot.files.size() == 4);
  for (const InputFile& file : snapshot.files) {
    CHECK(sha256_hex_of_file(code_object(store.path(), file)) == file.sha256);
  }
  CHECK(find_snapshot(store.path(), digest.substr(0, 4)) == digest);
  CHECK_THAT(message_of([&] { find_snapshot(store.path(), "x"); }),
             Contains("has no snapshot of code 'x'; it has " + digest.substr(0, 12)));
  // What was lost is made again.
  fs::remove(code_object(store.path(), snapshot.files[2]));
  make_snapshot(store.path(), command);
  CHECK(fs::exists(code_object(store.path(), snapshot.files[2])));

  const TemporaryFolder second;
  copy_snapshot(store.path(), second.path(), digest);
  CHECK(load_snapshot(second.path(), digest).files.size() == 4);
  CHECK(unused_code(second.path(), {digest}).empty());
  CHECK(unused_code(second.path(), {}).size() == 5);
}

TEST_CASE("what changed between two versions is counted in lines", "[code]") {
  CHECK(line_changes("", "")->added == 0);
  CHECK(line_changes("a\nb\nc\n", "a\nx\ny\nc\n")->added == 2);
  CHECK(line_changes("a\nb\nc\n", "a\nx\ny\nc\n")->removed == 1);
  CHECK(line_changes("a", "a\n")->added == 1);
  CHECK(line_changes("1\n2\n3\n", "")->removed == 3);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += std::to_string(i) + "\n";
  CHECK_FALSE(line_changes(many, "").has_value());

  const TemporaryFolder folder;
  const TemporaryFolder store;
  write_project(folder);
  const CommandSpec before = resolved(command_in(folder.path()));
  make_snapshot(store.path(), before);
  folder.write("train.py", "import helper\nmore\n");
  folder.write("new.py", "");
  fs::remove(folder.path() / "helper.py");
  const CommandSpec after = resolved(command_in(folder.path()));
  const std::vector<CodeChange> changes =
      code_changes(before.files, after.files, code_text(store.path(), folder.path()));
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].path == "helper.py");
  CHECK(changes[0].kind == CodeChange::Kind::kRemoved);
  CHECK(changes[1].kind == CodeChange::Kind::kAdded);
  CHECK(changes[2].path == "train.py");
  CHECK(changes[2].lines_added == 1);
  CHECK(changes[2].lines_removed == 0);
}

TEST_CASE("a trial runs what was planned, although its script was edited", "[code]") {
  CodeTrial trial(kSay + "import helper\nsay(helper.x)\n");
  trial.write("helper.py", "x = 1\n");
  trial.plan();
  trial.write("helper.py", "x = 2\n");
  trial.write("train.py", "raise 1\n");
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kDone);
  CHECK(result.message.empty());
  CHECK(trial.recorder.metrics["loss"][1] == 1);
  CHECK_FALSE(fs::exists(trial.work()));
}

TEST_CASE("a program finds data, and what it writes is its own", "[code]") {
  CodeTrial trial(kSay + R"(
import pathlib
here = pathlib.Path(__file__).resolve().parent
assert open('data.csv').read() == '1,2\n'
assert (here / 'data.csv').read_text() == '1,2\n'
assert open('../other.csv').read() == '3\n'
source = pathlib.Path(os.environ['POLYSWEEP_SOURCE_FOLDER'])
assert (source / 'data.csv').read_text() == '1,2\n'
assert not os.listdir('checkpoints')
open('checkpoints/model.pt', 'w').write('m')
open('out.txt', 'w').write('mine')
open('logs/new.txt', 'w').write('mine')
say(1)
)");
  trial.folder.write("other.csv", "3\n");
  trial.folder.write("source/checkpoints/old.pt", "old");
  trial.folder.write("source/logs/old.txt", "old");
  trial.spec.command->code.outputs = {"checkpoints"};
  const AttemptResult result = trial.plan_and_run();
  INFO(trial.log());
  CHECK(result.outcome == Outcome::kDone);
  CHECK(result.message.empty());
  const fs::path own = trial.work() / "source";
  CHECK(content(own / "out.txt") == "mine");
  CHECK(content(own / "logs/new.txt") == "mine");
  CHECK(content(own / "checkpoints/model.pt") == "m");
  CHECK_FALSE(fs::exists(own / "train.py"));
  CHECK_FALSE(fs::exists(fs::symlink_status(own / "data.csv")));
  CHECK_FALSE(fs::exists(trial.source() / "out.txt"));
  CHECK_FALSE(fs::exists(trial.source() / "logs/new.txt"));
  CHECK_FALSE(fs::exists(trial.source() / "__pycache__"));
}

TEST_CASE("a file that a trial finds there and writes to is its own", "[code]") {
  CodeTrial trial(kSay + R"(
open('data.csv', 'a').write('more')
open('../results/log.txt', 'a').write('mine')
open('big.bin', 'ab').write(b'x')
open('notes.md', 'a').write('mine')
say(1)
)");
  shell(trial.folder.path(), "git init -q");
  trial.folder.write("results/log.txt", "theirs ");
  trial.write("kept.csv", "kept");
  trial.write("notes.md", "n");
  std::ofstream(trial.source() / "big.bin") << "";
  fs::resize_file(trial.source() / "big.bin", 17 * 1024 * 1024);
  const AttemptResult result = trial.plan_and_run();
  INFO(trial.log());
  CHECK(result.outcome == Outcome::kDone);
  CHECK(content(trial.source() / "data.csv") == "1,2\n");
  CHECK(content(trial.source() / "notes.md") == "n");
  CHECK(content(trial.folder.path() / "results/log.txt") == "theirs ");
  CHECK(content(trial.work() / "source/data.csv") == "1,2\nmore");
  CHECK(content(trial.work() / "results/log.txt") == "theirs mine");
  CHECK_FALSE(fs::exists(trial.work() / "source/kept.csv"));
  // What is too large to copy is a link, and the trial is told.
  CHECK(result.findings.written_to == std::vector<std::string>{"big.bin"});
  CHECK_THAT(result.message, !Contains("data.csv"));
}

TEST_CASE("a file above the sweep's folder that a trial writes to is named from there", "[code]") {
  const bool in_git = GENERATE(true, false);
  const TemporaryFolder folder;
  if (in_git) shell(folder.path(), "git init -q");
  folder.write("sweep/train.py", "");
  folder.write("large.bin", "1");
  if (in_git) std::filesystem::resize_file(folder.path() / "large.bin", 17 * 1024 * 1024);
  CommandSpec command = command_in(folder.path() / "sweep");
  command = resolved(command);
  const TemporaryFolder store;
  make_snapshot(store.path(), command);
  WorkingFolder mirror(command, store.path());
  mirror.prepare(store.path() / "work");
  folder.write("large.bin", "12");
  // Without a repository anything lies there, and changes by itself.
  CHECK(mirror.written_to() == (in_git ? Names{"../large.bin"} : Names{}));
}

TEST_CASE("outputs may name files, which are not there at first", "[code]") {
  CodeTrial trial(kSay +
                  "say(2 if os.path.exists('model.pt') else 1)\n"
                  "open('model.pt', 'w').write('w')\n");
  trial.write("model.pt", "old");
  trial.spec.command->code.outputs = {"model.pt"};
  CHECK(trial.plan_and_run().outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"][1] == 1);
  CHECK(content(trial.source() / "model.pt") == "old");
}

TEST_CASE("what a program puts in the place of a folder is not followed", "[code]") {
  CodeTrial trial(kSay + R"(
import shutil
if os.environ['POLYSWEEP_ATTEMPT'] == '1':
    for name in ['lib', 'logs']:
        shutil.rmtree(name)
        os.symlink(os.environ['POLYSWEEP_SOURCE_FOLDER'] + '/' + name, name)
    os._exit(75)
from lib import helper
say(helper.x)
)");
  trial.write("lib/helper.py", "x = 1\n");
  trial.write("lib/notes.txt", "n");
  trial.write("logs/old.txt", "old");
  const AttemptResult first = trial.plan_and_run();
  CHECK(first.outcome != Outcome::kDone);
  CHECK(content(trial.source() / "lib/helper.py") == "x = 1\n");
  const AttemptResult second = trial.run_again();
  INFO(trial.log() << second.message);
  CHECK(second.outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"][1] == 1);
  CHECK(content(trial.source() / "lib/helper.py") == "x = 1\n");
  CHECK(content(trial.source() / "lib/notes.txt") == "n");
  CHECK(content(trial.source() / "logs/old.txt") == "old");
}

TEST_CASE("a snapshot whose content was altered in the store is not run", "[code]") {
  CodeTrial trial(kSay + "import helper\nsay(helper.x)\n");
  trial.write("helper.py", "x = 1\n");
  trial.plan();
  for (const auto& entry : fs::directory_iterator(trial.store() / "code" / "objects")) {
    if (content(entry.path()) != "x = 1\n") continue;
    const auto time = fs::last_write_time(entry.path());
    fs::permissions(entry.path(), fs::perms::owner_all);
    std::ofstream(entry.path()) << "x = 2\n";
    fs::last_write_time(entry.path(), time);
  }
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kError);
  CHECK_THAT(result.message, Contains("is not helper.py of snapshot") &&
                                 Contains("its content was altered in the store"));
}

TEST_CASE("a trial that alters its copy of the code harms no other", "[code]") {
  for (const char* harm :
       {"os.utime('helper.py')", "os.chmod('helper.py', 0)", "os.remove('helper.py')",
        "os.rename('helper.py', 'h2.py'); open('helper.py', 'w').write('x = 9')",
        "os.chmod('helper.py', 0o644); open('helper.py', 'w').write('x = 3\\n')"}) {
    INFO(harm);
    CodeTrial trial(kSay + "import helper\nif os.environ['POLYSWEEP_ATTEMPT'] == '1':\n    " +
                    harm + "\nsay(helper.x)\n");
    trial.write("helper.py", "x = 1\n");
    const AttemptResult first = trial.plan_and_run();
    const bool altered = std::string(harm).find("write") != std::string::npos;
    CHECK((first.outcome == Outcome::kError) == altered);
    const AttemptResult second = trial.run_again();
    INFO(trial.log() << second.message);
    CHECK(second.outcome == Outcome::kDone);
    CHECK(trial.recorder.metrics["loss"][1] == 1);
  }
}

TEST_CASE("an attempt finds its working folder as the last one left it", "[code]") {
  CodeTrial trial(kSay + R"(
if os.path.exists('state'):
    say(2)
else:
    open('state', 'w').write('1')
    os._exit(75)
)");
  CHECK(trial.plan_and_run().outcome == Outcome::kPreempted);
  CHECK(trial.run_again().outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"][1] == 2);
}

TEST_CASE("metrics are found where a script writes them by relative paths", "[code]") {
  CodeTrial trial("open('metrics.csv', 'w').write('step,loss\\n1,0.5\\n')\n");
  trial.spec.command->capture.csv = "metrics.csv";
  CHECK(trial.plan_and_run().outcome == Outcome::kDone);
  CHECK(trial.recorder.metrics["loss"][1] == 0.5);
}

TEST_CASE("a mirror that a program left as it was is used again, another is not", "[code]") {
  CodeTrial trial("");
  trial.write("run.sh",
              "#!/bin/sh\n[ -z \"$1\" ] || echo new > out.txt\ncat out.txt 2>&- || true\n");
  fs::permissions(trial.source() / "run.sh", fs::perms::owner_all);
  trial.spec.command->words = {{{WordTemplate("./run.sh")}, {}}, {{WordTemplate("{word}")}, {}}};
  trial.spec.command->primary = "elapsed_s";
  trial.spec.metrics = {{"elapsed_s"}};
  trial.plan();
  CommandRunner runner(trial.spec, "/nowhere");
  const auto run = [&](const std::string& id, const std::string& word) {
    trial.assignment.trial_folder = (trial.store() / "trials" / "00" / id).string();
    trial.assignment.parameters = {};
    trial.assignment.parameters.set("word", Value(word));
    const AttemptResult result = runner.run(trial.assignment, trial.recorder);
    INFO(result.message);
    CHECK(result.outcome == Outcome::kDone);
    return trial.log();
  };
  for (int i = 0; i < 5; ++i) {
    CHECK(run(fmt::format("a{}", i), "").empty());
    CHECK_FALSE(fs::exists(trial.trial_folder()));
  }
  CHECK(run("b0", "write") == "new\n");
  CHECK(content(trial.work() / "source/out.txt") == "new\n");
  CHECK_FALSE(fs::exists(fs::symlink_status(trial.work() / "source/data.csv")));
  CHECK(run("c0", "").empty());
  // A new file of the work tree is seen.
  trial.write("out.txt", "theirs\n");
  CHECK(run("c1", "") == "theirs\n");
}

TEST_CASE("a snapshot that was deleted is named", "[code]") {
  CodeTrial trial(kSay + "say(1)\n");
  trial.plan();
  fs::remove_all(trial.store() / "code");
  const AttemptResult result = trial.run();
  CHECK(result.outcome == Outcome::kError);
  CHECK_THAT(result.message, Contains("the snapshot ") && Contains(" of the code is missing in "));
}

TEST_CASE("a program that alters its code has no result", "[code]") {
  CodeTrial trial(kSay + "os.chmod('train.py', 0o644)\nopen('train.py', 'a').write('#')\nsay(1)\n");
  const AttemptResult result = trial.plan_and_run();
  CHECK(result.outcome == Outcome::kError);
  CHECK(result.message == "code changed: the program wrote to train.py");
  CHECK(content(trial.source() / "train.py").ends_with("say(1)\n"));
}

TEST_CASE("code that is live must not change under an attempt", "[code]") {
  CodeTrial trial(kSay +
                  "say(1)\nif os.environ.get('EDIT'):\n    open('helper.py', 'w').write('y')\n");
  trial.write("helper.py", "x = 1\n");
  trial.spec.command->code.is_live = true;
  CHECK(trial.plan_and_run().outcome == Outcome::kDone);
  trial.spec.command->environment = {{"EDIT", WordTemplate("1")}};
  const AttemptResult under = trial.run_again();
  CHECK(under.outcome == Outcome::kError);
  CHECK(under.message == "code changed: helper.py differs from when the trial was planned");
  const AttemptResult before = trial.run_again();
  CHECK(before.outcome == Outcome::kError);
  CHECK(before.message == under.message);
}

}  // namespace polysweep
