// load/: files into events: access logs and event files, by the rules of the manual, and the events into the embedded
// engine's table.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/day.h"
#include "core/uuid.h"

namespace gapless {

/// The canonical event, whatever file it comes from. Texts are bytes as ClickHouse's String holds them; a missing one
/// is empty, a missing number 0, a missing flag false, a missing person the nil UUID.
struct Event {
  std::uint64_t team_id = 0;
  std::string event;
  Instant timestamp;
  Instant inserted_at;
  Uuid uuid;
  Uuid person_id;
  std::string session_id;
  std::string host;
  std::string pathname;
  std::string device_type;
  std::string browser;
  std::string os;
  std::int64_t viewport_width = 0;
  std::int64_t viewport_height = 0;
  std::string referring_domain;
  std::string utm_source;
  std::string utm_medium;
  std::string utm_campaign;
  std::string utm_term;
  std::string utm_content;
  std::string country_code;
  std::string city_name;
  std::string region_code;
  std::string region_name;
  bool has_gclid = false;
  bool has_gad_source_paid_search = false;
  bool has_fbclid = false;
  bool mat_metadata_logged_in = false;
  std::string mat_metadata_backend;

  bool operator==(const Event&) const = default;
  /// Every field empty, the texts keeping their memory: an Event is filled again for each line.
  void clear();
};

/// The names of the canonical columns, in the order in which events are encoded.
inline constexpr std::array<std::string_view, 29> kEventColumns{"team_id",
                                                                "event",
                                                                "timestamp",
                                                                "inserted_at",
                                                                "uuid",
                                                                "person_id",
                                                                "session_id",
                                                                "host",
                                                                "pathname",
                                                                "device_type",
                                                                "browser",
                                                                "os",
                                                                "viewport_width",
                                                                "viewport_height",
                                                                "referring_domain",
                                                                "utm_source",
                                                                "utm_medium",
                                                                "utm_campaign",
                                                                "utm_term",
                                                                "utm_content",
                                                                "country_code",
                                                                "city_name",
                                                                "region_code",
                                                                "region_name",
                                                                "has_gclid",
                                                                "has_gad_source_paid_search",
                                                                "has_fbclid",
                                                                "mat_metadata_loggedIn",
                                                                "mat_metadata_backend"};

/// True within 1970-01-03 to 2106-02-04: elsewhere an event would land in another day's partition.
bool is_loadable_timestamp(Instant timestamp);

}  // namespace gapless
