#include <httplib.h>
#include <poll.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "cli/commands/command_table.h"
#include "cli/live/live_curves.h"
#include "cli/live/live_json.h"
#include "cli/live/serve_page.h"
#include "cli/shared/cell_names.h"
#include "cli/shared/gnuplot.h"
#include "cli/shared/store.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "reports/document/build_report.h"
#include "reports/render/render_report.h"
#include "results/read/ledger.h"
#include "results/read/sweep_results.h"
#include "results/read/sweep_results_reader.h"
#include "runners/process/stop_flag.h"

namespace polysweep {
namespace {

constexpr double kFreshS = 1;  // an answer of this age is reused
constexpr double kReportFreshS = 15;
constexpr std::size_t kCurvePoints = 200;
constexpr std::size_t kKept = 64;
constexpr std::size_t kConnections = 128;  // at the same time
constexpr int kKeepAliveS = 1;             // less than the interval between a page's requests
constexpr const char* kCookie = "polysweep_token";

std::string random_hex() {
  std::random_device source;
  std::string out;
  for (int i = 0; i < 4; ++i) out += fmt::format("{:08x}", source());
  return out;
}

// Takes the same time for every guess.
bool same_secret(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

// Answers made from the database. An answer is shared by all requests within a
// short time, so that many pages cost as much as one. Requests for the same answer
// wait for each other; a slow report does not delay other answers.
class Answers {
 public:
  explicit Answers(const Store& store) : store_(store) {}

  template <typename Make>
  std::string get(const std::string& key, double fresh_s, Make make) {
    const std::shared_ptr<Kept> kept = kept_of(key);
    const std::lock_guard<std::mutex> guard(kept->mutex);
    if (kept->made_s && system_clock().monotonic_s() - *kept->made_s < fresh_s) return kept->body;
    const Database database = store_.open();
    kept->body = make(database);
    kept->made_s = system_clock().monotonic_s();
    return kept->body;
  }

 private:
  struct Kept {
    std::mutex mutex;
    std::optional<double> made_s;
    std::string body;
  };

  std::shared_ptr<Kept> kept_of(const std::string& key) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (kept_.size() >= kKept && kept_.count(key) == 0) kept_.clear();
    std::shared_ptr<Kept>& kept = kept_[key];
    if (!kept) kept = std::make_shared<Kept>();
    return kept;
  }

  const Store& store_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Kept>> kept_;
};

std::string sweeps_body(const Database& database) {
  nlohmann::ordered_json out = nlohmann::json::array();
  for (const SweepSummary& sweep : Ledger(database).sweeps()) {
    out.push_back({{"sweep", sweep.name}, {"experiment", sweep.experiment}});
  }
  return out.dump();
}

std::string live_body(const Database& database, const std::string& sweep) {
  const LiveSweep live = load_live_sweep(database, sweep, system_clock().wall_us());
  const LiveCurves curves = load_live_curves(database, live, live_metric(live), kCurvePoints);
  return live_json(live, curves, cell_names(database, sweep))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Which requests are answered: reads from a page of this server, with its token.
class RequestCheck {
 public:
  RequestCheck(int port, std::string token) : token_(std::move(token)) {
    for (const char* host : {"127.0.0.1", "localhost", "[::1]"}) {
      hosts_.push_back(fmt::format("{}:{}", host, port));
    }
  }

  const std::string& token() const { return token_; }

  // 0, or the HTTP status of the refusal.
  int refusal(const httplib::Request& request) const {
    if (request.method != "GET" && request.method != "HEAD") return 405;
    if (!is_own(request.get_header_value("Host"))) return 421;
    if (request.has_header("Origin")) {
      const std::string origin = request.get_header_value("Origin");
      if (!origin.starts_with("http://") || !is_own(origin.substr(7))) return 403;
    }
    return is_known(request) ? 0 : 401;
  }

  bool brings_token(const httplib::Request& request) const {
    return same_secret(request.get_param_value("token"), token_);
  }

 private:
  bool is_own(const std::string& host) const {
    return std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end();
  }

  bool is_known(const httplib::Request& request) const {
    if (brings_token(request)) return true;
    const std::string cookies = "; " + request.get_header_value("Cookie");
    const std::string name = fmt::format("; {}=", kCookie);
    const std::size_t at = cookies.find(name);
    return at != std::string::npos &&
           same_secret(cookies.substr(at + name.size(), token_.size()), token_);
  }

  std::string token_;
  std::vector<std::string> hosts_;
};

void set_json(httplib::Response& response, const std::string& body) {
  response.set_header("Content-Security-Policy", "default-src 'none'");
  response.set_content(body, "application/json");
}

void add_routes(httplib::Server& server, const RequestCheck& check, Answers& answers) {
  server.Get("/", [&](const httplib::Request& request, httplib::Response& response) {
    if (check.brings_token(request)) {  // keep it out of the address bar
      response.set_header("Set-Cookie", fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/",
                                                    kCookie, check.token()));
      response.set_redirect("/");
      return;
    }
    const std::string nonce = random_hex();
    response.set_header(
        "Content-Security-Policy",
        fmt::format("default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; "
                    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                    "frame-ancestors 'none'",
                    nonce));
    response.set_content(serve_page(nonce), "text/html; charset=utf-8");
  });
  server.Get("/api/sweeps", [&](const httplib::Request&, httplib::Response& response) {
    set_json(response, answers.get("sweeps", kFreshS, sweeps_body));
  });
  server.Get("/api/live", [&](const httplib::Request& request, httplib::Response& response) {
    const std::string sweep = request.get_param_value("sweep");
    set_json(response, answers.get("live " + sweep, kFreshS, [&](const Database& database) {
      return live_body(database, sweep);
    }));
  });
  server.Get("/report", [&](const httplib::Request& request, httplib::Response& response) {
    const std::string sweep = request.get_param_value("sweep");
    // The page has its own Content-Security-Policy.
    response.set_content(answers.get("report " + sweep, kReportFreshS,
                                     [&](const Database& database) {
                                       return render_report(
                                           build_report(load_sweep_results(database, sweep)),
                                           "html", gnuplot_drawing());
                                     }),
                         "text/html; charset=utf-8");
  });
}

void guard(httplib::Server& server, const RequestCheck& check) {
  // A browser keeps connections open, some of them unused; each occupies a thread
  // until it is closed.
  server.new_task_queue = [] { return new httplib::ThreadPool(kConnections); };
  server.set_keep_alive_timeout(kKeepAliveS);
  server.set_payload_max_length(1024);
  server.set_read_timeout(10);
  server.set_default_headers({{"X-Content-Type-Options", "nosniff"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Cross-Origin-Resource-Policy", "same-origin"},
                              {"Cache-Control", "no-store"}});
  server.set_pre_routing_handler([&](const httplib::Request& request, httplib::Response& response) {
    response.status = check.refusal(request);
    if (response.status == 0) {
      response.status = -1;  // not decided yet
      return httplib::Server::HandlerResponse::Unhandled;
    }
    set_json(
        response,
        response.status == 401
            ? R"({"error":"open the address that polysweep serve printed: it contains the token"})"
            : R"({"error":"refused"})");
    return httplib::Server::HandlerResponse::Handled;
  });
  server.set_exception_handler(
      [](const httplib::Request&, httplib::Response& response, std::exception_ptr thrown) {
        response.status = 404;
        try {
          std::rethrow_exception(std::move(thrown));
        } catch (const std::exception& error) {
          set_json(response, nlohmann::json{{"error", error.what()}}.dump());
        }
      });
}

void declare_serve(CommandOptions& options) {
  declare_store(options);
  options.shown.add_options()("port", po::value<int>()->default_value(0)->value_name("N"),
                              "TCP port on the loopback interface (0: any free port)");
}

int run_serve(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const int wanted = given["port"].as<int>();
  if (wanted > 65535) fail("--port {}: expected an integer from 0 to 65535", wanted);
  httplib::Server server;
  const bool bound = wanted == 0 || server.bind_to_port("127.0.0.1", wanted);
  const int port = wanted == 0 ? server.bind_to_any_port("127.0.0.1") : wanted;
  if (!bound || port < 0) fail("port {} is in use; choose another with --port", wanted);

  const RequestCheck check(port, random_hex());
  Answers answers(store);
  guard(server, check);
  add_routes(server, check, answers);
  fmt::print("http://127.0.0.1:{}/?token={}\n", port, check.token());
  std::fflush(stdout);

  StopFlag stop;
  const StopSignals signals(stop);
  std::thread stopper([&] {
    pollfd readable = {stop.fd(), POLLIN, 0};
    while (poll(&readable, 1, -1) < 0) {
    }
    server.stop();
  });
  server.listen_after_bind();
  stop.request();
  stopper.join();
  return kExitComplete;
}

}  // namespace

const Command kServeCommand = {
    "serve",
    "Serves a live view of a store to browsers on this machine; prints the address, stops with "
    "Ctrl-C",
    "[--store FOLDER] [--port N]",
    "  polysweep serve --store runs",
    declare_serve,
    run_serve,
};

}  // namespace polysweep
