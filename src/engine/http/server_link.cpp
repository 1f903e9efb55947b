#include "engine/http/server_link.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/fault_codes.h"
#include "engine/http/exception_scanner.h"
#include "engine/http/query_id.h"
#include "engine/http/server_url.h"
#include "engine/http/server_version.h"
#include "util/ascii.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLongestErrorBody = std::size_t{64} << 10U;
constexpr std::string_view kQuestion = "gapless-question";
constexpr std::string_view kExceptionSetting = "http_write_exception_in_output_format";
constexpr std::string_view kOverflowMode = "_overflow_mode";
constexpr std::string_view kThrow = "throw";
// A profile may have them otherwise, and then results are others, without a word.
const std::map<std::string, std::string, std::less<>> kSafeSettings = {{"additional_result_filter", ""},
                                                                       {"additional_table_filters", "{}"},
                                                                       {"aggregate_functions_null_for_empty", "0"},
                                                                       {"final", "0"},
                                                                       {"join_default_strictness", "ALL"},
                                                                       {"join_use_nulls", "0"},
                                                                       {"limit", "0"},
                                                                       {"offset", "0"},
                                                                       {"transform_null_in", "0"},
                                                                       {"use_query_cache", "0"}};
// A shorter one would be found in words that are none; nothing repeats passwords anyway.
constexpr std::size_t kShortestHidden = 4;

Status check_header_value(std::string_view what, std::string_view value) {
  if (std::ranges::none_of(value, is_control)) return {};
  return fail(Fault::kInvalidInput,
              fmt::format("the {} for ClickHouse has a line feed or another control character in it", what));
}

std::string accepted_encodings(HttpCompression compression, const ServerUrl& url) {
  const bool wanted =
      compression == HttpCompression::kAlways || (compression == HttpCompression::kWhereRemote && !url.is_loopback());
  if (!wanted) return {};
  const bool zstd = (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ZSTD) != 0;
  return zstd ? "zstd, gzip" : "gzip";
}

std::string without(std::string text, const std::string& secret) {
  constexpr std::string_view kHidden = "[hidden]";
  if (secret.size() < kShortestHidden) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHidden.size()))
    text.replace(at, secret.size(), kHidden);
  return text;
}

Result<Stats> end_in_log(const Rows& rows) {
  if (rows.text(0, 0) != "QueryFinish") return fail(parse_clickhouse_error(rows.text(0, 1)));
  Stats stats;
  GAPLESS_ASSIGN(stats.rows_read, rows.u64(0, 2));
  GAPLESS_ASSIGN(stats.bytes_read, rows.u64(0, 3));
  GAPLESS_ASSIGN(stats.rows_written, rows.u64(0, 4));
  GAPLESS_ASSIGN(stats.bytes_written, rows.u64(0, 5));
  return stats;
}

}  // namespace

Result<std::shared_ptr<ServerLink>> ServerLink::open(const HttpEngineOptions& options) {
  if (!curl_is_ready()) return fail(Fault::kInternal, "libcurl cannot be initialized");
  GAPLESS_ASSIGN(const ServerUrl url, ServerUrl::parse(options.url));
  GAPLESS_TRY(check_header_value("user", options.user));
  GAPLESS_TRY(check_header_value("password", options.password));
  HttpTarget target{.url = url.text(),
                    .user = options.user,
                    .password = options.password,
                    .ca_file = options.ca_file.string(),
                    .accept_encoding = accepted_encodings(options.compression, url),
                    .connect_timeout = options.patience.connect};
  const bool compresses = !target.accept_encoding.empty();
  const std::shared_ptr<ServerLink> link(new ServerLink(options, std::move(target)));
  link->url_ = url.text();
  link->compresses_ = compresses;
  if (const Status looked = link->look(); !looked) return fail(link->located(looked.error()));
  return link;
}

Status ServerLink::look() {
  GAPLESS_TRY(check_version());
  GAPLESS_ASSIGN(const Rows rows,
                 ask_with(Statement("SELECT toUInt64(getSetting('readonly')) AS readonly"), {}, patience().question));
  if (rows.size() != 1) return fail(Fault::kCorrupt, "the server does not say what its user may do");
  GAPLESS_ASSIGN(const std::uint64_t readonly, rows.u64(0, 0));
  if (readonly == 1)
    return fail(Fault::kInvalidInput, fmt::format("user '{}' may not even set a time limit (readonly = 1): give it a "
                                                  "profile with readonly = 0, or 2 to look only",
                                                  options_.user));
  reads_only_ = readonly != 0;
  return check_settings();
}

