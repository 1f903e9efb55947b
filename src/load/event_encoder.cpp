#include "load/event_encoder.h"

#include <array>
#include <cstring>

namespace gapless {
namespace {

/// A row is written into memory sized once, since growing a string a field at a time costs more than the rest.
class RowWriter {
 public:
  RowWriter(std::string& out, std::size_t at_most) : out_(out), start_(out.size()) {
    out_.resize(start_ + at_most);
    at_ = out_.data() + start_;
  }
  ~RowWriter() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void number(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) *at_++ = static_cast<char>(value >> shift & 0xFF);
  }
  void number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void instant(Instant value) { number(static_cast<std::int64_t>(value.time_since_epoch().count())); }
  /// Two little-endian halves, the first half of the text first.
  void uuid(const Uuid& value) {
    number(value.high());
    number(value.low());
  }
  void flag(bool value) { *at_++ = value ? '\1' : '\0'; }
  void text(const std::string& value) {
    std::size_t length = value.size();
    while (length >= 0x80) {
      *at_++ = static_cast<char>((length & 0x7F) | 0x80);
      length >>= 7;
    }
    *at_++ = static_cast<char>(length);
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }

 private:
  std::string& out_;
  std::size_t start_;
  char* at_;
};

}  // namespace

void append_row_binary(const Event& event, std::string& out) {
  const std::array<const std::string*, 5> page{&event.host, &event.pathname, &event.device_type, &event.browser,
                                               &event.os};
  const std::array<const std::string*, 10> origin{
      &event.referring_domain, &event.utm_source,   &event.utm_medium, &event.utm_campaign, &event.utm_term,
      &event.utm_content,      &event.country_code, &event.city_name,  &event.region_code,  &event.region_name};
  constexpr std::size_t kLengthBytes = 10;
  constexpr std::size_t kFixedBytes = 3 * 8 + 2 * 16 + 2 * 8 + 4;
  std::size_t at_most = kFixedBytes + 18 * kLengthBytes + event.event.size() + event.session_id.size() +
                        event.mat_metadata_backend.size();
  for (const std::string* text : page) at_most += text->size();
  for (const std::string* text : origin) at_most += text->size();

  RowWriter row(out, at_most);
  row.number(event.team_id);
  row.text(event.event);
  row.instant(event.timestamp);
  row.instant(event.inserted_at);
  row.uuid(event.uuid);
  row.uuid(event.person_id);
  row.text(event.session_id);
  for (const std::string* text : page) row.text(*text);
  row.number(event.viewport_width);
  row.number(event.viewport_height);
  for (const std::string* text : origin) row.text(*text);
  row.flag(event.has_gclid);
  row.flag(event.has_gad_source_paid_search);
  row.flag(event.has_fbclid);
  row.flag(event.mat_metadata_logged_in);
  row.text(event.mat_metadata_backend);
}

}  // namespace gapless
