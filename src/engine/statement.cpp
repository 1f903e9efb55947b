#include "engine/statement.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/tsv.h"

namespace gapless {
namespace {

std::string date_time_64(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

template <class Values, class Format>
std::string array(const Values& values, Format format) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    out += format(value);
  }
  out += ']';
  return out;
}

}  // namespace

// ClickHouse takes the value of an Identifier as it stands, and unescapes that of every other type.
Statement& Statement::bind(std::string_view name, std::string_view text) {
  const bool identifier = text_.find(fmt::format("{{{}:Identifier}}", name)) != std::string::npos;
  return add(name, identifier ? std::string(text) : tsv_escape(text));
}

Statement& Statement::bind(std::string_view name, std::uint64_t value) { return add(name, std::to_string(value)); }
Statement& Statement::bind(std::string_view name, std::int64_t value) { return add(name, std::to_string(value)); }
Statement& Statement::bind(std::string_view name, Day day) { return add(name, day.to_string()); }
Statement& Statement::bind(std::string_view name, Instant instant) { return add(name, date_time_64(instant)); }

Statement& Statement::bind(std::string_view name, const Teams& teams) {
  return add(name, array(teams, [](TeamId team) { return team.to_string(); }));
}

Statement& Statement::bind(std::string_view name, const std::vector<std::string>& texts) {
  return add(name, array(texts, text_literal));
}

Statement& Statement::add(std::string_view name, std::string value) {
  const auto bound = std::find_if(parameters_.begin(), parameters_.end(),
                                  [&](const Parameter& parameter) { return parameter.name == name; });
  if (bound != parameters_.end()) {
    bound->value = std::move(value);
  } else {
    parameters_.push_back({std::string(name), std::move(value)});
  }
  return *this;
}

}  // namespace gapless
