#pragma once

#include <string>
#include <string_view>

#include "core/team_id.h"
#include "load/bounded_cache.h"
#include "load/event_parser.h"
#include "load/line_ordinals.h"
#include "load/log_line.h"
#include "load/sha256.h"
#include "load/user_agent.h"

namespace gapless {

/// Lines of an access log into $pageview events, by the manual's rules for access logs. An event's identity comes from
/// its line and how often that line came before in the file, so that loading a file again gives the same events.
class AccessLogParser final : public EventParser {
 public:
  struct Options {
    TeamId team;
    std::string host;     ///< of lines whose format has none
    Instant inserted_at;  ///< the time of the load
  };

  /// `patterns` must outlive the parser. Errors: those of Sha256::create.
  static Result<AccessLogParser> create(Options options, const UserAgentPatterns& patterns);

  LineOutcome parse(std::string_view line, Event& event) override;

 private:
  struct Agent {
    bool bot = false;
    UserAgent description;  ///< empty for a bot
  };

  AccessLogParser(Options options, const UserAgentPatterns& patterns, Sha256 sha);
  const Agent& describe(std::string_view user_agent);
  Uuid digest_of(std::string_view line);
  Uuid uuid_of(std::string_view line, const Uuid& digest);
  Uuid person_of(std::string_view host, std::string_view user_agent);

  Options options_;
  const UserAgentPatterns* patterns_;
  Sha256 sha_;
  LineOrdinals ordinals_;
  BoundedCache<Agent> agents_;
  Agent long_agent_;  ///< the last one that is too long for the cache
  LogLine parts_;
  std::string message_;  ///< what is hashed; begins with team_prefix_
  std::string team_prefix_;
  std::string repaired_line_;
  std::string request_;
  std::string referer_;
  std::string user_agent_;
};

/// True where the line has one of the formats and its time and request are good: what AccessLogParser does not reject.
bool is_access_log_line(std::string_view line);

}  // namespace gapless
