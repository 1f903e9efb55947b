#include "app/api_endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "api/problem.h"
#include "app/api_schemas.h"
#include "app/shared_looks.h"
#include "cli/runs_view.h"
#include "cli/selection.h"

namespace gapless {
namespace {

using api::Endpoint;
using api::Parameter;
using api::Reply;
using api::Request;

constexpr std::size_t kRunsAPage = 20;
constexpr const char* kMetricsType = "text/plain; version=0.0.4";

/// "include_today" of the API is --include-today.
std::string option_of(std::string_view member) {
  std::string option = "--" + std::string(member);
  std::ranges::replace(option, '_', '-');
  return option;
}

/// An integer may come as 1.0, which is one to JSON.
std::string text_of(const Json& value) {
  if (value.is_number_float() && value == std::trunc(value.get<double>()))
    return std::to_string(value.get<std::int64_t>());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// A value that was checked against its schema, as the option takes it.
void give(Given& given, std::string_view member, const Json& value) {
  if (value.is_boolean()) {
    if (value.get<bool>()) given.set(option_of(member), "");
  } else if (value.is_array()) {
    std::string list;
    for (const Json& item : value) list += (list.empty() ? "" : ",") + text_of(item);
    given.set(option_of(member), list);
  } else {
    given.set(option_of(member), text_of(value));
  }
}

Given given_by(const std::vector<Parameter>& parameters, const Request& request) {
  Given given;
  for (const Parameter& parameter : parameters) {
    if (parameter.in == Parameter::In::kPath) {
      given.add_argument(request.path.at(parameter.name));
      continue;
    }
    const auto value = request.query.find(parameter.name);
    if (value == request.query.end()) continue;
    if (parameter.schema.at("type") != "boolean")
      given.set(option_of(parameter.name), value->second);
    else if (value->second == "true")
      given.set(option_of(parameter.name), "");
  }
  return given;
}

/// A request that fits its schema and cannot be done all the same: its values contradict each other, or what is configured.
Reply refusal(const Error& error) {
  Reply reply = api::problem(error);
  return error.fault == Fault::kInvalidInput ? api::problem(409, error.message) : reply;
}

Reply reply_of(Commander::Answer answer) {
  if (answer.outcome.error) return refusal(*answer.outcome.error);
  return Reply{.body = std::move(answer.document)};
}

/// Everything that is asked, as one text.
std::string question_of(std::string_view command, const Request& request) {
  Json question = {command};
  for (const auto& [name, value] : request.path) question.push_back({name, value});
  for (const auto& [name, value] : request.query) question.push_back({name, value});
  return question.dump();
}

/// "/{report}": the parameter that is a part of the path, if any.
std::string argument_in_path(const std::vector<Parameter>& parameters) {
  const auto argument = std::ranges::find(parameters, Parameter::In::kPath, &Parameter::in);
  return argument == parameters.end() ? "" : fmt::format("/{{{}}}", argument->name);
}

/// An endpoint that runs a command which only looks, with its query as the options, and as its argument what stands in the
/// path; once for all who ask the same.
Endpoint asking(const ApiSubject& subject, const std::shared_ptr<SharedLooks>& looks, std::string_view command,
                std::vector<Parameter> parameters, Json schema) {
  const CommandSpec* const spec = find_command(command);
  Endpoint endpoint{.method = "GET",
                    .path = fmt::format("/api/v1/{}", command) + argument_in_path(parameters),
                    .operation_id = std::string(command),
                    .summary = std::string(spec->summary),
                    .description = std::string(spec->details),
                    .parameters = parameters,
                    .replies = {{200, {fmt::format("As gapless {} --output json", command), std::move(schema)}}},
                    .problems = {409, 504}};
  endpoint.cacheable = true;
  endpoint.handle = [commander = &subject.commander, looks, command,
                     parameters = std::move(parameters)](const Request& request) -> Result<Reply> {
    const auto look = [&]() -> Result<std::string> {
      auto answer = commander->ask(command, given_by(parameters, request), {}, request.stop);
      if (answer.outcome.error) return fail(std::move(*answer.outcome.error));
      return answer.document.dump() + "\n";
    };
    const auto text = looks->ask(question_of(command, request), look, request.stop);
    if (!text) return refusal(text.error());
    return Reply{.text = **text};
  };
  return endpoint;
}

Reply no_such_run(const Request& request) {
  return api::problem(404, fmt::format("there is no run '{}'; GET /api/v1/runs lists them", request.path.at("id")));
}

Result<Reply> ready(const ApiSubject& subject, const Request& request) {
  GAPLESS_TRY(subject.store.store_id());
  const auto services = subject.commander.services(request.stop);
  StatementOptions options;
  options.deadline = std::chrono::seconds(5);
  options.stop = request.stop;
  for (std::uint32_t shard = 0; shard < std::max<std::size_t>(services->settings().servers().size(), 1); ++shard) {
    GAPLESS_ASSIGN(Engine * engine, services->engine(shard));
    GAPLESS_TRY(engine->select(Statement("SELECT 1 AS one"), options));
  }
  const auto failure = subject.watch.last_failure();
  return Reply{.body = {{"status", "ready"}, {"last_failure", failure ? Json(*failure) : Json(nullptr)}}};
}

std::vector<Endpoint> health(const ApiSubject& subject) {
  return {
      {.method = "GET",
       .path = "/healthz",
       .operation_id = "health",
       .summary = "whether the process is there",
       .scope = api::Scope::kOpen,
       .replies = {{200, {"It is", object_schema({{"status", text_schema()}})}}},
       .handle = [](const Request&) -> Result<Reply> {
         return Reply{.body = {{"status", "ok"}}};
       }},
      {.method = "GET",
       .path = "/readyz",
       .operation_id = "readiness",
       .summary = "whether engine and state store answer, and what failed last",
       .scope = api::Scope::kRead,
       .replies = {{200,
                    {"They do", object_schema({{"status", text_schema()}, {"last_failure", text_or_null_schema()}})}}},
       .problems = {504},
       .handle = [subject](const Request& request) { return ready(subject, request); }},
      {.method = "GET",
       .path = "/metrics",
       .operation_id = "metrics",
       .summary = "figures for Prometheus",
       .replies = {{200, {"In its text format", text_schema(), kMetricsType}}},
       .handle = [subject](const Request& request) -> Result<Reply> {
         const auto services = subject.commander.services(request.stop);
         return Reply{.content_type = kMetricsType, .text = subject.watch.metrics_text(*services)};
       }}};
}

std::size_t number_of(const Request& request, const char* parameter) {
  std::size_t value = 0;
  if (const auto text = request.query.find(parameter); text != request.query.end())
    std::from_chars(text->second.data(), text->second.data() + text->second.size(), value);
  return value;
}

Result<Reply> list_runs(const ApiSubject& subject, const Request& request) {
  const std::size_t limit = number_of(request, "limit"), offset = number_of(request, "offset");
  GAPLESS_ASSIGN(const auto runs, subject.store.runs(offset + limit + 1));
  Reply reply{.body = {{"runs", Json::array()}}};
  for (std::size_t i = offset; i < std::min(runs.size(), offset + limit); ++i)
    reply.body["runs"].push_back(run_record_json(runs[i]));
  if (runs.size() > offset + limit)
    reply.headers["Link"] =
        api::next_link("/api/v1/runs", {{"limit", std::to_string(limit)}, {"offset", std::to_string(offset + limit)}});
  return reply;
}

Result<Reply> show_run(const ApiSubject& subject, const Request& request) {
  GAPLESS_ASSIGN(const auto found, subject.store.run(request.path.at("id")));
  if (!found) return no_such_run(request);
  GAPLESS_ASSIGN(const auto steps, subject.store.steps(found->id));
  Json json = run_record_json(*found);
  json["steps"] = steps_json(steps);
  return Reply{.body = std::move(json)};
}

/// The members of a body as options: "timeout_seconds" of 90 is --timeout 90s.
Given given_in(const Json& body) {
  constexpr std::string_view kSeconds = "_seconds";
  Given given;
  for (const auto& [member, value] : body.items()) {
    if (member == "job" || member == "reason") continue;
    if (member.ends_with(kSeconds))
      given.set(option_of(member.substr(0, member.size() - kSeconds.size())), text_of(value) + "s");
    else
      give(given, member, value);
  }
  return given;
}

Result<Reply> begun(const ApiSubject& subject, const Request& request, const std::string& run_id,
                    std::string_view job) {
  GAPLESS_TRY(subject.commander.wait_for_record(run_id, request.stop));
  return Reply{
      .status = 202, .body = {{"run_id", run_id}, {"job", job}}, .headers = {{"Location", "/api/v1/runs/" + run_id}}};
}

Result<Reply> start_run(const ApiSubject& subject, const Request& request) {
  const std::string job = request.body.at("job");
  Given given = given_in(request.body);
  given.add_argument(job);
  return begun(subject, request, subject.commander.start("run", given, "api"), job);
}

/// A command that begins a run on what is selected.
Result<Reply> start_selected(const ApiSubject& subject, const Request& request, std::string_view command,
                             std::string_view job) {
  const Given given = given_in(request.body);
  const auto services = subject.commander.services(request.stop);
  const auto selection = read_selection(given);
  if (!selection) return refusal(selection.error());
  const auto window = window_of(*selection, services->settings(), services->clock().now());
  if (!window) return refusal(window.error());
  return begun(subject, request, subject.commander.start(command, given, "api"), job);
}

Result<Reply> start_backfill(const ApiSubject& subject, const Request& request) {
  return start_selected(subject, request, "backfill", "manual");
}

Result<Reply> start_verify(const ApiSubject& subject, const Request& request) {
  return start_selected(subject, request, "verify", "verify");
}

Result<Reply> start_adopt(const ApiSubject& subject, const Request& request) {
  return start_selected(subject, request, "adopt", "adopt");
}

Result<Reply> cancel_run(const ApiSubject& subject, const Request& request) {
  GAPLESS_ASSIGN(const auto found, subject.store.run(request.path.at("id")));
  if (!found) return no_such_run(request);
  GAPLESS_ASSIGN(const bool asked, subject.store.request_cancel(found->id));
  if (!asked) return api::problem(409, fmt::format("run {} is not running: {}", found->id, name(found->status)));
  return Reply{.status = 202, .body = {{"run_id", found->id}}};
}

Result<Reply> watch_run(const ApiSubject& subject, const Request& request) {
  const std::string id = request.path.at("id");
  RunFeed* const feed = &subject.commander.feed();
  if (!feed->knows(id)) {
    GAPLESS_ASSIGN(const auto run, subject.store.run(id));
    if (!run) return no_such_run(request);
    return api::problem(
        409, fmt::format("run {} is not one of this process, or long over: GET /api/v1/runs/{} has it", id, id));
  }
  std::uint64_t last = 0;
  std::from_chars(request.last_event_id.data(), request.last_event_id.data() + request.last_event_id.size(), last);
  Reply reply{.content_type = "text/event-stream"};
  reply.events = [feed, id, last](const std::stop_token& stop) mutable -> Result<api::NextEvent> {
    using Kind = api::NextEvent::Kind;
    if (feed->is_over(id, last)) return api::NextEvent{Kind::kEnd, {}};
    const auto event = feed->next(id, last, std::chrono::milliseconds(900), stop);
    if (!event) return api::NextEvent{};
    last = event->number;
    return api::NextEvent{Kind::kEvent, {std::to_string(event->number), event->kind, event->data.dump()}};
  };
  return reply;
}

/// What an endpoint does with the subject.
auto with(const ApiSubject& subject, Result<Reply> (*handle)(const ApiSubject&, const Request&)) {
  return [subject, handle](const Request& request) { return handle(subject, request); };
}

std::vector<Endpoint> run_history(const ApiSubject& subject) {
  const Parameter id{.name = "id", .in = Parameter::In::kPath, .description = "of a run", .schema = run_id_schema()};
  const Json event = object_schema({{"id", text_schema()}, {"event", text_schema()}, {"data", text_schema()}});
  const Parameter limit{.name = "limit",
                        .description = "runs on a page",
                        .schema = {{"type", "integer"}, {"minimum", 1}, {"maximum", 500}, {"default", kRunsAPage}}};
  const Parameter offset{.name = "offset",
                         .description = "runs before it",
                         .schema = {{"type", "integer"}, {"minimum", 0}, {"maximum", 1000000}, {"default", 0}}};
  return {{.method = "GET",
           .path = "/api/v1/runs",
           .operation_id = "list_runs",
           .summary = "the history of runs, the newest first",
           .parameters = {limit, offset},
           .replies = {{200,
                        {"A page; where there is another one, the Link header names it",
                         object_schema({{"runs", array_schema(run_schema())}})}}},
           .handle = with(subject, list_runs)},
          {.method = "GET",
           .path = "/api/v1/runs/{id}",
           .operation_id = "show_run",
           .summary = "one run and its steps",
           .parameters = {id},
           .replies = {{200, {"The run", run_schema()}}},
           .problems = {404},
           .cacheable = true,
           .handle = with(subject, show_run)},
          {.method = "GET",
           .path = "/api/v1/runs/{id}/events",
           .operation_id = "watch_run",
           .summary = "what happens in a run of this process, as it happens",
           .description =
               "Server-sent events: begun, started, step, day and ended. Last-Event-ID goes on where a client was.",
           .parameters = {id},
           .replies = {{200, {"The events, one after the other", event, "text/event-stream"}}},
           .problems = {404, 409},
           .handle = with(subject, watch_run)}};
}

std::vector<Endpoint> run_steering(const ApiSubject& subject) {
  const Json begun_schema = object_schema({{"run_id", text_schema()}, {"job", text_schema()}});
  const Parameter id{.name = "id", .in = Parameter::In::kPath, .description = "of a run", .schema = run_id_schema()};
  return {
      {.method = "POST",
       .path = "/api/v1/runs",
       .operation_id = "start_run",
       .summary = "begin a run of a scheduled job",
       .description = "As gapless run. Answers at once; the run's record, or its events, say what becomes of it.",
       .scope = api::Scope::kOperate,
       .body_schema = start_run_schema(),
       .replies = {{202, {"It is begun", begun_schema}}},
       .handle = with(subject, start_run)},
      {.method = "POST",
       .path = "/api/v1/backfill",
       .operation_id = "start_backfill",
       .summary = "begin a backfill of what is selected",
       .description = "As gapless backfill. Answers at once, as a run of a job does.",
       .scope = api::Scope::kOperate,
       .body_schema = start_backfill_schema(),
       .replies = {{202, {"It is begun", begun_schema}}},
       .problems = {409},
       .handle = with(subject, start_backfill)},
      {.method = "POST",
       .path = "/api/v1/verify",
       .operation_id = "start_verify",
       .summary = "begin to compare what is selected with the source",
       .description = "As gapless verify. Answers at once; the run failed where its record's cells_by_state has "
                      "different ones, which its error names.",
       .scope = api::Scope::kOperate,
       .body_schema = start_verify_schema(),
       .replies = {{202, {"It is begun", begun_schema}}},
       .problems = {409},
       .handle = with(subject, start_verify)},
      {.method = "POST",
       .path = "/api/v1/adopt",
       .operation_id = "start_adopt",
       .summary = "begin to take over what gapless did not write and is right",
       .description = "As gapless adopt, of rows. Answers at once; the run's record says how many cells were adopted "
                      "and refused, and names the first refusal.",
       .scope = api::Scope::kOperate,
       .body_schema = start_adopt_schema(),
       .replies = {{202, {"It is begun", begun_schema}}},
       .problems = {409},
       .handle = with(subject, start_adopt)},
      {.method = "POST",
       .path = "/api/v1/runs/{id}/cancel",
       .operation_id = "cancel_run",
       .summary = "ask a run to stop at the next safe point",
       .scope = api::Scope::kOperate,
       .parameters = {id},
       .replies = {{202, {"It was asked to", object_schema({{"run_id", text_schema()}})}}},
       .problems = {404, 409},
       .handle = with(subject, cancel_run)}};
}

Result<Reply> pause(const ApiSubject& subject, const Request& request) {
  Given given = given_in(request.body);
  if (request.body.contains("reason")) given.add_argument(request.body.at("reason"));
  return reply_of(subject.commander.ask("pause", given));
}

std::vector<Endpoint> steering(const ApiSubject& subject) {
  const Json paused = object_schema(
      {{"paused", {{"type", "boolean"}}}, {"until", text_or_null_schema()}, {"reason", text_or_null_schema()}});
  return {{.method = "POST",
           .path = "/api/v1/pause",
           .operation_id = "pause",
           .summary = "begin no new day until resumed",
           .scope = api::Scope::kOperate,
           .body_schema = pause_body_schema(),
           .replies = {{200, {"It is paused", paused}}},
           .problems = {409},
           .handle = with(subject, pause)},
          {.method = "POST",
           .path = "/api/v1/resume",
           .operation_id = "resume",
           .summary = "end a pause",
           .scope = api::Scope::kOperate,
           .replies = {{200, {"Nothing is paused", paused}}},
           .handle = [subject](const Request&) { return reply_of(subject.commander.ask("resume", {})); }},
          {.method = "POST",
           .path = "/api/v1/reload",
           .operation_id = "reload",
           .summary = "read the configuration anew",
           .description = "A bad one is refused, and the old one stays.",
           .scope = api::Scope::kOperate,
           .replies = {{200, {"It was read", object_schema({{"reloaded", {{"type", "boolean"}}}})}}},
           .problems = {409},
           .handle = [subject](const Request&) -> Result<Reply> {
             if (const Status read = subject.reload(); !read) return refusal(read.error());
             return Reply{.body = {{"reloaded", true}}};
           }}};
}

}  // namespace

std::vector<Endpoint> api_endpoints(const ApiSubject& subject) {
  const Json boolean = {{"type", "boolean"}};
  std::vector<Parameter> plan = selection_parameters();
  plan.push_back({.name = "all", .description = "also cells that need nothing", .schema = boolean});
  plan.push_back({.name = "explain", .description = "with what was compared", .schema = boolean});
  const auto looks = std::make_shared<SharedLooks>();
  std::vector<Endpoint> all = health(subject);
  all.push_back(asking(subject, looks, "status", selection_parameters(), status_schema()));
  all.push_back(asking(subject, looks, "plan", std::move(plan), plan_schema()));
  all.push_back(asking(subject, looks, "explain",
                       {{.name = "team", .description = "the team", .schema = team_schema(), .required = true},
                        {.name = "day", .description = "the day, UTC", .schema = day_schema(), .required = true}},
                       explain_schema()));
  all.push_back(asking(subject, looks, "teams", {}, teams_schema()));
  all.push_back(asking(subject, looks, "query", query_parameters(), query_schema()));
  for (auto part : {run_history(subject), run_steering(subject), steering(subject)})
    for (Endpoint& endpoint : part) all.push_back(std::move(endpoint));
  return all;
}

}  // namespace gapless
