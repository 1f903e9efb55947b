#include "load/campaign.h"

#include <array>

#include "load/find_any.h"
#include "load/utf8.h"
#include "util/ascii.h"

namespace gapless {
namespace {

enum Key { kSource, kMedium, kCampaign, kTerm, kContent, kGclid, kFbclid, kGadSource, kKeyCount };
constexpr std::array<std::string_view, kKeyCount> kKeys{"utm_source",  "utm_medium", "utm_campaign", "utm_term",
                                                        "utm_content", "gclid",      "fbclid",       "gad_source"};

bool is_encoded(std::string_view text) { return find_any<'%', '+'>(text) != std::string_view::npos; }

/// The key's place in kKeys, or kKeyCount.
std::size_t find_key(std::string_view key) {
  std::size_t i = 0;
  while (i < kKeyCount && kKeys[i] != key) ++i;
  return i;
}

void set_value(std::size_t key, std::string_view value, Event& event) {
  const bool clicked = !value.empty() && value != "null";
  switch (key) {
    case kSource: event.utm_source = value; break;
    case kMedium: event.utm_medium = value; break;
    case kCampaign: event.utm_campaign = value; break;
    case kTerm: event.utm_term = value; break;
    case kContent: event.utm_content = value; break;
    case kGclid: event.has_gclid = clicked; break;
    case kFbclid: event.has_fbclid = clicked; break;
    case kGadSource: event.has_gad_source_paid_search = value == "1"; break;
    default: break;
  }
}

}  // namespace

void append_percent_decoded(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
      out += static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!is_utf8(std::string_view(out).substr(start))) {
    const std::string bytes = out.substr(start);
    out.resize(start);
    append_as_utf8(bytes, out);
  }
}

void read_campaign(std::string_view target, Event& event) {
  std::string_view query = target.substr(0, target.find('#'));
  const std::size_t mark = query.find('?');
  if (mark == std::string_view::npos) return;
  query.remove_prefix(mark + 1);

  std::array<bool, kKeyCount> seen{};
  std::string scratch;
  while (!query.empty()) {
    const std::size_t ampersand = query.find('&');
    const std::string_view pair = query.substr(0, ampersand);
    query.remove_prefix(ampersand == std::string_view::npos ? query.size() : ampersand + 1);
    const std::size_t equals = pair.find('=');
    std::string_view key = pair.substr(0, equals);
    if (is_encoded(key)) {
      scratch.clear();
      append_percent_decoded(key, scratch);
      key = scratch;
    }
    const std::size_t found = find_key(key);
    if (found == kKeyCount || seen[found]) continue;
    seen[found] = true;
    std::string_view value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (is_encoded(value)) {
      scratch.clear();
      append_percent_decoded(value, scratch);
      value = scratch;
    }
    set_value(found, value, event);
  }
}

}  // namespace gapless
