#include "load/event_encoder.h"

#include <array>
#include <bit>
#include <numeric>
#include <utility>

namespace gapless {
namespace {

/// Visits the event's values in the order of kEventColumns.
template <class Visit>
void each_value(const Event& event, Visit visit) {
  visit(event.team_id);
  visit(event.event);
  visit(event.timestamp);
  visit(event.inserted_at);
  visit(event.uuid);
  visit(event.person_id);
  visit(event.session_id);
  visit(event.host);
  visit(event.pathname);
  visit(event.device_type);
  visit(event.browser);
  visit(event.os);
  visit(event.viewport_width);
  visit(event.viewport_height);
  visit(event.referring_domain);
  visit(event.utm_source);
  visit(event.utm_medium);
  visit(event.utm_campaign);
  visit(event.utm_term);
  visit(event.utm_content);
  visit(event.country_code);
  visit(event.city_name);
  visit(event.region_code);
  visit(event.region_name);
  visit(event.has_gclid);
  visit(event.has_gad_source_paid_search);
  visit(event.has_fbclid);
  visit(event.mat_metadata_logged_in);
  visit(event.mat_metadata_backend);
}

std::string_view type_of(std::uint64_t) { return "UInt64"; }
std::string_view type_of(std::int64_t) { return "Int64"; }
std::string_view type_of(bool) { return "Bool"; }
std::string_view type_of(Instant) { return "DateTime64(6, 'UTC')"; }
std::string_view type_of(const Uuid&) { return "UUID"; }
std::string_view type_of(const std::string&) { return "String"; }

void append_length(std::size_t length, std::vector<char>& out) {
  for (; length >= 0x80; length >>= 7) out.push_back(static_cast<char>((length & 0x7F) | 0x80));
  out.push_back(static_cast<char>(length));
}

void append(std::uint64_t value, std::vector<char>& out) {
  static_assert(std::endian::native == std::endian::little, "as the format has it");
  const auto bytes = std::bit_cast<std::array<char, sizeof(value)>>(value);
  out.insert(out.end(), bytes.begin(), bytes.end());
}
void append(std::int64_t value, std::vector<char>& out) { append(static_cast<std::uint64_t>(value), out); }
void append(bool value, std::vector<char>& out) { out.push_back(value ? '\1' : '\0'); }
void append(Instant value, std::vector<char>& out) {
  append(static_cast<std::int64_t>(value.time_since_epoch().count()), out);
}
/// Two numbers, the first half of the text first.
void append(const Uuid& value, std::vector<char>& out) {
  append(value.high(), out);
  append(value.low(), out);
}
void append(std::string_view value, std::vector<char>& out) {
  append_length(value.size(), out);
  out.insert(out.end(), value.begin(), value.end());
}

}  // namespace

void EventEncoder::add(const Event& event) {
  each_value(event, [column = columns_.data()](const auto& value) mutable { append(value, *column++); });
  ++events_;
}

std::size_t EventEncoder::bytes() const {
  return std::accumulate(columns_.begin(), columns_.end(), std::size_t{0},
                         [](std::size_t sum, const auto& column) { return sum + column.size(); });
}

std::string_view EventEncoder::take_block() {
  block_.clear();
  append_length(columns_.size(), block_);
  append_length(std::exchange(events_, 0), block_);
  std::size_t i = 0;
  each_value(Event{}, [&](const auto& value) {
    append(kEventColumns[i], block_);
    append(type_of(value), block_);
    block_.insert(block_.end(), columns_[i].begin(), columns_[i].end());
    columns_[i++].clear();
  });
  return {block_.data(), block_.size()};
}

}  // namespace gapless
