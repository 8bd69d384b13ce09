// watch and serve beside a sweep that really runs.
#include <httplib.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/cli/polysweep_program.h"
#include "tests/support/catch.h"

using namespace polysweep;

namespace {

namespace fs = std::filesystem;

// Trials of a second, or of a minute.
std::string slow_sweep(int steps) {
  return R"(
sweep      = "slow"
experiment = "toy"
replicate  = "seed"
[fixed]
sleep_ms = 25
steps    = )" +
         std::to_string(steps) +
         R"(
[factors]
x    = [0.0, 1.0]
seed = { range = [0, 39] }
[baseline]
x = 0.0
[metrics]
primary = { name = "objective", goal = "minimize" }
)";
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <typename Holds>
bool soon(Holds holds) {
  for (int i = 0; i < 200; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

// `polysweep serve` on the program's store while it lives.
class Server {
 public:
  explicit Server(const PolysweepProgram& program) {
    const fs::path address = program.write("address", "");
    pid_ = start_command({"/bin/sh", "-c",
                          "exec " + PolysweepProgram::path().string() + " serve --store " +
                              program.store().string() + " > " + address.string()});
    REQUIRE(soon([&] { return content(address).ends_with("\n"); }));
    url_ = content(address);
    url_.pop_back();
  }
  ~Server() {
    kill(pid_, SIGINT);
    status_ = wait_command(pid_);
  }

  const std::string& url() const { return url_; }
  int port() const { return std::stoi(url_.substr(url_.rfind(':') + 1)); }
  std::string token() const { return url_.substr(url_.find("token=") + 6); }
  httplib::Headers cookie() const { return {{"Cookie", "polysweep_token=" + token()}}; }

 private:
  int pid_ = 0;
  int status_ = 0;
  std::string url_;
};

// A run of the slow sweep in the background.
class Running {
 public:
  Running(const PolysweepProgram& program, int steps, int done)
      : pid_(start_command(program.run_words(program.write("slow.toml", slow_sweep(steps))))) {
    REQUIRE(soon([&] {
      const CommandEnd end = program.ask({"watch", "slow", "--json"});
      if (end.status != 0) return false;
      const nlohmann::json seen = nlohmann::json::parse(end.output);
      return seen["counts"]["done"] >= done && seen["metric"] == "loss";
    }));
  }
  ~Running() {
    kill(pid_, SIGINT);
    wait_command(pid_);
  }

 private:
  int pid_ = 0;
};

}  // namespace

TEST_CASE("watch tells what runs, how it does and how long it will take", "[cli][live]") {
  const PolysweepProgram program;
  const Running running(program, 40, 2);
  const nlohmann::json seen = nlohmann::json::parse(program.ask({"watch", "--json"}).output);
  CHECK(seen["sweep"] == "slow");
  CHECK(seen["counts"]["planned"] == 80);
  REQUIRE(seen["running"].size() > 0);
  CHECK(seen["running"][0]["trial"].get<std::string>().size() == 32);
  CHECK(seen["trials_per_s"] > 0);
  CHECK(seen["left_s"] > 0);
  CommandEnd once;
  CHECK(soon([&] {
    once = program.ask({"watch", "slow", "--once"});
    return once.output.find("Running (loss)") != std::string::npos;
  }));
  CHECK_THAT(once.output, Contains("/80 done") && Contains(" left"));
  const CommandEnd piped = program.ask({"watch", "slow"});
  CHECK(piped.status == 2);
  CHECK_THAT(piped.error, Contains("watch needs a terminal; --once and --json"));
}

TEST_CASE("watch takes a terminal and gives it back", "[cli][live]") {
  if (run_command({"/usr/bin/script", "-q", "-c", "true", "/dev/null"}).status != 0)
    POLYSWEEP_SKIP("script(1) is not there or can make no terminal here");
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const fs::path shown = program.write("shown", "");
  const std::string watch =
      PolysweepProgram::path().string() + " watch toy --store " + program.store().string();
  const CommandEnd end = run_command({"/bin/sh", "-c",
                                      "(sleep 2; printf q) | TERM=xterm script -q -c '" + watch +
                                          "' " + shown.string() + " >/dev/null"});
  CHECK(end.status == 0);
  CHECK_THAT(content(shown), Contains("24/24 done") && Contains("nothing runs now"));
  CHECK_THAT(content(shown), Contains("\x1b[?1049h") && Contains("\x1b[?1049l"));
}

TEST_CASE("serve answers to its own page with its token, and to nobody else", "[cli][live]") {
  const PolysweepProgram program;
  REQUIRE(program.run(program.write("toy.toml", kToySweep)).status == 0);
  const Server server(program);
  httplib::Client client("127.0.0.1", server.port());
  const auto status = [&](const std::string& path, const httplib::Headers& headers) {
    const auto answer = client.Get(path.c_str(), headers);
    return answer ? answer->status : -1;
  };
  CHECK(status("/", {}) == 401);
  CHECK(status("/api/sweeps", {{"Cookie", "polysweep_token=0"}}) == 401);
  CHECK(status("/api/sweeps", server.cookie()) == 200);
  CHECK(status("/?token=" + server.token(), {}) == 302);

  httplib::Headers elsewhere = server.cookie();
  elsewhere.emplace("Origin", "http://example.org");
  CHECK(status("/api/sweeps", elsewhere) == 403);
  httplib::Headers rebound = server.cookie();
  rebound.emplace("Host", "example.org");
  CHECK(status("/api/sweeps", rebound) == 421);
  const auto posted = client.Post("/api/sweeps", server.cookie(), "", "text/plain");
  REQUIRE(posted);
  CHECK(posted->status == 405);

  CHECK(status("/api/live?sweep=nothing", server.cookie()) == 404);
  const auto page = client.Get("/", server.cookie());
  REQUIRE(page);
  CHECK_THAT(page->get_header_value("Content-Security-Policy"), Contains("default-src 'none'"));
  const auto report = client.Get("/report?sweep=toy", server.cookie());
  REQUIRE(report);
  CHECK_THAT(report->body, Contains("Against the baseline"));
}

TEST_CASE("serve shows a running sweep in Chromium, without console messages", "[cli][live]") {
  if (std::system("command -v chromium >/dev/null 2>&1") != 0) {
    POLYSWEEP_SKIP("no chromium on this machine");
  }
  const PolysweepProgram program;
  const Running running(program, 2400, 0);
  const Server server(program);
  const fs::path profile = program.write("profile", "");
  fs::remove(profile);
  const CommandEnd end = run_command(
      {"/bin/sh", "-c",
       "exec timeout 100 chromium --headless --no-sandbox --disable-gpu --no-first-run "
       "--disable-extensions --disable-background-networking --disable-sync "
       "--enable-logging=stderr --v=0 --user-data-dir='" +
           profile.string() + "' --virtual-time-budget=6000 --dump-dom '" + server.url() + "'"});
  CHECK(end.status == 0);
  CHECK_THAT(end.output, Contains("data-ready=\"yes\"") && Contains("of 80 trials done"));
  CHECK_THAT(end.output, Contains("class=\"curve\""));
  CHECK(end.output.find(server.token()) == std::string::npos);  // not kept in the page
  CHECK(end.error.find("CONSOLE") == std::string::npos);
}
