#include "app/daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "app/api_endpoints.h"
#include "app/machine_memory.h"

namespace gapless {
namespace {

constexpr auto kLookAtLeastEvery = std::chrono::hours(1);
/// A clock that is set does not wake anybody up.
constexpr auto kSleepAtMost = std::chrono::seconds(20);

std::vector<Scheduler::Job> jobs_of(const Settings& settings) {
  std::vector<Scheduler::Job> jobs;
  for (const auto& [name, times] : {std::pair{"daily", &settings.daily}, std::pair{"intraday", &settings.intraday},
                                    std::pair{"backfill", &settings.backfill}, std::pair{"verify", &settings.verify}}) {
    Scheduler::Job job{name, std::nullopt};
    if (times->cron) job.schedule = Schedule(*times->cron, times->zone.value_or(settings.time_zone));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

TickOutcome outcome_of(const Commander::Answer& answer) {
  if (answer.document.is_object() && answer.document.value("status", "") == "skipped") return TickOutcome::kSkipped;
  return !answer.outcome.error ? TickOutcome::kStarted : TickOutcome::kFailed;
}

}  // namespace

Daemon::Daemon(CommandRun& serve, Surroundings surroundings, std::shared_ptr<OpenData> data, StopSignals& signals)
    : serve_(serve), data_(std::move(data)), signals_(signals) {
  commander_ =
      std::make_unique<Commander>(data_, serve.configuration(), std::move(surroundings),
                                  [this](const std::string& run_id, const std::string& job, const std::string& error) {
                                    watch_->run_ended(run_id, job, error);
                                    const std::lock_guard lock(mutex_);
                                    look_wanted_ = true;
                                    wake_.notify_all();
                                  });
}

Result<ExitCode> Daemon::run(Services& services, Output& output) {
  GAPLESS_TRY(begin(services, output));
  signals_.on_hangup([this] {
    const std::lock_guard lock(mutex_);
    reload_wanted_ = true;
    wake_.notify_all();
  });
  work();
  manager_.stopping();
  signals_.on_hangup({});
  spdlog::info("stopping");
  gateway_.reset();
  api_.reset();
  socket_.reset();
  commander_.reset();
  std::error_code ignored;
  std::filesystem::remove(data_->directory().daemon_facts(), ignored);
  spdlog::info("stopped");
  return ExitCode::kDone;
}

Status Daemon::begin(Services& services, Output& output) {
  GAPLESS_TRY(data_->directory().make());
  GAPLESS_ASSIGN(lock_, data_->directory().lock());
  GAPLESS_ASSIGN(const Figures figures, services.figures());
  GAPLESS_ASSIGN(Engine * engine, services.engine());
  GAPLESS_ASSIGN(const std::string engine_version, engine->version());
  const Settings& settings = services.settings();
  std::vector<Webhook> webhooks = settings.webhooks;
  for (Webhook& webhook : webhooks) webhook.secret = settings.alerts_secret;
  watch_ = std::make_unique<DaemonWatch>(*figures.store, clock_,
                                         DaemonWatch::Options{.version = std::string(the_manual().version),
                                                              .chdb_version = engine_version,
                                                              .webhooks = std::move(webhooks),
                                                              .oldest_gap_allowed = settings.oldest_gap_allowed});
  scheduler_ =
      std::make_unique<Scheduler>(*figures.store, clock_, jobs_of(settings),
                                  [this, store = figures.store](const DueTick& tick) { start_tick(*store, tick); });
  GAPLESS_ASSIGN(socket_, CommandSocket::listen(data_->directory().daemon_socket(),
                                                [this](const auto& words, const auto& surroundings, const auto& stop) {
                                                  return commander_->run_for_client(words, surroundings, stop);
                                                }));
  GAPLESS_ASSIGN(const std::string address, open_api(*figures.store, settings));
  GAPLESS_ASSIGN(const std::string gateway_address,
                 open_gateway(*engine, settings, services.installation().memory_bytes));
  GAPLESS_TRY(scheduler_->resume());
  GAPLESS_TRY(step());
  write_facts(address, gateway_address);
  std::string at = address.empty() ? "" : ", API at http://" + address;
  if (!gateway_address.empty()) at += ", ClickHouse clients at http://" + gateway_address;
  spdlog::info("gapless {} serves {} (process {}){}", the_manual().version, services.data_directory().string(),
               getpid(), at);
  output.text(fmt::format("serving {}{}\n", services.data_directory().string(), at));
  GAPLESS_TRY(output.finish());
  manager_.ready("waiting for the next tick");
  return {};
}

Result<std::string> Daemon::open_api(StateStore& store, const Settings& settings) {
  std::string listen = serve_.given().value("--listen").value_or(settings.listen);
  if (listen.empty() || listen == "off") return "";
  api::ApiOptions options{.listen = std::move(listen),
                          .tokens = settings.api_tokens,
                          .allowed_hosts = settings.allowed_hosts,
                          .allowed_origins = settings.allowed_origins,
                          .on_answer =
                              [this](const api::Answered& one) {
                                watch_->metrics().answered({one.method, one.endpoint, one.status, one.took});
                              },
                          .version = std::string(the_manual().version)};
  const ApiSubject subject{*commander_, *watch_, store, [this] { return reload(); }};
  GAPLESS_ASSIGN(api_, api::ApiServer::start(std::move(options), api_endpoints(subject)));
  return api_->address();
}

Result<std::string> Daemon::open_gateway(Engine& engine, const Settings& settings, std::uint64_t machine_memory) {
  if (settings.gateway_listen.empty()) return "";
  if (settings.engine_shards.size() > 1)
    return fail(Fault::kInvalidInput,
                "gateway.listen: the gateway answers from one engine, and engine.shards names several servers; clients"
                " can ask these themselves");
  if (settings.gateway_tokens.empty())
    spdlog::warn("gateway.tokens names nobody, so that the gateway refuses everybody; add a token's SHA-256 to it");
  const std::string& database = settings.database.text();
  gateway::GatewayOptions options{.listen = settings.gateway_listen,
                                  .tokens = settings.gateway_tokens,
                                  .database = database,
                                  .databases = {database},
                                  .max_execution_time = settings.gateway_timeout,
                                  .max_memory_bytes = resolve(settings.gateway_memory, machine_memory),
                                  .max_result_rows = settings.gateway_max_result_rows};
  GAPLESS_ASSIGN(gateway_, gateway::Gateway::start(options, engine));
  return gateway_->address();
}

void Daemon::write_facts(const std::string& address, const std::string& gateway_address) const {
  const Json facts = {{"pid", getpid()},
                      {"version", the_manual().version},
                      {"address", text_or_null(address)},
                      {"gateway", text_or_null(gateway_address)},
                      {"started_at", format_instant(std::chrono::floor<std::chrono::seconds>(clock_.now()))}};
  const mode_t before = umask(0077);
  std::ofstream(data_->directory().daemon_facts()) << to_text(facts);
  umask(before);
}

void Daemon::start_tick(StateStore& store, const DueTick& tick) {
  Given given;
  given.add_argument(tick.job);
  const std::string run_id = commander_->start("run", given, "schedule", [this, &store, tick](const auto& answer) {
    watch_->metrics().ticked(tick.job, outcome_of(answer));
    if (const Status done = store.finish_tick(tick.job, tick.instant); !done)
      spdlog::warn("the tick of {} stays unfinished, and is run again at the next start: {}", tick.job,
                   done.error().message);
  });
  spdlog::info("tick of {} at {}: run {}", tick.job, format_instant(tick.instant), run_id);
}

Status Daemon::reload() {
  manager_.reloading();
  ParsedLine line{ParsedLine::Wish::kRun, &serve_.command(), serve_.given()};
  const CommandRun fresh(std::move(line), commander_->surroundings());
  if (fresh.problem()) {
    spdlog::error("the configuration was read anew and refused, the old one stays: {}", fresh.problem()->message);
    watch_->metrics().configuration_reloaded(ReloadOutcome::kRefused);
  } else {
    commander_->set_configuration(fresh.configuration());
    const std::lock_guard lock(schedule_mutex_);
    scheduler_->set_jobs(jobs_of(fresh.settings()));
    spdlog::info("the configuration was read anew");
    watch_->metrics().configuration_reloaded(ReloadOutcome::kApplied);
  }
  manager_.ready("waiting for the next tick");
  return fresh.problem() ? Status(fail(*fresh.problem())) : Status();
}

Result<std::optional<Instant>> Daemon::step() {
  const Instant now = clock_.now();
  const std::lock_guard lock(schedule_mutex_);
  for (const Scheduler::Job& job : scheduler_->jobs())
    watch_->metrics().next_tick(job.name, job.schedule ? job.schedule->next_after(now) : std::nullopt);
  return scheduler_->step();
}

void Daemon::look() {
  Console console(stderr, {});
  Output nowhere(stdout, console, {OutputFormat::kJson, Verbosity::kQuiet});
  const auto services = commander_->services(signals_.token());
  if (const Status looked = watch_->look(*services, nowhere); !looked && looked.error().fault != Fault::kCancelled)
    watch_->look_failed(looked.error());
}

void Daemon::work() {
  auto looked_at = std::chrono::steady_clock::now();  // or nearly: look_wanted_ is set
  const std::stop_token stop = signals_.token();
  std::string last_problem;
  while (!stop.stop_requested()) {
    bool reload_wanted = false, look_wanted = false;
    {
      const std::lock_guard lock(mutex_);
      reload_wanted = std::exchange(reload_wanted_, false);
      look_wanted = std::exchange(look_wanted_, false);
    }
    if (reload_wanted) static_cast<void>(reload());
    const auto next = step();
    const std::string problem = next ? "" : next.error().message;
    if (!problem.empty() && problem != last_problem)
      spdlog::error("the schedule cannot be looked at, and is again in {} s: {}", kSleepAtMost.count(), problem);
    last_problem = problem;
    const auto now = std::chrono::steady_clock::now();
    if (look_wanted || now - looked_at > kLookAtLeastEvery) {
      look();
      looked_at = now;
    }
    manager_.alive();
    std::chrono::milliseconds sleep = kSleepAtMost;
    if (manager_.watchdog_interval())
      sleep = std::min(sleep, std::chrono::floor<std::chrono::milliseconds>(*manager_.watchdog_interval() / 3));
    if (next && *next)
      sleep = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(**next - clock_.now()),
                         std::chrono::milliseconds(0), sleep);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, sleep, [this] { return reload_wanted_ || look_wanted_; });
  }
}

}  // namespace gapless
