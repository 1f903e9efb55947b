#include "alerts/alert.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "util/hex.h"

namespace gapless {
namespace {

/// With its length before it, so that no two alerts run together into the same text.
void append_measured(std::string& all, std::string_view part) {
  all += fmt::format("{}:", part.size());
  all += part;
}

}  // namespace

std::string Alert::id() const {
  std::string all;
  append_measured(all, name(kind));
  append_measured(all, format_instant(at));
  for (const std::string* part : {&title, &detail, &job, &run_id, &host}) append_measured(all, *part);
  for (const auto& [field, value] : fields) {
    append_measured(all, field);
    append_measured(all, value);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  // SHA-256 of a text in memory fails only where there is no memory left.
  if (EVP_Digest(all.data(), all.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) std::abort();
  return to_hex(std::span(digest).first(16));
}

std::string_view name(Alert::Kind kind) {
  switch (kind) {
    case Alert::Kind::kRunFailed: return "run_failed";
    case Alert::Kind::kRunPartial: return "run_partial";
    case Alert::Kind::kGapTooOld: return "gap_too_old";
    case Alert::Kind::kRecovered: return "recovered";
    case Alert::Kind::kTest: return "test";
  }
  return "test";
}

std::optional<Alert::Kind> parse_alert_kind(std::string_view text) {
  for (const Alert::Kind kind : kAlertKinds)
    if (name(kind) == text) return kind;
  return std::nullopt;
}

}  // namespace gapless
