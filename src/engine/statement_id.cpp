#include "engine/statement_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <random>

#include "util/ascii.h"

namespace gapless {
namespace {

constexpr std::size_t kLongest = 128;

bool allowed(char character) { return is_alphanumeric(character) || character == '-' || character == '_'; }

std::uint64_t random_number() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

Status check_statement_id(std::string_view id) {
  if (!id.empty() && id.size() <= kLongest && std::ranges::all_of(id, allowed)) return {};
  return fail(Fault::kInvalidInput,
              fmt::format("'{}' cannot name a statement: 1 to {} letters, digits, '-' and '_' can", id, kLongest));
}

Result<std::string> statement_id_or_new(std::string_view id) {
  if (!id.empty()) {
    GAPLESS_TRY(check_statement_id(id));
    return std::string(id);
  }
  static const std::uint64_t process = random_number();
  static std::atomic<std::uint64_t> statements{0};
  return fmt::format("gapless-{:016x}-{}", process, ++statements);
}

}  // namespace gapless
