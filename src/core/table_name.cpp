#include "core/table_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "util/ascii.h"

namespace gapless {
namespace {

bool may_begin(char c) { return is_letter(c) || c == '_'; }

}  // namespace

Result<Identifier> Identifier::parse(std::string_view text, std::string_view origin) {
  const bool good = !text.empty() && text.size() <= 200 && may_begin(text.front()) &&
                    std::all_of(text.begin(), text.end(), [](char c) { return may_begin(c) || is_digit(c); });
  if (!good)
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is not a name of letters, digits and '_' (from {})", text.substr(0, 80), origin));
  return Identifier(std::string(text));
}

}  // namespace gapless
