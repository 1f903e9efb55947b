#include "api/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <set>
#include <type_traits>
#include <vector>

#include "core/day.h"
#include "util/ascii.h"
#include "util/parse_number.h"

namespace gapless::api {
namespace {

constexpr int kDeepestBody = 32;
constexpr std::size_t kLongestEcho = 100;

/// A value as a message shows it: short, on one line.
std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kLongestEcho) text = text.substr(0, kLongestEcho) + "…";
  return text;
}

/// JSON has one kind of number: 1.0 is an integer. Beyond 2^53 a double no longer says which.
bool is_whole(const Json& value) {
  constexpr double kMost = 9007199254740992;
  const double number = value.is_number_float() ? value.get<double>() : 0.5;
  return std::trunc(number) == number && std::abs(number) <= kMost;
}

/// A day of the calendar as RFC 3339 writes it, in any year.
bool is_full_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  unsigned year = 0, month = 0, day = 0;
  const auto reads = [&](std::size_t at, std::size_t size, unsigned& number) {
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + size, number);
    return error == std::errc() && end == text.data() + at + size;
  };
  if (!reads(0, 4, year) || !reads(5, 2, month) || !reads(8, 2, day)) return false;
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                     std::chrono::day(day))
      .ok();
}

bool has_type(const Json& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer() || is_whole(value);
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  return type == "null" && value.is_null();
}

std::vector<std::string> types_of(const Json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end()) return {};
  if (type->is_array()) return type->get<std::vector<std::string>>();
  return {type->get<std::string>()};
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

tl::unexpected<Error> invalid(std::string_view what, const Json& value, std::string_view must) {
  return fail(Fault::kInvalidInput, fmt::format("{} must be {}; it is {}", what, must, shown(value)));
}

/// In characters, as JSON Schema counts.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Status check_type(const Json& schema, const Json& value, std::string_view what) {
  const std::vector<std::string> types = types_of(schema);
  if (types.empty() || std::ranges::any_of(types, [&](const std::string& type) { return has_type(value, type); }))
    return {};
  return invalid(what, value, "of type " + joined(types, " or "));
}

Status check_enum(const Json& schema, const Json& value, std::string_view what) {
  const auto allowed = schema.find("enum");
  if (allowed == schema.end() || std::ranges::find(*allowed, value) != allowed->end()) return {};
  std::vector<std::string> words;
  for (const Json& one : *allowed) words.push_back(shown(one));
  return invalid(what, value, (words.size() == 1 ? "" : "one of ") + joined(words, ", "));
}

Status check_string(const Json& schema, const Json& value, std::string_view what) {
  const auto& text = value.get_ref<const std::string&>();
  if (schema.contains("minLength") && length(text) < schema["minLength"].get<std::size_t>())
    return invalid(what, value, fmt::format("{} characters long or longer", schema["minLength"].get<std::size_t>()));
  if (schema.contains("maxLength") && length(text) > schema["maxLength"].get<std::size_t>())
    return invalid(what, value, fmt::format("{} characters long at most", schema["maxLength"].get<std::size_t>()));
  const std::string format = schema.value("format", "");
  if (format == "date" && !is_full_date(text)) return invalid(what, value, "a date, as 2026-03-01");
  if (format == "date-time" && !parse_instant(text, "")) return invalid(what, value, "a time, as 2026-03-01T12:00:00Z");
  return {};
}

Status check_number(const Json& schema, const Json& value, std::string_view what) {
  if (schema.contains("minimum") && value < schema["minimum"])
    return invalid(what, value, fmt::format("{} or more", shown(schema["minimum"])));
  if (schema.contains("maximum") && value > schema["maximum"])
    return invalid(what, value, fmt::format("{} or less", shown(schema["maximum"])));
  return {};
}

Status check_array(const Json& schema, const Json& value, std::string_view what) {
  if (schema.contains("minItems") && value.size() < schema["minItems"].get<std::size_t>())
    return invalid(what, value, fmt::format("a list of {} or more", schema["minItems"].get<std::size_t>()));
  if (schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>())
    return invalid(what, value, fmt::format("a list of {} at most", schema["maxItems"].get<std::size_t>()));
  if (!schema.contains("items")) return {};
  for (std::size_t i = 0; i < value.size(); ++i)
    GAPLESS_TRY(check_value(schema["items"], value[i], fmt::format("item {} of {}", i + 1, what)));
  return {};
}

Status check_object(const Json& schema, const Json& value, std::string_view what) {
  const Json properties = schema.value("properties", Json::object());
  for (const Json& member : schema.value("required", Json::array()))
    if (!value.contains(member.get<std::string>()))
      return fail(Fault::kInvalidInput, fmt::format("{} must have the member {}", what, shown(member)));
  for (const auto& [key, member] : value.items()) {
    const auto property = properties.find(key);
    if (property != properties.end()) {
      GAPLESS_TRY(check_value(*property, member, fmt::format("the member {} of {}", shown(key), what)));
    } else if (schema.contains("additionalProperties")) {
      std::vector<std::string> known;
      for (const auto& [name, ignored] : properties.items()) known.push_back(name);
      return fail(Fault::kInvalidInput, fmt::format("{} has a member {}, which is not known; known are: {}", what,
                                                    shown(key), known.empty() ? "none" : joined(known, ", ")));
    }
  }
  return {};
}

