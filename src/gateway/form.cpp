#include "gateway/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "util/ascii.h"

namespace gapless::gateway {
namespace {

constexpr std::string_view kFormType = "multipart/form-data";
constexpr std::string_view kPlaceholder = "param_";
constexpr std::size_t kLongestBoundary = 70;  // RFC 2046

/// The value of `name=value` or `name="value"` among those that semicolons part.
std::string_view attribute(std::string_view header, std::string_view name) {
  std::string_view found;
  for_each_part(header, ';', [&](std::string_view part) {
    part = trimmed(part);
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=')
      found = trimmed(part.substr(name.size() + 1), "\"");
  });
  return found;
}

OrFailure<void> take_part(std::string_view part, Request& request) {
  const std::size_t end = part.find("\r\n\r\n");
  if (end == std::string_view::npos) return failed(code::kBadArguments, "a part of the form has no end of its head");
  std::string_view disposition;
  for_each_part(part.substr(0, end), '\n', [&](std::string_view line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (ascii_lowered(trimmed(line.substr(0, colon))) == "content-disposition")
      disposition = trimmed(line.substr(std::min(colon + 1, line.size())), " \t\r");
  });
  if (!attribute(disposition, "filename").empty())
    return failed(code::kNotImplemented, "tables in a form are not taken here");
  const std::string name(attribute(disposition, "name"));
  std::string value(part.substr(end + 4));
  if (name == "query" && !request.query) {
    request.query = std::move(value);
    return {};
  }
  const bool is_value = name.starts_with(kPlaceholder);
  if (is_value && request.values.emplace(name.substr(kPlaceholder.size()), std::move(value)).second) return {};
  return failed(code::kBadArguments, is_value || name == "query"
                                         ? "the form says something that was said before"
                                         : "a form may have parts named query and param_…, and no others");
}

}  // namespace

bool is_form(std::string_view content_type) { return ascii_lowered(content_type).starts_with(kFormType); }

OrFailure<void> take_form(std::string_view content_type, std::string_view body, Request& request) {
  const std::string_view boundary = attribute(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kLongestBoundary)
    return failed(code::kBadArguments, "the form's boundary is missing, or too long");
  const std::string first = fmt::format("--{}", boundary);
  const std::string next = "\r\n" + first;
  if (!body.starts_with(first)) return failed(code::kBadArguments, "the form does not begin with its boundary");
  body.remove_prefix(first.size());
  while (!body.starts_with("--")) {
    const std::size_t end = body.find(next);
    if (!body.starts_with("\r\n") || end == std::string_view::npos)
      return failed(code::kBadArguments, "the form ends before its last boundary");
    GAPLESS_TRY_FAILURE(take_part(body.substr(2, end - 2), request));
    body.remove_prefix(end + next.size());
  }
  return {};
}

}  // namespace gapless::gateway
