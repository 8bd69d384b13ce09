#include "results/export/sweep_export.h"

#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "framework/core/error.h"
#include "results/export/csv.h"
#include "results/export/mlflow_run.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

// A done, a diverged and a failed trial, and holes; names that are hostile.
void write_store(StoreSample& store) {
  const TrialId done = sample_trial("none", 0).id;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  store.write("alpha", sample_sweep("one", {"none", "rope"}, 2));
  store.write("alpha", ProvenanceSeen{R"({"build.commit":"abc"})"});
  store.write("alpha", {started(done), points(done, 1, "loss", 1, {3, 0.1, nan, -2.5})});
  store.write("alpha", points(done, 1, "=cmd,\"x\"\n", 1, {1}));
  store.write("alpha", text(done, 1, "sample", 2, "=1+1"));
  store.write("alpha", finished(done, 1, Outcome::kDone, true));
  const TrialId diverged = sample_trial("rope", 0).id;
  store.write("alpha", {started(diverged), points(diverged, 1, "loss", 1, {1, nan})});
  store.write("alpha", finished(diverged, 1, Outcome::kDiverged, true, "NaN, \"at\" 2"));
  store.sync();
  ingest(store.path());
}

Database database_of(const StoreSample& store) {
  return Database(database_path(store.path()), Access::kRead);
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& each : fs::directory_iterator(folder)) out.push_back(each.path().filename());
  std::sort(out.begin(), out.end());
  return out;
}

