#include "query/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::string_view kOrigin = "--filter";
constexpr std::size_t kMostFilters = 50;
constexpr std::size_t kMostTexts = 1000;

constexpr std::array<std::pair<char, Filter::Match>, 3> kOperators = {
    {{'=', Filter::Match::kEquals}, {'~', Filter::Match::kContains}, {'^', Filter::Match::kStartsWith}}};

tl::unexpected<Error> not_a_filter(std::string_view text) {
  return fail(Fault::kInvalidInput,
              fmt::format("'{}' is not a filter: write dimension=value, or != ~ !~ ^ !^ in the place of ="
                          " (from {})",
                          text.substr(0, 80), kOrigin));
}

/// The texts between |, without their escapes.
Result<std::vector<std::string>> alternatives_in(std::string_view text) {
  std::vector<std::string> texts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '|') {
      texts.emplace_back();
      continue;
    }
    if (text[i] != '\\') {
      texts.back() += text[i];
      continue;
    }
    const char next = ++i < text.size() ? text[i] : '\0';
    if (next != '|' && next != '&' && next != '\\' && next != 'n')
      return fail(Fault::kInvalidInput,
                  fmt::format("a \\ in '{}' stands before |, &, \\ or n, or is written twice (from {})",
                              text.substr(0, 80), kOrigin));
    texts.back() += next == 'n' ? '\n' : next;
  }
  if (texts.size() > kMostTexts)
    return fail(Fault::kInvalidInput,
                fmt::format("a filter has at most {} alternatives (from {})", kMostTexts, kOrigin));
  return texts;
}

/// A flag may be written in several ways.
Status normalise(const Dimension& dimension, std::vector<std::string>& texts, Filter::Match match) {
  if (dimension.kind != Dimension::Kind::kFlag) return {};
  for (std::string& text : texts) {
    if (text == "1") text = "true";
    if (text == "0") text = "false";
    if (match != Filter::Match::kEquals || (text != "true" && text != "false"))
      return fail(Fault::kInvalidInput,
                  fmt::format("{} is true or false: {}=true (from {})", dimension.name, dimension.name, kOrigin));
  }
  return {};
}

/// Where the next & or line feed is that ends a filter.
std::size_t end_of_filter(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '&' || text[i] == '\n') return i;
    if (text[i] == '\\') ++i;
  }
  return text.size();
}

std::string escaped_alternative(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '&' || c == '\\') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string condition_of(const Filter& filter, std::size_t number) {
  const std::string value = filter.dimension->text();
  const std::string texts = fmt::format("{{filter_{}:Array(String)}}", number);
  std::string text;
  switch (filter.match) {
    case Filter::Match::kEquals: text = fmt::format("{} IN ({})", value, texts); break;
    case Filter::Match::kContains: text = fmt::format("arrayExists(t -> position({}, t) > 0, {})", value, texts); break;
    case Filter::Match::kStartsWith: text = fmt::format("arrayExists(t -> startsWith({}, t), {})", value, texts); break;
  }
  return filter.negated ? fmt::format("NOT ({})", text) : text;
}

}  // namespace

Result<Filter> Filter::parse(std::string_view text) {
  const std::size_t name_end = static_cast<std::size_t>(
      std::ranges::find_if_not(text, [](char c) { return is_alphanumeric(c) || c == '_'; }) - text.begin());
  std::size_t at = name_end;
  Filter filter;
  if (at < text.size() && text[at] == '!') {
    filter.negated = true;
    ++at;
  }
  const auto used = at < text.size()
                        ? std::ranges::find(kOperators, text[at], [](const auto& one) { return one.first; })
                        : kOperators.end();
  if (name_end == 0 || used == kOperators.end()) return not_a_filter(text);
  filter.match = used->second;
  GAPLESS_ASSIGN(filter.dimension, find_dimension(text.substr(0, name_end), kOrigin));
  GAPLESS_ASSIGN(filter.texts, alternatives_in(text.substr(at + 1)));
  GAPLESS_TRY(normalise(*filter.dimension, filter.texts, filter.match));
  return filter;
}

std::string Filter::to_string() const {
  std::string text(dimension->name);
  if (negated) text += '!';
  text += std::ranges::find(kOperators, match, [](const auto& one) { return one.second; })->first;
  for (std::size_t i = 0; i < texts.size(); ++i) text += (i > 0 ? "|" : "") + escaped_alternative(texts[i]);
  return text;
}

Result<std::vector<Filter>> parse_filters(std::string_view lines) {
  std::vector<Filter> filters;
  for (std::size_t end = 0; !lines.empty(); lines.remove_prefix(std::min(end + 1, lines.size()))) {
    end = end_of_filter(lines);
    GAPLESS_ASSIGN(Filter filter, Filter::parse(lines.substr(0, end)));
    filters.push_back(std::move(filter));
  }
  if (filters.size() > kMostFilters)
    return fail(Fault::kInvalidInput, fmt::format("a report has at most {} filters (from {})", kMostFilters, kOrigin));
  return filters;
}

std::string condition_of(const std::vector<Filter>& filters) {
  std::string text;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (!text.empty()) text += " AND ";
    text += condition_of(filters[i], i);
  }
  return text;
}

bool any_of_views(const std::vector<Filter>& filters) {
  return std::ranges::any_of(filters, [](const Filter& filter) { return filter.dimension->of_views; });
}

}  // namespace gapless
