#include <fmt/format.h>
#include <array>

#include <algorithm>
#include <mutex>

#include "engine/tokens.h"
#include "gateway/policy.h"
#include "gateway/runner.h"
#include "gateway/setting_policy.h"
#include "gateway/sql.h"
#include "util/ascii.h"

namespace gapless::gateway {
namespace {

constexpr std::uint64_t kMostNames = 100'000;
constexpr std::uint64_t kMostNodes = 200'000;
constexpr std::string_view kUsualFormat = "TabSeparated";
/// As clients call it that were not told another.
constexpr std::string_view kUsualDatabase = "default";

/// Names in which a line end or the like would be written with a backslash: a syntax tree shows them as they are, and what
/// is read there must be one line a node.
bool has_odd_name(std::string_view formatted) {
  return std::ranges::any_of(sql_tokens(formatted), [&](const SqlToken& token) {
    const std::string_view text = formatted.substr(token.begin, token.end - token.begin);
    return (token.text == "`" || token.text == "\"") && text.find('\\') != std::string_view::npos;
  });
}

bool has_odd_value(const std::map<std::string, std::string>& values) {
  return std::ranges::any_of(values, [](const auto& value) {
    return std::ranges::any_of(value.second, [](char c) { return is_control(c) || c == '\\'; });
  });
}

class ReadOnlyRunner final : public Runner {
 public:
  ReadOnlyRunner(Engine& engine, const GatewayOptions& options) : engine_(engine), options_(options) {}

  OrFailure<void> run(const Job& job, AnswerOptions answer, http::ReplyWriter& writer) override {
    auto prepared = prepare(job);
    if (!prepared) return tl::unexpected<Failure>(std::move(prepared.error()));
    run_prepared(engine_, *prepared, std::move(answer), writer);
    return {};
  }

 private:
  OrFailure<Prepared> prepare(const Job& job) {
    auto formatted = say_back(job);
    if (!formatted) return tl::unexpected<Failure>(std::move(formatted.error()));
    const StatementText apart = take_apart(*formatted);
    GAPLESS_TRY_FAILURE(check_text(apart, *formatted, job));
    std::size_t clauses = 0;
    auto in_text = settings_of(apart.text, clauses);
    if (!in_text)
      return failed(code::kReadOnly, "a SETTINGS clause may have plain numbers and words alone as values here");
    Prepared prepared{Statement(apart.text), base_options(job),
                      apart.format.empty() ? std::string(kUsualFormat) : apart.format};
    if (apart.format.empty() && !job.request.format.empty()) prepared.format = job.request.format;
    GAPLESS_TRY_FAILURE(check_format(prepared.format));
    GAPLESS_TRY_FAILURE(apply(job.request.settings, From::kUrl, prepared.options));
    // What a SETTINGS clause says the engine takes as it stands; that of a subquery even where readonly forbids it.
    GAPLESS_TRY_FAILURE(apply(*in_text, From::kText, prepared.options));
    GAPLESS_TRY_FAILURE(choose_database(job.request.database, prepared.options.database));
    for (const auto& [name, value] : job.request.values) prepared.statement.bind_escaped(name, value);
    GAPLESS_TRY_FAILURE(judge(prepared, clauses));
    return prepared;
  }

  StatementOptions base_options(const Job& job) const {
    StatementOptions options;
    options.deadline = options_.max_execution_time;
    options.memory_limit_bytes = options_.max_memory_bytes;
    options.stop = job.stop;
    options.read_only = true;
    options.settings = {{"max_result_rows", std::to_string(options_.max_result_rows)},
                        {"max_result_bytes", std::to_string(options_.max_result_bytes)},
                        {"result_overflow_mode", "throw"}};
    return options;
  }

  /// The statement as the engine's own parser has understood it: one, without comments, every name and string quoted in
  /// one way. What is judged is this, and so is what is run.
  OrFailure<std::string> say_back(const Job& job) {
    std::string text = job.request.query.value_or("");
    if (!text.empty() && !job.body.empty()) text += '\n';
    text += job.body;
    Statement ask("SELECT formatQuerySingleLine({query:String}) AS query");
    StatementOptions options = base_options(job);
    options.settings.clear();
    const auto rows = engine_.select(ask.bind("query", text), options);
    if (rows && rows->size() == 1) return rows->text(0, 0);
    if (rows) return failed(code::kSyntaxError, "the statement cannot be read");
    Failure failure = failure_of(rows.error());
    failure.text.erase(std::min(failure.text.find(": In scope SELECT formatQuery"), failure.text.size()));
    return tl::unexpected<Failure>(std::move(failure));
  }

  static OrFailure<void> check_text(const StatementText& apart, std::string_view formatted, const Job& job) {
    if (apart.is_insert_of_rows)
      return failed(code::kReadOnly, "Cannot execute query in readonly mode: nothing is written here");
    if (has_into_outfile(formatted)) return failed(code::kReadOnly, "INTO OUTFILE is not allowed here");
    if (has_odd_name(formatted))
      return failed(code::kReadOnly, "names with backslashes, line ends or quotes in them are not allowed here");
    if (formatted.find(":Identifier}") != std::string_view::npos && has_odd_value(job.request.values))
      return failed(code::kReadOnly, "beside {name:Identifier}, values may have no backslash and no line end");
    return {};
  }

