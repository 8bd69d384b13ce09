#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>

#include "results/read/documented_views.h"
#include "results/read/query.h"
#include "results/schema/schema.h"
#include "results/schema/wide_view.h"
#include "tests/results/store_sample.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

std::string format_text() {
  std::ifstream in(POLYSWEEP_SOURCE_FOLDER "/results/FORMAT.md");
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> sql_blocks(const std::string& text) {
  std::vector<std::string> out;
  const std::string begin = "```sql\n";
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    const std::size_t end = text.find("```", at);
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

// The names in the first column of the table below "### VIEW:".
std::set<std::string> documented_columns(const std::string& text, const std::string& view) {
  const std::size_t begin = text.find("### " + view + ":");
  REQUIRE(begin != std::string::npos);
  std::istringstream lines(text.substr(begin, text.find("```sql", begin) - begin));
  std::set<std::string> out;
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("| ") || line.starts_with("| column")) continue;
    std::istringstream names(line.substr(2, line.find(" |") - 2));
    std::string name;
    while (std::getline(names, name, ',')) out.insert(name.substr(name.find_first_not_of(' ')));
  }
  return out;
}

void write_store(StoreSample& store) {
  store.write("alpha", sample_sweep("encodings", {"none", "rope"}, 2));
  store.write("alpha", ProvenanceSeen{R"({"build.commit":"abc","machine.cpu":"x86"})"});
  store.write("alpha", complete_attempt(sample_trial("rope", 0).id, {3, 2}));
  store.sync();
  ingest(store.path());
}

}  // namespace

TEST_CASE("FORMAT.md tells the version and application id that a database has", "[format]") {
  CHECK_THAT(format_text(), Catch::Matchers::Contains(fmt::format(
                                "version {} (`PRAGMA user_version`), application id `{:#x}`",
                                kSchemaVersion, kApplicationId)));
  StoreSample store;
  write_store(store);
  // Where SQLite's file format has both, big-endian.
  std::ifstream in(database_path(store.path()), std::ios::binary);
  std::string header(100, '\0');
  REQUIRE(in.read(header.data(), 100));
  CHECK(header.substr(60, 3) == std::string(3, '\0'));
  CHECK(header[63] == kSchemaVersion);
  CHECK(header.substr(68, 4) == "psw1");
}

TEST_CASE("every query printed in FORMAT.md runs", "[format]") {
  StoreSample store;
  write_store(store);
  const Database database(database_path(store.path()), Access::kRead);
  const auto blocks = sql_blocks(format_text());
  CHECK(blocks.size() >= 13);
  for (const std::string& block : blocks) {
    INFO(block);
    CHECK_NOTHROW(ask(database, block));
  }
}

TEST_CASE("FORMAT.md documents every view and column, and no other", "[format]") {
  StoreSample store;
  write_store(store);
  const std::string text = format_text();
  const auto views = documented_views(Database(database_path(store.path()), Access::kRead));
  CHECK(views.size() == 14);
  for (const ViewInfo& view : views) {
    INFO("view " << view.name);
    std::set<std::string> columns(view.columns.begin(), view.columns.end());
    if (view.name == kWideView) {  // beside the first five it has those of the store
      columns = {view.columns.begin(), view.columns.begin() + 5};
      columns.insert({"each parameter", "each metric"});
    }
    CHECK(documented_columns(text, view.name) == columns);
  }
}

}  // namespace polysweep
