#include "load/event_fields.h"

#include <algorithm>
#include <array>

namespace gapless {
namespace {

/// In the order of kEventColumns.
constexpr std::array<EventMember, kEventColumns.size()> kMembers{
    TeamField{},
    &Event::event,
    TimestampField{},
    InsertedAtField{},
    &Event::uuid,
    &Event::person_id,
    &Event::session_id,
    &Event::host,
    &Event::pathname,
    &Event::device_type,
    &Event::browser,
    &Event::os,
    &Event::viewport_width,
    &Event::viewport_height,
    &Event::referring_domain,
    &Event::utm_source,
    &Event::utm_medium,
    &Event::utm_campaign,
    &Event::utm_term,
    &Event::utm_content,
    &Event::country_code,
    &Event::city_name,
    &Event::region_code,
    &Event::region_name,
    &Event::has_gclid,
    &Event::has_gad_source_paid_search,
    &Event::has_fbclid,
    &Event::mat_metadata_logged_in,
    &Event::mat_metadata_backend,
};

constexpr std::array<EventField, kEventColumns.size()> kFieldsByName = [] {
  std::array<EventField, kEventColumns.size()> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = {kEventColumns[i], kMembers[i], 1u << i};
  std::ranges::sort(fields, {}, &EventField::name);
  return fields;
}();

}  // namespace

const EventField* find_event_field(std::string_view name) {
  const auto* field = std::ranges::lower_bound(kFieldsByName, name, {}, &EventField::name);
  return field != kFieldsByName.end() && field->name == name ? field : nullptr;
}

}  // namespace gapless
