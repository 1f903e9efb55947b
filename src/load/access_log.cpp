#include "load/access_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "load/campaign.h"
#include "load/find_any.h"
#include "load/log_time.h"
#include "load/page_rules.h"
#include "load/referring_domain.h"
#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::size_t kAgentsRemembered = 8192;
constexpr std::size_t kLongestAgentRemembered = 2048;

struct Request {
  std::string_view method;
  std::string_view target;
};

/// METHOD TARGET [PROTOCOL], with one space between them; nothing where there are fewer or more parts.
std::optional<Request> split_request(std::string_view request) {
  const auto spaces = std::ranges::count(request, ' ');
  if (spaces != 1 && spaces != 2) return std::nullopt;
  const std::size_t first = request.find(' ');
  const std::string_view rest = request.substr(first + 1);
  return Request{request.substr(0, first), rest.substr(0, rest.find(' '))};
}

/// Where "http://" or the like at the front of an absolute target ends; 0 where there is none.
std::size_t scheme_length(std::string_view target) {
  if (target.empty() || !is_letter(target.front())) return 0;
  std::size_t length = 1;
  while (length < target.size()) {
    const char c = target[length];
    if (!is_alphanumeric(c) && c != '+' && c != '.' && c != '-') break;
    ++length;
  }
  return target.substr(length).starts_with("://") ? length + 3 : 0;
}

/// The target's path without query and fragment; "/" where it is empty.
std::string_view path_of(std::string_view target) {
  std::string_view path = target.substr(0, find_any<'?', '#'>(target));
  if (const std::size_t scheme = scheme_length(path); scheme > 0) {
    const std::size_t slash = path.find('/', scheme);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  }
  return path.empty() ? std::string_view("/") : path;
}

bool is_success(int status) { return (status >= 200 && status <= 299) || status == 304; }

std::string_view without_carriage_returns(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// What is common to parsing and to recognising a line.
struct GoodLine {
  Instant timestamp;
  Request request;
};
tl::expected<GoodLine, Rejected> understand(std::string_view line, LogLine& parts, std::string& scratch) {
  const auto reject = [](std::string reason) { return tl::unexpected<Rejected>(Rejected{std::move(reason)}); };
  if (const char* problem = split_log_line(line, parts)) {
    return reject(fmt::format("not a line of an access log ({}): {}", problem, shown(line)));
  }
  const auto timestamp = parse_log_time(parts.time);
  if (!timestamp) return reject(fmt::format("the time {} is not like 17/May/2015:10:05:03 +0000", shown(parts.time)));
  const auto request = split_request(unescape(parts.request, scratch));
  if (!request) return reject(fmt::format("the request {} is not two or three words", shown(parts.request)));
  return GoodLine{*timestamp, *request};
}

}  // namespace

Result<AccessLogParser> AccessLogParser::create(Options options, const UserAgentPatterns& patterns) {
  GAPLESS_ASSIGN(auto sha, Sha256::create());
  return AccessLogParser(std::move(options), patterns, std::move(sha));
}

AccessLogParser::AccessLogParser(Options options, const UserAgentPatterns& patterns, Sha256 sha)
    : options_(std::move(options)),
      patterns_(&patterns),
      sha_(std::move(sha)),
      agents_(kAgentsRemembered),
      team_prefix_(options_.team.to_string() + '\n') {}

LineOutcome AccessLogParser::parse(std::string_view line, Event& event) {
  line = as_utf8(without_carriage_returns(line), repaired_line_);
  const auto good = understand(line, parts_, request_);
  if (!good) return good.error();
  if (good->request.method != "GET") return Skipped{SkipReason::kMethod};
  if (!is_success(parts_.status)) return Skipped{SkipReason::kStatus};
  const std::string_view path = path_of(good->request.target);
  if (is_asset(path)) return Skipped{SkipReason::kAsset};
  const std::string_view user_agent = unescape(parts_.agent, user_agent_);
  const Agent* agent = parts_.has_agent ? &describe(user_agent) : nullptr;
  if (agent != nullptr && agent->bot) return Skipped{SkipReason::kBot};
  if (!is_loadable_timestamp(good->timestamp)) {
    return Rejected{fmt::format("the time {} is outside 1970-01-03 to 2106-02-04", shown(parts_.time))};
  }

  event.clear();
  event.team_id = options_.team.value();
  event.event = "$pageview";
  event.timestamp = good->timestamp;
  event.inserted_at = options_.inserted_at;
  const Uuid digest = digest_of(line);
  ordinals_.prepare(digest);  // the table's memory arrives while the person is hashed
  event.person_id = person_of(parts_.host, user_agent);
  event.uuid = uuid_of(line, digest);
  event.host = parts_.vhost.empty() ? std::string_view(options_.host) : parts_.vhost;
  event.pathname = path;
  set_referring_domain(unescape(parts_.referer, referer_), event.referring_domain);
  read_campaign(good->request.target, event);
  if (agent != nullptr) {
    event.browser = agent->description.browser;
    event.os = agent->description.os;
    event.device_type = agent->description.device_type;
  }
  return Accepted{};
}

const AccessLogParser::Agent& AccessLogParser::describe(std::string_view user_agent) {
  const auto look = [&](std::string_view text) {
    return is_bot(text) ? Agent{true, {}} : Agent{false, patterns_->describe(text)};
  };
  // What is longer is nobody's browser: not worth the memory.
  if (user_agent.size() > kLongestAgentRemembered) return long_agent_ = look(user_agent);
  return agents_.find(user_agent, look);
}

// The uuid of the line's first occurrence serves as its name among the ordinals: it needs no other hash.
Uuid AccessLogParser::digest_of(std::string_view line) {
  message_.assign(team_prefix_).append(line).append("\n0");
  return sha_.first_half(message_);
}

Uuid AccessLogParser::uuid_of(std::string_view line, const Uuid& digest) {
  const std::uint32_t ordinal = ordinals_.next(digest);
  if (ordinal == 0) return digest;
  message_.assign(team_prefix_).append(line).append("\n").append(std::to_string(ordinal));
  return sha_.first_half(message_);
}

Uuid AccessLogParser::person_of(std::string_view host, std::string_view user_agent) {
  message_.assign(team_prefix_).append(host).append("\n").append(user_agent);
  return sha_.first_half(message_);
}

bool is_access_log_line(std::string_view line) {
  std::string repaired;
  std::string request;
  LogLine parts;
  return understand(as_utf8(without_carriage_returns(line), repaired), parts, request).has_value();
}

}  // namespace gapless