std::string message_of(const Database& database, const ExportTarget& target,
                       const ExportProgress& progress = {}) {
  try {
    export_sweep(database, "one", target, progress);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// The formats that are written to a folder.
std::vector<std::string> folder_formats() {
  std::vector<std::string> out = export_formats();
  std::erase(out, "mlflow");
  return out;
}

// No file of this process may grow beyond so many bytes: a disk that fills up.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a CSV field is quoted where it must be, and never runs as a formula", "[export]") {
  CHECK(csv_field(std::monostate{}).empty());
  CHECK(csv_field(std::string()) == "\"\"");
  CHECK(csv_field(std::string("plain text")) == "plain text");
  CHECK(csv_field(std::string("a,b")) == "\"a,b\"");
  CHECK(csv_field(std::string("a \"b\"\nc")) == "\"a \"\"b\"\"\nc\"");
  CHECK(csv_field(std::string(" padded")) == "\" padded\"");
  for (const char* formula : {"=1+1", "+1+1", "-1+2", "-a", "+-1", "--1", "+A1", "-1 to 2",
                              "@sum(A1)", "\tx", "-0x1p3", "+1e"}) {
    CHECK(csv_field(std::string(formula)) == std::string("'") + formula);
  }
  for (const char* harmless : {"+1", "-1", "-1.5e-3", "+0.25", "-", "+", "1-2", "a=b", "'x"}) {
    CHECK(csv_field(std::string(harmless)) == harmless);
  }
  CHECK(csv_field(std::string("=a,b")) == "\"'=a,b\"");
  CHECK(csv_field(-1.5) == "-1.5");
  CHECK(csv_field(std::int64_t{-3}) == "-3");
  CHECK(csv_field(0.1) == "0.1");
  CHECK(csv_field(1e300) == "1e+300");
  CHECK(csv_field(std::nan("")) == "nan");
  CHECK(csv_field(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(csv_field(QueryBlob{std::string("\0\xff", 2)}) == "00ff");
}

TEST_CASE("tables of CSV hold every trial and every point", "[export]") {
  StoreSample store;
  write_store(store);
  const fs::path place = store.path() / "tables";
  const ExportReport report = export_sweep(database_of(store), "one", {"csv", place.string()});
  CHECK(report.trials == 4);
  CHECK(report.points == 7);
  CHECK(names_in(place) == std::vector<std::string>{"attempts.csv", "metrics.csv", "provenance.csv",
                                                    "texts.csv", "trials.csv"});
  const std::string id = sample_trial("none", 0).id.hex();
  CHECK_THAT(content(place / "metrics.csv"),
             Contains("trial,metric,step,value,kind\n") && Contains(id + ",loss,2,0.1,finite\n") &&
                 Contains(id + ",loss,3,nan,nan\n") &&
                 Contains(id + ",\"'=cmd,\"\"x\"\"\n\",1,1,finite\n"));
  CHECK_THAT(content(place / "texts.csv"), Contains(id + ",sample,2,'=1+1\n"));
  const std::string trials = content(place / "trials.csv");
  CHECK_THAT(trials, Contains(",encoding,rate,seed,\"'=cmd,\"\"x\"\"\n\",loss\n") &&
                         Contains(",none,0.5,0,1,-2.5\n") &&
                         Contains(sample_trial("rope", 1).id.hex() + ",3,1,pending,0,toy,1,\"\""));
  CHECK_THAT(content(place / "attempts.csv"), Contains("\"NaN, \"\"at\"\" 2\""));
}

TEST_CASE("JSON lines have null where JSON has no number", "[export]") {
  StoreSample store;
  write_store(store);
  const fs::path place = store.path() / "lines";
  export_sweep(database_of(store), "one", {"jsonl", place.string()});
  const std::string id = sample_trial("none", 0).id.hex();
  CHECK_THAT(
      content(place / "metrics.jsonl"),
      Contains(R"({"trial":")" + id + R"(","metric":"loss","step":3,"value":null,"kind":"nan"})"));
  CHECK_THAT(content(place / "trials.jsonl"), Contains(R"("encoding":"none")"));
}

TEST_CASE("a parameter called as a column gets another name", "[export]") {
  StoreSample store;
  Trial trial = sample_trial("none", 0);
  trial.parameters.set("state", Value("odd"));
  trial.parameters.set("loss", Value(7));
  trial.id = identity_of(trial);
  TrialsPlanned planned{"one", "r", 0, {{identity_text(trial), 0}}};
  store.write("alpha", {SweepPlanned{"one", "r", sample_description("one", {"none"}), 1, 5},
                        sample_cells("one", "r", {"none"}), planned});
  store.write("alpha", complete_attempt(trial.id, {4}));
  store.sync();
  ingest(store.path());
  const fs::path place = store.path() / "tables";
  export_sweep(database_of(store), "one", {"csv", place.string()});
  CHECK_THAT(content(place / "trials.csv"),
             Contains(",encoding,loss,rate,seed,parameter.state,metric.loss\n") &&
                 Contains(",none,7,0.5,0,odd,4\n"));
}

TEST_CASE("the code of a trial stands beside it", "[export]") {
  StoreSample store;
  Trial trial = sample_trial("none", 0);
  trial.code_digest = std::string(60, 'a') + "0123";
  trial.id = identity_of(trial);
  TrialsPlanned planned{"one", "r", 0, {{identity_text(trial), 0}}};
  store.write("alpha", {SweepPlanned{"one", "r", sample_description("one", {"none"}), 1, 5},
                        sample_cells("one", "r", {"none"}), planned});
  store.write("alpha", complete_attempt(trial.id, {4}));
  store.write("alpha", complete_attempt(sample_trial("rope", 3).id, {4}));  // not planned
  store.sync();
  ingest(store.path());
  const Database database = database_of(store);
  CHECK(ask(database, "SELECT code FROM trials ORDER BY code IS NULL") ==
        std::vector<std::string>{"aaaaaaaaaaaa", "NULL"});
  CHECK(load_trial(database, trial.id).code_digest == trial.code_digest);
  CHECK(load_trial_table(database, {"one", {}}).at(0).code == trial.code_digest);
  const fs::path place = store.path() / "tables";
  export_sweep(database, "one", {"csv", place.string()});
  CHECK_THAT(content(place / "trials.csv"),
             Contains(",version,code,data_digest,") && Contains(",aaaaaaaaaaaa,"));
}

TEST_CASE("an export takes no place that is taken, and leaves nothing half done", "[export]") {
  StoreSample store;
  write_store(store);
  const Database database = database_of(store);
  for (const std::string& format : folder_formats()) {
    INFO(format);
    const fs::path folder = store.path() / format;
    fs::create_directory(folder);
    const std::string place = (folder / "here").string();
    std::ofstream(place) << "mine";
    CHECK_THAT(message_of(database, {format, place}),
               Contains("exists") && Contains("name another folder"));
    CHECK(content(place) == "mine");
    CHECK(message_of(database, {format, (folder / "there").string()}) == "");
    const std::string twice = message_of(database, {format, (folder / "there").string()});
    CHECK_THAT(twice, Contains("already exists; name another folder"));
    CHECK(names_in(folder) == std::vector<std::string>{"here", "there"});
    CHECK_THAT(message_of(database, {format, (folder / "here" / "such").string()}),
               Contains("cannot make the folder"));
  }
}

TEST_CASE("a disk that fills up in the middle leaves nothing", "[export]") {
  StoreSample store;
  write_store(store);
  const TrialId trial = sample_trial("rope", 1).id;
  store.write("alpha", complete_attempt(trial, std::vector<double>(20'000, 0.123456789)));
  store.sync();
  ingest(store.path());
  const Database database = database_of(store);
  for (const std::string& format : folder_formats()) {
    INFO(format);
    const fs::path folder = store.path() / format;
    fs::create_directory(folder);
    const FileSizeLimit limit(100'000);
    CHECK_THAT(message_of(database, {format, (folder / "there").string()}),
               Contains("cannot write") && Contains("File too large"));
    CHECK(names_in(folder).empty());
  }
}

TEST_CASE("a place that goes away in the middle is an error", "[export]") {
  StoreSample store;
  write_store(store);
  const Database database = database_of(store);
  for (const std::string& format : folder_formats()) {
    INFO(format);
    const fs::path folder = store.path() / format;
    fs::create_directory(folder);
    const std::string message = message_of(database, {format, (folder / "there").string()},
                                           [&](std::size_t done, std::size_t) {
                                             if (done == 2) fs::remove_all(folder);
                                           });
    CHECK_THAT(message, Contains("No such file or directory"));
    CHECK_FALSE(fs::exists(folder / "there"));
  }
}

TEST_CASE("names are made that MLflow accepts", "[export]") {
  CHECK(mlflow_name("test_bleu") == "test_bleu");
  CHECK(mlflow_name("a/b") == "a_2f_b");
  CHECK(mlflow_name("../../x") == "_.._2f_.._2f_x");
  CHECK(mlflow_name("") == "_");
  CHECK(mlflow_name("ü") == "_c3__bc_");
  CHECK(mlflow_name("a.") == "a._");
  CHECK(mlflow_name(std::string(1000, 'x')).size() == 200);
}

TEST_CASE("where an export goes is read from FORMAT:PLACE", "[export]") {
  CHECK(parse_export_target("csv", "demo").place == "demo.csv");
  CHECK(parse_export_target("csv:a/b", "demo").place == "a/b");
  CHECK(parse_export_target("mlflow:http://host:5000", "demo").place == "http://host:5000");
  CHECK_THROWS_WITH(parse_export_target("cvs", "demo"),
                    Contains("'cvs' is not an export format (did you mean 'csv'?)"));
  CHECK_THROWS_WITH(parse_export_target("csv:", "demo"), Contains("'csv:' has no folder"));
  CHECK_THROWS_WITH(parse_export_target("csv", "../x"), Contains("write --to csv:FOLDER"));
}

TEST_CASE("an export to MLflow needs the address of a server", "[export]") {
  for (const char* target : {"mlflow", "mlflow:", "mlflow:mlruns", "mlflow:file:///mlruns"}) {
    INFO(target);
    CHECK_THROWS_WITH(parse_export_target(target, "demo"),
                      Contains("needs the address of a tracking server") &&
                          Contains("--to mlflow:http://HOST:PORT"));
  }
  StoreSample store;
  write_store(store);
  for (const char* url : {"http://", "http://a b:port", "https://host:x"}) {
    INFO(url);
    CHECK_THAT(message_of(database_of(store), {"mlflow", url}),
               Contains("is not the address of an MLflow server; expected http://HOST:PORT"));
  }
}

TEST_CASE("an MLflow server that does not answer is named, its password is not", "[export]") {
  StoreSample store;
  write_store(store);
  CHECK(message_of(database_of(store), {"mlflow", "http://me:secret@127.0.0.1:1/base/"}) ==
        "the MLflow server http://127.0.0.1:1/base does not answer (it cannot be connected to)");
}

}  // namespace polysweep