// By itself, since an old server does not know what else is asked.
Status ServerLink::check_version() {
  const std::string query_id = new_query_id(kQuestion);
  ReplyHead head;
  auto rows = ask_for(Statement("SELECT version() AS version"), {{"query_id", query_id}}, patience().question, head);
  keeps_query_ids_ = head.query_id() == query_id;
  if (!rows && rows.error().fault == Fault::kCorrupt)
    return fail(Fault::kInvalidInput, fmt::format("no ClickHouse answers there: {}", rows.error().message));
  if (!rows) return fail(std::move(rows.error()));
  if (rows->size() != 1) return fail(Fault::kCorrupt, "the server does not say its version");
  GAPLESS_ASSIGN(const ServerVersion version, ServerVersion::parse(rows->text(0, 0)));
  if (version >= kOldestServer) return {};
  return fail(Fault::kInvalidInput, fmt::format("ClickHouse {} is too old: {}.{} or newer is needed", rows->text(0, 0),
                                                kOldestServer.year, kOldestServer.month));
}

/// Also finds out where the user's profile has other words for a limit than "throw": they would cut results short, and
/// say nothing.
Status ServerLink::check_settings() {
  std::vector<std::string> names = {std::string(kExceptionSetting)};
  for (const auto& [name, value] : options_.settings) names.push_back(name);
  Statement known(
      "SELECT name, value FROM system.settings WHERE name IN {names:Array(String)} OR name LIKE "
      "'%\\_overflow\\_mode%'");
  GAPLESS_ASSIGN(const Rows rows, ask_with(known.bind("names", names), {}, patience().question));
  GAPLESS_TRY(rows.expect({"name", "value"}));
  std::set<std::string, std::less<>> there;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string& name = rows.text(row, 0);
    there.insert(name);
    if (name == kExceptionSetting) corrections_.emplace(name, "0");
    if (const auto safe = kSafeSettings.find(name); safe != kSafeSettings.end() && rows.text(row, 1) != safe->second)
      corrections_.emplace(name, safe->second);
    if (name.find(kOverflowMode) != std::string::npos && rows.text(row, 1) != kThrow)
      corrections_.emplace(name, kThrow);
  }
  return check_own_settings(there);
}

Status ServerLink::check_own_settings(const std::set<std::string, std::less<>>& there) {
  for (const auto& [name, value] : options_.settings) {
    if (!there.contains(name))
      return fail(Fault::kInvalidInput, fmt::format("the server has no setting '{}'", in_one_line(name)));
    const auto taken = ask_with(Statement("SELECT 1 AS one"), {{name, value}}, patience().question);
    if (taken || taken.error().code == 0) continue;
    return fail(Fault::kInvalidInput, fmt::format("the server's setting '{}' cannot be '{}': {}", name,
                                                  in_one_line(value), taken.error().message));
  }
  return {};
}

HttpSettings ServerLink::common_settings() const {
  HttpSettings settings = options_.settings;
  settings.try_emplace("session_timezone", "UTC");  // what a timestamp says must not depend on the server's place
  if (options_.threads != 0) settings.try_emplace("max_threads", std::to_string(options_.threads));
  if (options_.priority != 0) settings.try_emplace("priority", std::to_string(options_.priority));
  if (compresses_) settings.try_emplace("enable_http_compression", "1");
  for (const auto& [name, value] : corrections_) settings.try_emplace(name, value);
  return settings;
}

Result<Rows> ServerLink::ask(const Statement& statement, milliseconds at_most) {
  return ask_with(statement, {{"session_timezone", "UTC"}, {"wait_end_of_query", "1"}}, at_most);
}

Result<Rows> ServerLink::ask_with(const Statement& statement, HttpSettings settings, milliseconds at_most) {
  const std::string query_id = new_query_id(kQuestion);
  settings["query_id"] = query_id;
  ReplyHead head = expected_of(query_id);
  return ask_for(statement, settings, at_most, head);
}

Result<Rows> ServerLink::ask_for(const Statement& statement, HttpSettings settings, milliseconds at_most,
                                 ReplyHead& head) {
  settings["default_format"] = kHttpRowsFormat;
  StatementForm form = statement_form(statement, settings);
  std::string body;
  HttpExchange exchange{.query = form.query.text(),
                        .content_type = std::move(form.content_type),
                        .body = std::move(form.body),
                        .upload = {},
                        .on_header = [&head](std::string_view line) { return head.take(line); },
                        .on_body =
                            [&body](std::string_view bytes) {
                              body += bytes;
                              return true;
                            }};
  const auto lease = channel();
  GAPLESS_TRY(lease->begin(std::move(exchange)));
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (!lease->ended()) {
    const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
    if (left <= milliseconds(0))
      return fail(Fault::kUnavailable, fmt::format("the server does not answer within {} ms", at_most.count()));
    lease->drive(left);
  }
  if (head.status() != 200 || head.exception_code() != 0 || lease->failure())
    return fail(outcome(head, body, lease->failure()).error);
  ExceptionScanner scanner(head.exception_tag());
  std::string rows;
  const auto keep = [&rows](std::string_view bytes) {
    rows += bytes;
    return Status();
  };
  GAPLESS_TRY(scanner.take(body, keep));
  GAPLESS_ASSIGN(const auto text, scanner.finish(keep));
  if (text) return fail(exception(*text, 0));
  return Rows::parse_tsv(rows);
}

