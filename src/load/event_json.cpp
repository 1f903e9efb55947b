#include "load/event_json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>

#include "load/event_fields.h"
#include "load/event_time.h"
#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {
namespace {

using simdjson::ondemand::value;

/// Nothing where all is well, else the reason to reject the line.
using Complaint = std::optional<std::string>;

constexpr std::string_view kSpace = " \t\r\n";  // JSON's

/// The value as it stands in the file, in quotes for a message.
std::string token_of(value& json) { return shown(trimmed(json.raw_json_token(), kSpace)); }

/// Sets one field from its value, which is not null.
class FieldReader {
 public:
  FieldReader(std::string_view name, value& json, Event& event) : name_(name), json_(json), event_(event) {}

  Complaint operator()(std::string Event::*member) {
    std::string_view text;
    if (!take_text(text)) return complain("a text");
    event_.*member = text;
    return {};
  }
  Complaint operator()(std::int64_t Event::*member) {
    if (json_.get_int64().get(event_.*member) == simdjson::SUCCESS) return {};
    return complain("an integer");
  }
  Complaint operator()(bool Event::*member) {
    bool flag = false;
    if (json_.get_bool().get(flag) == simdjson::SUCCESS) {
      event_.*member = flag;
      return {};
    }
    std::uint64_t number = 2;
    if (json_.get_uint64().get(number) != simdjson::SUCCESS || number > 1) return complain("true, false, 0 or 1");
    event_.*member = number == 1;
    return {};
  }
  Complaint operator()(Uuid Event::*member) {
    std::string_view text;
    if (take_text(text)) {
      if (const auto uuid = Uuid::parse(text, name_)) {
        event_.*member = *uuid;
        return {};
      }
    }
    return complain("a UUID like \"0f4b5c1a-2d3e-4f50-8192-a3b4c5d6e7f8\"");
  }
  Complaint operator()(TeamField) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (json_.get_uint64().get(event_.team_id) == simdjson::SUCCESS && event_.team_id >= 1 &&
        event_.team_id <= kLargest) {
      return {};
    }
    return complain("an integer from 1 to 9223372036854775807");
  }
  Complaint operator()(TimestampField) {
    if (auto complaint = time_into(event_.timestamp)) return complaint;
    if (!is_loadable_timestamp(event_.timestamp)) return complain("within 1970-01-03 to 2106-02-04");
    return {};
  }
  Complaint operator()(InsertedAtField) {
    using namespace std::chrono;
    constexpr Instant kFirst = sys_days(year{1900} / 1 / 1);
    constexpr Instant kEnd = sys_days(year{2300} / 1 / 1);
    if (auto complaint = time_into(event_.inserted_at)) return complaint;
    if (event_.inserted_at < kFirst || event_.inserted_at >= kEnd) return complain("within 1900 to 2299");
    return {};
  }

 private:
  bool take_text(std::string_view& text) { return json_.get_string().get(text) == simdjson::SUCCESS; }
  Complaint time_into(Instant& instant) {
    std::string_view text;
    if (take_text(text)) {
      if (const auto parsed = parse_event_time(text)) {
        instant = *parsed;
        return {};
      }
    }
    return complain("a time like \"2026-03-01 12:30:00.000000\" (UTC) or \"2026-03-01T12:30:00Z\"");
  }
  Complaint complain(std::string_view wanted) { return fmt::format("{} {} is not {}", name_, token_of(json_), wanted); }

  std::string_view name_;
  value& json_;
  Event& event_;
};

}  // namespace

class EventJsonParser::Impl {
 public:
  explicit Impl(Instant inserted_at) : inserted_at_(inserted_at) {}

  LineOutcome parse(std::string_view line, Event& event) {
    if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    line = trimmed(line, kSpace);
    if (line.empty()) return Skipped{SkipReason::kBlank};
    event.clear();
    event.inserted_at = inserted_at_;
    if (auto complaint = read_object(line, event)) return Rejected{std::move(*complaint)};
    for (const std::string_view needed : {"team_id", "timestamp", "uuid"}) {
      if ((present_ & find_event_field(needed)->bit) == 0) return Rejected{fmt::format("{} is missing", needed)};
    }
    return Accepted{};
  }

 private:
  Complaint read_object(std::string_view line, Event& event) {
    seen_ = present_ = 0;
    place_ = 0;
    text_.assign(line);
    text_.append(simdjson::SIMDJSON_PADDING, '\0');
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (const auto error = parser_.iterate(text_.data(), line.size(), text_.size()).get(document)) return broken(error);
    if (document.get_object().get(object) != simdjson::SUCCESS) return not_an_object(line);
    for (auto entry : object) {
      simdjson::ondemand::field field;
      std::string_view key;
      if (const auto error = std::move(entry).get(field)) return broken(error);
      if (const auto error = field.unescaped_key().get(key)) return broken(error);
      if (auto complaint = read_field(key, field.value(), event)) return complaint;
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return "there is more after the JSON object";
    return {};
  }

  Complaint read_field(std::string_view key, value& json, Event& event) {
    const EventField* field = next_field(key);
    if (field == nullptr) return fmt::format("unknown key {}", shown(key));
    if ((seen_ & field->bit) != 0) return fmt::format("the key {} occurs twice", shown(key));
    seen_ |= field->bit;
    bool null = false;
    if (const auto error = json.is_null().get(null)) return broken(error);
    if (null) return {};
    present_ |= field->bit;
    return std::visit(FieldReader(field->name, json, event), field->member);
  }

  /// Most files have their keys in the same order on every line, so the last line's is tried first.
  const EventField* next_field(std::string_view key) {
    const std::size_t place = std::min(place_++, order_.size() - 1);
    if (order_[place] == nullptr || order_[place]->name != key) order_[place] = find_event_field(key);
    return order_[place];
  }

  static std::string broken(simdjson::error_code error) {
    return fmt::format("not valid JSON: {}", simdjson::error_message(error));
  }
  static std::string not_an_object(std::string_view line) {
    return fmt::format("not a JSON object on one line: {}", shown(line));
  }

  Instant inserted_at_;
  simdjson::ondemand::parser parser_;
  std::string text_;  ///< the line, with the room behind it that simdjson reads
  std::array<const EventField*, kEventColumns.size() + 1> order_{};
  std::size_t place_ = 0;      ///< of the next key in its line
  std::uint32_t seen_ = 0;     ///< keys that occurred, null or not
  std::uint32_t present_ = 0;  ///< keys with a value
};

EventJsonParser::EventJsonParser(Instant inserted_at) : impl_(std::make_unique<Impl>(inserted_at)) {}
EventJsonParser::~EventJsonParser() = default;

LineOutcome EventJsonParser::parse(std::string_view line, Event& event) { return impl_->parse(line, event); }

}  // namespace gapless
