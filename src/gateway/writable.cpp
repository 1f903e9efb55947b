#include <fmt/format.h>

#include "engine/statement_id.h"
#include "gateway/runner.h"
#include "gateway/setting_policy.h"
#include "gateway/sql.h"
#include "util/parse_number.h"
#include "util/waiting.h"

namespace gapless::gateway {
namespace {

constexpr auto kBetweenLooks = std::chrono::milliseconds(10);
constexpr std::uint64_t kMostKilled = 1000;

OrFailure<double> number_in(const std::string& name, const std::string& value) {
  if (const auto number = parse_number<double>(value); number && *number >= 0) return *number;
  return failed(code::kBadArguments, fmt::format("Setting {} must be a number", name));
}

class WritableRunner final : public Runner {
 public:
  WritableRunner(Engine& engine, const GatewayOptions& options, const Running& running)
      : engine_(engine), options_(options), running_(running) {}

  OrFailure<void> run(const Job& job, AnswerOptions answer, http::ReplyWriter& writer) override {
    StatementOptions options;
    options.deadline = options_.max_execution_time;
    options.memory_limit_bytes = options_.max_memory_bytes;
    options.stop = job.stop;
    options.database = job.request.database.empty() ? options_.database : job.request.database;
    options.read_only = job.must_only_read;
    if (check_statement_id(job.query_id)) options.id = job.query_id;
    GAPLESS_TRY_FAILURE(apply(job.request.settings, options));
    // Rows may be many, and are not looked into for what they might mean.
    const bool has_query = job.request.query && !job.request.query->empty();
    StatementText apart = take_apart(with_query_ids(has_query ? *job.request.query : job.body));
    if (apart.is_insert_of_rows) return insert(apart, has_query ? job.body : "", job, options, answer, writer);
    if (has_query && !job.body.empty()) apart = take_apart(with_query_ids(*job.request.query + "\n" + job.body));
    if (apart.is_insert_of_rows) return insert(apart, "", job, options, answer, writer);
    if (const auto kill = parse_kill(apart.text)) return run_kill(*kill, apart.format, job, answer, writer);
    run_prepared(engine_, {statement(apart.text, job), options, format_of(apart.format, job)}, std::move(answer),
                 writer);
    return {};
  }

 private:
  static Statement statement(std::string text, const Job& job) {
    Statement made(std::move(text));
    for (const auto& [name, value] : job.request.values) made.bind_escaped(name, value);
    return made;
  }

  static std::string format_of(const std::string& in_text, const Job& job) {
    if (!in_text.empty()) return in_text;
    return job.request.format.empty() ? "TabSeparated" : job.request.format;
  }

  OrFailure<void> apply(const std::map<std::string, std::string>& settings, StatementOptions& options) {
    std::vector<std::string> names;
    for (const auto& [name, value] : settings)
      if (!is_of_transport(name)) names.push_back(name);
    const auto known = known_settings(engine_, names);
    if (!known) return tl::unexpected<Failure>(known.error());
    for (const std::string& name : names) {
      const std::string& value = settings.at(name);
      if (!known->contains(name)) return failed(code::kUnknownSetting, fmt::format("Unknown setting '{}'", name));
      if (name != "max_execution_time" && name != "max_memory_usage" && name != "readonly") {
        options.settings[name] = value;
        continue;
      }
      const auto number = number_in(name, value);
      if (!number) return tl::unexpected<Failure>(number.error());
      if (name == "readonly") options.read_only = options.read_only || *number > 0;
      if (name == "max_memory_usage") options.memory_limit_bytes = static_cast<std::uint64_t>(*number);
      if (name == "max_execution_time" && *number > 0)
        options.deadline = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(*number));
    }
    return {};
  }

  OrFailure<void> insert(const StatementText& apart, const std::string& body, const Job& job,
                         const StatementOptions& options, AnswerOptions& answer, http::ReplyWriter& writer) {
    if (options.read_only)
      return failed(code::kReadOnly, "Cannot execute query in readonly mode: send an INSERT by POST");
    const auto write = [&]() -> Result<Stats> {
      GAPLESS_ASSIGN(auto stream, engine_.insert(statement(apart.text, job), apart.format, options));
      GAPLESS_TRY(stream->append(apart.rows));
      GAPLESS_TRY(stream->append(body));
      return stream->finish();
    };
    const auto stats = write();
    if (!stats) return tl::unexpected<Failure>(failure_of(stats.error()));
    answer.format = format_of("", job);
    Answer(std::move(answer), writer).finish(*stats);
    return {};
  }

  /// chDB has no query ids, so that the engine cannot kill by them.
  OrFailure<void> run_kill(const KillQuery& kill, const std::string& format, const Job& job, AnswerOptions& answer,
                           http::ReplyWriter& writer) {
    StatementOptions options;
    options.max_result_rows = kMostKilled;
    const std::string find =
        with_query_ids("SELECT query_id FROM system.processes WHERE query_id != '' AND (" + kill.condition + ")");
    const auto rows = engine_.select(statement(find, job), options);
    if (!rows) return tl::unexpected<Failure>(failure_of(rows.error()));
    std::vector<std::string> killed;
    for (std::size_t row = 0; row < rows->size(); ++row)
      if (running_.has(rows->text(row, 0))) killed.push_back(rows->text(row, 0));
    for (const std::string& id : killed)
      if (const Status asked = engine_.cancel(id); !asked) return tl::unexpected<Failure>(failure_of(asked.error()));
    for (const std::string& id : killed)
      while (kill.waits && running_.has(id) && wait_unless_stopped(kBetweenLooks, job.stop)) {
      }
    Statement tell(
        "SELECT {status:String} AS kill_status, arrayJoin({ids:Array(String)}) AS query_id, 'default' AS user, "
        "'' AS query");
    tell.bind("status", kill.waits ? "finished" : "waiting").bind("ids", killed);
    run_prepared(engine_, {std::move(tell), {}, format_of(format, job)}, std::move(answer), writer);
    return {};
  }

  Engine& engine_;
  const GatewayOptions options_;
  const Running& running_;
};

}  // namespace

std::unique_ptr<Runner> make_writable_runner(Engine& engine, const GatewayOptions& options, const Running& running) {
  return std::make_unique<WritableRunner>(engine, options, running);
}

}  // namespace gapless::gateway
