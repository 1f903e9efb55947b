#include "load/event.h"

namespace gapless {

void Event::clear() {
  for (std::string* text : {&event, &session_id, &host, &pathname, &device_type, &browser, &os, &referring_domain,
                            &utm_source, &utm_medium, &utm_campaign, &utm_term, &utm_content, &country_code, &city_name,
                            &region_code, &region_name, &mat_metadata_backend}) {
    text->clear();
  }
  team_id = 0;
  timestamp = inserted_at = Instant{};
  uuid = person_id = Uuid{};
  viewport_width = viewport_height = 0;
  has_gclid = has_gad_source_paid_search = has_fbclid = mat_metadata_logged_in = false;
}

bool is_loadable_timestamp(Instant timestamp) {
  const Day nearest = Day::of(timestamp);
  return nearest.start() <= timestamp && timestamp < (nearest + 1).start();
}

}  // namespace gapless
