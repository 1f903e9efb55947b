#include "core/table_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace gapless {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Identifier> Identifier::parse(std::string_view text, std::string_view origin) {
  const bool good = !text.empty() && text.size() <= 200 && is_letter(text.front()) &&
                    std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
  if (!good)
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a name of letters, digits and '_' (from {})", text.substr(0, 80), origin));
  return Identifier(std::string(text));
}

}  // namespace gapless