Status ServerLink::kill_query(const std::string& query_id, milliseconds at_most) {
  Statement kill("KILL QUERY WHERE query_id = {id:String} ASYNC");
  const auto killed = ask(kill.bind("id", query_id), at_most);
  // Where nothing was to be killed, nothing comes back, not even names of columns.
  if (killed || killed.error().fault == Fault::kCorrupt) return {};
  return fail(killed.error());
}

Status ServerLink::kill_statement(const std::string& id) {
  Statement kill("KILL QUERY WHERE Settings['log_comment'] = {id:String} ASYNC");
  const auto killed = ask(kill.bind("id", id), patience().question);
  if (killed || killed.error().fault == Fault::kCorrupt) return {};
  return fail(located(killed.error()));
}

Result<bool> ServerLink::is_running(const std::string& query_id) {
  Statement look("SELECT count() AS n FROM system.processes WHERE query_id = {id:String}");
  GAPLESS_ASSIGN(const Rows rows, ask(look.bind("id", query_id), patience().question));
  GAPLESS_ASSIGN(const std::uint64_t count, rows.u64(0, 0));
  return count > 0;
}

Result<std::optional<Result<Stats>>> ServerLink::logged_end(const std::string& query_id) {
  Statement look(
      "SELECT toString(type) AS type, exception, read_rows, read_bytes, written_rows, written_bytes"
      " FROM system.query_log WHERE query_id = {id:String} AND type != 'QueryStart' AND event_date >= yesterday()"
      " ORDER BY event_time DESC LIMIT 1");
  GAPLESS_ASSIGN(const Rows rows, ask(look.bind("id", query_id), patience().question));
  if (rows.size() == 0) return std::nullopt;
  return std::optional(end_in_log(rows));
}

bool ServerLink::flush_logs() {
  const auto flushed = ask(Statement("SYSTEM FLUSH LOGS"), patience().question);
  return flushed || flushed.error().fault == Fault::kCorrupt;  // nothing comes back
}

HttpOutcome ServerLink::outcome(const ReplyHead& head, std::string_view body,
                                const std::optional<HttpFailure>& failure) const {
  if (head.is_anothers())
    return {located({Fault::kUnavailable, 0,
                     "a reply that belongs to another statement came: what stands before the "
                     "server sends some twice"}),
            true};
  body = body.substr(0, kLongestErrorBody);
  const bool says_code = body.starts_with("Code: ") || body.find("\nCode: ") != std::string_view::npos;
  if (head.exception_code() != 0 || (head.status() != 0 && head.status() != 200 && says_code))
    return {exception(body, head.exception_code()), false};
  if (!failure && head.status() != 200) {
    const bool a_proxy_gave_up = head.status() == 502 || head.status() == 503 || head.status() == 504;
    return {of_status(head.status()), a_proxy_gave_up};
  }
  if (!failure) return {{Fault::kInternal, 0, "a whole reply is no error"}, false};
  if (failure->untrusted)
    return {located({Fault::kInvalidInput, 0,
                     fmt::format("{}; name the authority that vouches for the server (ca_file)", failure->words)}),
            false};
  return {located({Fault::kUnavailable, 0, failure->words}), failure->sent};
}

Error ServerLink::of_status(int status) const {
  const auto error = [&](Fault fault, std::string_view meaning) {
    return located({fault, 0, fmt::format("HTTP status {}: {}", status, meaning)});
  };
  if (status >= 300 && status < 400)
    return error(Fault::kInvalidInput,
                 "it sends elsewhere, and that is not followed; give the URL of the server itself");
  if (status == 401 || status == 403) return error(Fault::kInvalidInput, "it does not let us in");
  if (status == 429) return error(Fault::kOverload, "too many requests");
  if (status == 502 || status == 503 || status == 504)
    return error(Fault::kUnavailable, "what stands before the server has no answer from it");
  if (status >= 500) return error(Fault::kUnavailable, "no reply of ClickHouse's");
  return error(Fault::kInvalidInput, "no reply of ClickHouse's; is it the URL of its HTTP interface?");
}

Error ServerLink::exception(std::string_view text, int code) const {
  Error error = parse_clickhouse_error(text);
  if (error.code == 0 && code != 0)
    error = {clickhouse_fault(code), code, fmt::format("{} (code {})", error.message, code)};
  if (text.find("Field value too long") != std::string_view::npos)
    error = {
        Fault::kInvalidInput, error.code,
        "a value of the statement is longer than the server takes: raise http_max_field_value_size in the profile of "
        "the user, or do less at once"};
  error.message = without(std::move(error.message), options_.password);
  return error;
}

Error ServerLink::located(Error error) const {
  const std::string prefix = fmt::format("ClickHouse at {}", url_);
  error.message = without(std::move(error.message), options_.password);
  return error.message.starts_with(prefix) ? error : with_context(prefix, std::move(error));
}

}  // namespace gapless
