#include "results/export/mlflow_server.h"

#include <curl/curl.h>
#include <unistd.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "results/export/mlflow_run.h"

namespace polysweep {
namespace {

using Json = nlohmann::ordered_json;

// What a server takes in one request (MLflow's own limits).
constexpr std::size_t kMostMetrics = 1000;
constexpr std::size_t kMostParameters = 100;
constexpr std::size_t kMostTags = 100;
constexpr long kConnectTimeout_s = 10;
constexpr long kTimeout_s = 300;
constexpr std::size_t kShownAnswer = 300;

struct CurlCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

struct Answer {
  long status = 0;
  std::string text;
};

class Server {
 public:
  explicit Server(std::string url) : url_(std::move(url)), handle_(curl_easy_init()) {
    if (!handle_) fail("libcurl cannot be used");
    while (url_.ends_with('/')) url_.pop_back();
    headers_ = curl_slist_append(nullptr, "Content-Type: application/json");
  }
  ~Server() { curl_slist_free_all(headers_); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const std::string& url() const { return url_; }

  // Throws Error where there is no answer.
  Answer ask(const std::string& method, const std::string& query, const Json* body);
  // Throws Error unless the answer is a success.
  Json call(const std::string& method, const Json& body) {
    return parsed(method, ask(method, "", &body));
  }

 private:
  Json parsed(const std::string& method, const Answer& answer) const;

  std::string url_;
  std::unique_ptr<CURL, CurlCleanup> handle_;
  curl_slist* headers_ = nullptr;
};

std::size_t keep(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

Answer Server::ask(const std::string& method, const std::string& query, const Json* body) {
  CURL* handle = handle_.get();
  const std::string url = url_ + "/api/2.0/mlflow/" + method + query;
  const std::string text =
      body == nullptr ? "" : body->dump(-1, ' ', false, Json::error_handler_t::replace);
  Answer answer;
  char reason[CURL_ERROR_SIZE] = "";
  curl_easy_reset(handle);
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectTimeout_s);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, kTimeout_s);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.text);
  if (body != nullptr) {
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, text.c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    fail("no answer of the MLflow server {} ({}); is it running there?", url_,
         *reason != '\0' ? reason : curl_easy_strerror(code));
  }
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

Json Server::parsed(const std::string& method, const Answer& answer) const {
  Json out = Json::parse(answer.text, nullptr, false);
  if (answer.status == 200 && out.is_object()) return out;
  std::string why = answer.text.substr(0, kShownAnswer);
  if (out.is_object() && out.contains("message") && out["message"].is_string()) {
    why = out["message"].get<std::string>().substr(0, kShownAnswer);
  }
  fail("the MLflow server {} refused {} (status {}): {}", url_, method, answer.status, why);
}

Json named_values(std::map<std::string, std::string>::const_iterator begin,
                  std::map<std::string, std::string>::const_iterator end) {
  Json out = Json::array();
  for (; begin != end; ++begin) out.push_back({{"key", begin->first}, {"value", begin->second}});
  return out;
}

class ServerExporter : public Exporter {
 public:
  explicit ServerExporter(const ExportRequest& request);
  ~ServerExporter() override;
  void add(const ExportedTrial& trial) override;
  void finish() override;

 private:
  void log_values(const std::string& run_id, const MlflowRun& run);
  void log_metrics(const std::string& run_id, const MlflowRun& run);

  Server server_;
  std::string sweep_;
  std::string experiment_id_;  // "": nothing to delete
};

ServerExporter::ServerExporter(const ExportRequest& request)
    : server_(request.place), sweep_(request.sweep.sweep) {
  char* escaped = curl_easy_escape(nullptr, sweep_.c_str(), static_cast<int>(sweep_.size()));
  const std::string query = std::string("?experiment_name=") + escaped;
  curl_free(escaped);
  const Answer known = server_.ask("experiments/get-by-name", query, nullptr);
  if (known.status == 200) {
    const bool deleted = known.text.find("\"deleted\"") != std::string::npos;
    fail("the MLflow server {} has {} experiment '{}'; {} it there first", server_.url(),
         deleted ? "a deleted" : "an", sweep_,
         deleted ? "restore and rename, or `mlflow gc`," : "rename");
  }
  Json tags = Json::array();
  for (const auto& [name, value] : mlflow_sweep_tags(request.sweep)) {
    tags.push_back({{"key", name}, {"value", value}});
  }
  const Json made = server_.call(
      "experiments/create", {{"name", fmt::format("{} (being exported by process {}, {})", sweep_,
                                                  getpid(), system_clock().wall_us())},
                             {"tags", tags}});
  experiment_id_ = made.value("experiment_id", "");
}

ServerExporter::~ServerExporter() {
  if (experiment_id_.empty()) return;
  try {
    server_.call("experiments/delete", {{"experiment_id", experiment_id_}});
  } catch (const Error&) {
    // The server is gone; what is left there says by its name what it is.
  }
}

void ServerExporter::add(const ExportedTrial& trial) {
  const MlflowRun run = mlflow_run(trial);
  const Json made = server_.call(
      "runs/create",
      {{"experiment_id", experiment_id_}, {"run_name", run.name}, {"start_time", run.start_ms}});
  const std::string run_id = made.at("run").at("info").at("run_id").get<std::string>();
  log_values(run_id, run);
  log_metrics(run_id, run);
  Json update = {{"run_id", run_id}, {"status", run.status}};
  if (run.end_ms != 0) update["end_time"] = run.end_ms;
  server_.call("runs/update", update);
}

void ServerExporter::log_values(const std::string& run_id, const MlflowRun& run) {
  const auto in_parts = [&](const std::map<std::string, std::string>& values, const char* member,
                            std::size_t most) {
    for (auto begin = values.begin(); begin != values.end();) {
      auto end = begin;
      for (std::size_t i = 0; i < most && end != values.end(); ++i) ++end;
      server_.call("runs/log-batch", {{"run_id", run_id}, {member, named_values(begin, end)}});
      begin = end;
    }
  };
  in_parts(run.parameters, "params", kMostParameters);
  in_parts(run.tags, "tags", kMostTags);
}

void ServerExporter::log_metrics(const std::string& run_id, const MlflowRun& run) {
  Json batch = Json::array();
  const auto send = [&] {
    if (batch.empty()) return;
    server_.call("runs/log-batch", {{"run_id", run_id}, {"metrics", batch}});
    batch = Json::array();
  };
  for (const auto& [name, series] : run.metrics) {
    for (const CurvePoint& point : *series) {
      // Protocol Buffers' JSON writes what JSON lacks as texts.
      Json value = point.value;
      if (std::isnan(point.value)) value = "NaN";
      if (std::isinf(point.value)) value = point.value > 0 ? "Infinity" : "-Infinity";
      batch.push_back({{"key", name},
                       {"value", std::move(value)},
                       {"timestamp", run.start_ms},
                       {"step", point.step}});
      if (batch.size() == kMostMetrics) send();
    }
  }
  send();
}

void ServerExporter::finish() {
  server_.call("experiments/update", {{"experiment_id", experiment_id_}, {"new_name", sweep_}});
  experiment_id_.clear();
}

}  // namespace

std::unique_ptr<Exporter> mlflow_server_exporter(const ExportRequest& request) {
  return std::make_unique<ServerExporter>(request);
}

}  // namespace polysweep
