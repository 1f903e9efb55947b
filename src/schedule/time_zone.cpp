#include "schedule/time_zone.h"

#include <date/tz.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::string_view kUtc = "UTC";

date::sys_seconds seconds_of(Instant instant) {
  return date::sys_seconds(std::chrono::floor<std::chrono::seconds>(instant.time_since_epoch()));
}

/// Nothing of the database leaves the range of Instant: its ends are those of the year's type.
OffsetPeriod period_of(const date::sys_info& info) {
  return {Instant(info.begin.time_since_epoch()), Instant(info.end.time_since_epoch()),
          std::chrono::floor<std::chrono::minutes>(info.offset)};
}

/// Small letters, and words joined as the database joins them.
std::string folded(std::string_view text) {
  std::string made = ascii_lowered(text);
  std::ranges::replace(made, ' ', '_');
  return made;
}

/// The names that have the text in them, whatever its case: "berlin" is in Europe/Berlin. Few, or none.
std::vector<std::string> names_like(std::string_view text, const std::vector<date::time_zone>& zones) {
  constexpr std::size_t kFewest = 3;  // letters
  constexpr std::size_t kMost = 3;    // names
  std::vector<std::string> found;
  if (text.size() < kFewest) return found;
  for (const date::time_zone& zone : zones) {
    if (folded(zone.name()) == folded(text)) return {zone.name()};
    if (folded(zone.name()).find(folded(text)) != std::string::npos) found.push_back(zone.name());
  }
  if (found.size() > kMost) found.clear();
  return found;
}

/// In files that give the rules in brief (zic -b slim), `date` finds none of the changes that they are for.
bool knows_recent_changes() {
  const date::time_zone* berlin = date::locate_zone("Europe/Berlin");
  const date::sys_days winter = date::year{2020} / 1 / 1;
  const date::sys_days summer = date::year{2020} / 7 / 1;
  return berlin->get_info(winter).offset != berlin->get_info(summer).offset;
}

tl::unexpected<Error> no_database(std::string_view text, std::string_view what, std::string_view origin) {
  return fail(Fault::kUnavailable, fmt::format("time zone '{}' cannot be looked up: {}; install the package tzdata, or "
                                               "use UTC (from {})",
                                               text, what, origin));
}

tl::unexpected<Error> unknown(std::string_view text, const date::tzdb& database, std::string_view origin) {
  const std::vector<std::string> like = names_like(text, database.zones);
  const std::string hint =
      like.empty() ? "write it as Europe/Berlin, or UTC" : fmt::format("did you mean {}?", fmt::join(like, " or "));
  return fail(Fault::kInvalidInput,
              fmt::format("there is no time zone '{}' in the system's database; {} (from {})", text, hint, origin));
}

}  // namespace

Result<TimeZone> TimeZone::parse(std::string_view text, std::string_view origin) {
  if (text == kUtc) return TimeZone();
  try {
    const date::tzdb& database = date::get_tzdb();
    const auto named = std::ranges::find(database.zones, text, &date::time_zone::name);
    if (database.zones.empty()) return no_database(text, "the system's time zone database is empty", origin);
    if (named == database.zones.end()) return unknown(text, database, origin);
    if (!knows_recent_changes())
      return no_database(text, "the system's time zone database leaves out the changes of recent years (zic -b slim)",
                         origin);
    const TimeZone zone(&*named);
    zone.period_at(Instant{});  // reads the zone's file, so that nothing fails later
    return zone;
  } catch (const std::exception& problem) {
    return no_database(text, fmt::format("reading the system's time zone database failed ({})", problem.what()),
                       origin);
  }
}

std::string TimeZone::name() const { return zone_ ? zone_->name() : std::string(kUtc); }

OffsetPeriod TimeZone::period_at(Instant instant) const {
  if (!zone_) return {Instant::min(), Instant::max(), std::chrono::minutes(0)};
  return period_of(zone_->get_info(seconds_of(instant)));
}

}  // namespace gapless