tl::unexpected<Error> wrong_schema(std::string_view why, const Json& schema) {
  return fail(Fault::kInternal, fmt::format("{}, in the schema {}", why, shown(schema)));
}

template <class Number>
Result<Json> number_json(std::string_view text, std::string_view what, std::string_view must) {
  const auto number = parse_number<Number>(text);
  if (!number) return invalid(what, text, must);
  if constexpr (std::is_floating_point_v<Number>)
    if (!std::isfinite(*number)) return invalid(what, text, must);  // JSON has none
  return Json(*number);
}

}  // namespace

Status check_schema(const Json& schema) {
  static const std::set<std::string_view> kWords = {
      "type",      "enum",      "format",     "minimum",  "maximum",
      "minLength", "maxLength", "properties", "required", "additionalProperties",
      "items",     "minItems",  "maxItems",   "title",    "description",
      "default",   "examples"};
  static const std::set<std::string_view> kTypes = {"string", "integer", "number", "boolean",
                                                    "object", "array",   "null"};
  if (!schema.is_object()) return wrong_schema("it is no object", schema);
  for (const auto& [word, value] : schema.items())
    if (!kWords.contains(word)) return wrong_schema(fmt::format("'{}' is not checked", word), schema);
  for (const std::string& type : types_of(schema))
    if (!kTypes.contains(type)) return wrong_schema(fmt::format("'{}' is no type", type), schema);
  const std::string format = schema.value("format", "date");
  if (format != "date" && format != "date-time")
    return wrong_schema(fmt::format("the format '{}' is not checked", format), schema);
  if (schema.contains("additionalProperties") && schema["additionalProperties"] != Json(false))
    return wrong_schema("additionalProperties may only be false", schema);
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [key, member] : properties.items()) GAPLESS_TRY(check_schema(member));
  if (schema.contains("items")) GAPLESS_TRY(check_schema(schema["items"]));
  return {};
}

Status check_value(const Json& schema, const Json& value, std::string_view what) {
  GAPLESS_TRY(check_type(schema, value, what));
  GAPLESS_TRY(check_enum(schema, value, what));
  if (value.is_string()) return check_string(schema, value, what);
  if (value.is_number()) return check_number(schema, value, what);
  if (value.is_array()) return check_array(schema, value, what);
  if (value.is_object()) return check_object(schema, value, what);
  return {};
}

Result<Json> parse_text(const Json& schema, std::string_view text, std::string_view what) {
  const std::string type = schema.value("type", "string");
  Json value = text;
  if (type == "array") {
    value = Json::array();
    Status good;
    for_each_part(text, ',', [&](std::string_view part) {
      auto item = parse_text(schema["items"], part, fmt::format("item {} of {}", value.size() + 1, what));
      if (item)
        value.push_back(std::move(*item));
      else if (good)
        good = fail(std::move(item.error()));
    });
    GAPLESS_TRY(good);
  } else if (type == "integer") {
    GAPLESS_ASSIGN(value, number_json<std::int64_t>(text, what, "an integer"));
  } else if (type == "number") {
    GAPLESS_ASSIGN(value, number_json<double>(text, what, "a number"));
  } else if (type == "boolean") {
    if (text != "true" && text != "false") return invalid(what, value, "true or false");
    value = text == "true";
  }
  GAPLESS_TRY(check_value(schema, value, what));
  return value;
}

Result<Json> parse_body(std::string_view text) {
  bool too_deep = false;
  std::string repeated;
  std::vector<std::set<std::string>> names(kDeepestBody + 1);  // of the members so far, by depth
  const auto look = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth >= kDeepestBody) too_deep = true;
    if (too_deep) return false;
    auto& of_depth = names[static_cast<std::size_t>(depth)];
    if (event == Json::parse_event_t::object_start) names[static_cast<std::size_t>(depth) + 1].clear();
    if (event == Json::parse_event_t::key && !of_depth.insert(parsed.get<std::string>()).second)
      repeated = parsed.get<std::string>();
    return true;
  };
  Json body = Json::parse(text, look, false);
  if (too_deep)
    return fail(Fault::kInvalidInput, fmt::format("the body is nested more than {} deep", kDeepestBody - 1));
  if (body.is_discarded() || !body.is_object())
    return fail(Fault::kInvalidInput, "the body must be one JSON object in UTF-8, and be it {}");
  if (!repeated.empty())
    return fail(Fault::kInvalidInput, fmt::format("the body has the member {} twice", shown(repeated)));
  return body;
}

}  // namespace gapless::api