  enum class From { kUrl, kText };
  OrFailure<void> apply(const std::map<std::string, std::string>& settings, From from, StatementOptions& options) {
    const SettingLimits limits{
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(options_.max_execution_time).count()),
        options_.max_memory_bytes, options_.max_result_rows, options_.max_result_bytes};
    for (const auto& [name, value] : settings) {
      const auto use = judge_setting(name, value, limits);
      if (!use) return tl::unexpected<Failure>(use.error());
      if (*use == SettingUse::kRefused || (*use == SettingUse::kIgnored && from == From::kText))
        return refuse_setting(name);
      if (*use == SettingUse::kIgnored) continue;
      if (name == "max_execution_time")
        options.deadline = std::chrono::seconds(std::stoull(value));
      else if (name == "max_memory_usage")
        options.memory_limit_bytes = std::stoull(value);
      else
        options.settings[name] = value;
    }
    return {};
  }

  OrFailure<void> refuse_setting(const std::string& name) {
    auto known = known_settings(engine_, {name});
    if (!known) return tl::unexpected<Failure>(std::move(known.error()));
    if (known->contains(name))
      return failed(code::kReadOnly, fmt::format("Cannot modify '{}' setting in readonly mode", name));
    return failed(code::kUnknownSetting, fmt::format("Unknown setting '{}'", name.substr(0, 100)));
  }

  OrFailure<void> choose_database(const std::string& wanted, std::string& database) const {
    database = wanted.empty() || wanted == kUsualDatabase ? options_.database : wanted;
    if (options_.databases.contains(database) || database == "system" ||
        ascii_lowered(database) == "information_schema")
      return {};
    return failed(code::kAccessDenied,
                  fmt::format("Not enough privileges: the database {} cannot be read here", database.substr(0, 100)));
  }

  OrFailure<void> judge(const Prepared& prepared, std::size_t clauses) {
    Statement explain("EXPLAIN AST " + prepared.statement.text());
    for (const auto& parameter : prepared.statement.parameters()) explain.bind_escaped(parameter.name, parameter.value);
    StatementOptions options = prepared.options;
    options.max_result_rows = kMostNodes;
    options.settings.erase("max_result_bytes");  // it is not the tree that is limited
    const auto rows = engine_.select(explain, options);
    if (!rows) return tl::unexpected<Failure>(failure_of(rows.error()));
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < rows->size(); ++row) lines.push_back(rows->text(row, 0));
    GAPLESS_TRY_FAILURE(check_show(lines, prepared.statement.text()));
    auto functions = names_of("SELECT lower(name) AS name FROM system.functions WHERE origin = 'System'", functions_);
    if (!functions) return tl::unexpected<Failure>(std::move(functions.error()));
    const auto open = judge_tree(lines, {options_.databases, prepared.options.database, std::move(*functions)});
    if (!open) return tl::unexpected<Failure>(open.error());
    if (open->settings_clauses > clauses)
      return failed(code::kReadOnly, "a SETTINGS clause that cannot be read is not allowed here");
    return check_no_own_functions(open->perhaps_functions);
  }

  /// Of SHOW the tree has no conditions, but the engine runs them.
  static OrFailure<void> check_show(const std::vector<std::string>& tree, std::string_view text) {
    const bool shows = std::ranges::any_of(tree, [](const std::string& line) {
      return std::ranges::any_of(std::array{"ShowTables", "ShowColumns", "ShowIndexes", "ShowFunctions"},
                                 [&](const char* node) { return line.find(node) != std::string::npos; });
    });
    if (!shows) return {};
    for (const SqlToken& token : sql_tokens(text))
      if (token.text == "WHERE" || token.text == "(")
        return failed(code::kReadOnly,
                      "SHOW has no WHERE and no expressions here; read system.tables or system.columns");
    return {};
  }

  OrFailure<void> check_no_own_functions(const std::set<std::string>& names) {
    if (names.empty()) return {};
    Statement ask("SELECT name FROM system.functions WHERE origin != 'System' AND name IN {names:Array(String)}");
    const auto rows = engine_.select(ask.bind("names", std::vector<std::string>(names.begin(), names.end())), {});
    if (!rows) return tl::unexpected<Failure>(failure_of(rows.error()));
    if (rows->size() == 0) return {};
    return failed(code::kUnknownFunction, fmt::format("Function with name {} does not exist", rows->text(0, 0)));
  }

  /// What the engine has of a kind, in lower case: asked for once.
  OrFailure<std::set<std::string>> names_of(const char* query, std::set<std::string>& kept) {
    const std::lock_guard lock(mutex_);
    if (!kept.empty()) return kept;
    StatementOptions options;
    options.max_result_rows = kMostNames;
    const auto rows = engine_.select(Statement(query), options);
    if (!rows) return tl::unexpected<Failure>(failure_of(rows.error()));
    for (std::size_t row = 0; row < rows->size(); ++row) kept.insert(rows->text(row, 0));
    return kept;
  }

  /// The embedded engine has formats beside, for its host language, which leave the result in its memory.
  OrFailure<void> check_format(const std::string& format) {
    const auto formats = names_of("SELECT lower(name) AS name FROM system.formats WHERE is_output", formats_);
    if (!formats) return tl::unexpected<Failure>(formats.error());
    if (formats->contains(ascii_lowered(format))) return {};
    return failed(code::kUnknownFormat, fmt::format("Unknown format {}", format.substr(0, 100)));
  }

  Engine& engine_;
  const GatewayOptions options_;
  std::mutex mutex_;
  std::set<std::string> functions_;  ///< guarded by mutex_, as the next
  std::set<std::string> formats_;
};

}  // namespace

std::unique_ptr<Runner> make_read_only_runner(Engine& engine, const GatewayOptions& options) {
  return std::make_unique<ReadOnlyRunner>(engine, options);
}

}  // namespace gapless::gateway
