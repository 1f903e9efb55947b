#include "app/commander.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/log.h"
#include "cli/memory_file.h"
#include "cli/run_job.h"
#include "cli/runs_view.h"

namespace gapless {
namespace {

void log_lines(std::string_view command, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty()) spdlog::warn("{}: {}", command, line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

}  // namespace

Commander::Commander(std::shared_ptr<OpenData> data, Configuration configuration, Surroundings surroundings,
                     OnRunEnd on_run_end)
    : data_(std::move(data)),
      surroundings_(std::move(surroundings)),
      on_run_end_(std::move(on_run_end)),
      configuration_(std::move(configuration)) {}

Commander::~Commander() {
  for (Task& task : tasks_) task.thread.request_stop();
  tasks_.clear();
}

Configuration Commander::configuration() const {
  const std::lock_guard lock(mutex_);
  return configuration_;
}

void Commander::set_configuration(Configuration configuration) {
  const std::lock_guard lock(mutex_);
  configuration_ = std::move(configuration);
}

std::string Commander::job_of(const CommandSpec& command, const Given& given) {
  if (command.name == "run" && !given.arguments().empty()) return given.arguments().front();
  if (command.name == "backfill" && !given.has("--dry-run")) return "manual";
  if (command.name == "adopt" && !given.has("--take-over")) return "adopt";
  if (command.name == "targets rebuild") return "rebuild";
  return command.name == "forget" || command.name == "verify" ? std::string(command.name) : "";
}

CommandRun::Outcome Commander::watched(CommandRun& run, const Given& given, RunOrigin origin, std::stop_token stop) {
  const std::string job = job_of(run.command(), given);
  if (job.empty()) return run.run(data_, std::move(stop), std::move(origin));
  if (!origin.run_id) origin.run_id = make_run_id(SystemClock().now());
  const std::string run_id = *origin.run_id;
  const RunEvents teller = feed_.teller(run_id);
  origin.also_tell = &teller;
  CommandRun::Outcome outcome = run.run(data_, std::move(stop), std::move(origin));
  const std::string error = outcome.error ? outcome.error->message : "";
  feed_.ended(run_id, record_of(run_id, error));
  on_run_end_(run_id, job, error);
  return outcome;
}

Json Commander::record_of(const std::string& run_id, const std::string& error) const {
  if (const auto store = services({})->store())
    if (const auto run = (*store)->run(run_id); run && *run) return run_record_json(**run);
  return {{"run_id", run_id}, {"status", name(RunStatus::kFailed)}, {"error", text_or_null(error)}};
}

Commander::Answer Commander::ask(std::string_view command, const Given& given, RunOrigin origin, std::stop_token stop) {
  const MemoryFile out, err;
  Configuration configuration = this->configuration();
  configuration.settings.output = OutputFormat::kJson;
  configuration.settings.verbosity = Verbosity::kQuiet;
  configuration.settings.colour = Colour::kNever;
  ParsedLine line{ParsedLine::Wish::kRun, find_command(command), given};
  CommandRun run(std::move(line), {surroundings_.environment, surroundings_.workplace, out.get(), err.get()},
                 std::move(configuration));
  Answer answer{watched(run, given, std::move(origin), std::move(stop)), nullptr};
  answer.document = Json::parse(out.content(), nullptr, false);
  if (answer.document.is_discarded()) answer.document = nullptr;
  if (!answer.outcome.error) log_lines(command, err.content());
  return answer;
}

std::string Commander::start(std::string_view command, const Given& given, std::string trigger,
                             std::function<void(const Answer&)> then) {
  std::string run_id = make_run_id(SystemClock().now());
  feed_.expect(run_id);
  const std::lock_guard lock(mutex_);
  std::erase_if(tasks_, [](const Task& task) { return task.is_done.load(); });
  Task& task = tasks_.emplace_back();
  task.thread = std::jthread([this, &task, command = std::string(command), given, trigger = std::move(trigger), run_id,
                              then = std::move(then)](const std::stop_token& stop) {
    const Answer answer = ask(command, given, {trigger, run_id, nullptr}, stop);
    if (then) then(answer);
    task.is_done = true;
  });
  return run_id;
}

Status Commander::wait_for_record(const std::string& run_id, const std::stop_token& stop) const {
  constexpr std::chrono::seconds kLongest{10};  // the engine is open: it takes as long as the store takes
  const auto first = feed_.next(run_id, 0, kLongest, stop);
  if (!first || first->kind == "ended") {
    const std::string why = first ? first->data.value("error", Json()).dump() : "it is not in the history yet";
    return fail(Fault::kUnavailable, fmt::format("run {} was not begun: {}", run_id, why));
  }
  return {};
}

CommandRun::Outcome Commander::run_for_client(const std::vector<std::string>& words, const Surroundings& surroundings,
                                              const std::stop_token& stop) {
  auto line = parse_command_line(words);
  if (!line || line->wish != ParsedLine::Wish::kRun) {
    const std::string why = line ? "only commands are forwarded" : line.error().message;
    fmt::print(surroundings.err, "error: {}\n", why);
    return {ExitCode::kUsage, false, Error{Fault::kInvalidInput, 0, why}};
  }
  const Given given = line->given;
  CommandRun run(std::move(*line), surroundings);
  const CommandLog log(run.console(), run.settings());
  return watched(run, given, {}, stop);
}

std::unique_ptr<Services> Commander::services(std::stop_token stop) const {
  return std::make_unique<LocalServices>(
      LocalServices::Parts{configuration(), std::nullopt, {}, data_, surroundings_.workplace, std::move(stop), {}});
}

}  // namespace gapless
