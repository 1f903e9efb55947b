#include "load/referring_domain.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "load/find_any.h"
#include "load/lower_case.h"
#include "load/utf8.h"
#include "util/ascii.h"

// The rules are those of Python's urllib.parse.urlsplit, which other readers of the same logs use.
namespace gapless {
namespace {

constexpr std::string_view kDirect = "$direct";

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, ascii_lower);
}

/// Leading control characters and spaces, and tabs and line ends anywhere, are no part of an address.
std::string_view without_stray_controls(std::string_view text, std::string& scratch) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  if (find_any<'\t', '\r', '\n'>(text) == std::string_view::npos) return text;
  scratch = text;
  std::erase_if(scratch, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  return scratch;
}

/// What follows "http://" or "https://", up to the path; empty where the address has another form.
std::string_view authority_of(std::string_view address) {
  const std::size_t colon = address.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view scheme = address.substr(0, colon);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) return {};
  address.remove_prefix(colon + 1);
  if (!address.starts_with("//")) return {};
  address.remove_prefix(2);
  return address.substr(0, find_any<'/', '?', '#'>(address));
}

/// An IPv6 address, with or without a zone, or the "v1.x" form of later versions.
bool is_bracketed_host(std::string_view text) {
  if (text.starts_with('v')) {
    const std::size_t dot = text.find('.');
    return dot != std::string_view::npos && dot > 1 && dot + 1 < text.size() &&
           std::ranges::all_of(text.substr(1, dot - 1), is_hex);
  }
  const std::size_t percent = text.find('%');
  if (percent != std::string_view::npos) {
    const std::string_view zone = text.substr(percent + 1);
    if (zone.empty() || zone.find('%') != std::string_view::npos) return false;
  }
  const std::string address(text.substr(0, percent));
  in6_addr parsed{};
  return address.find('\0') == std::string::npos && inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

/// True where a character's compatibility form holds one of / ? # @ : and so could disguise the end of a host.
bool has_disguised_delimiter(std::string_view authority) {
  static constexpr std::array<std::string_view, 19> kDisguises{
      "\u2047", "\u2048", "\u2049", "\u2100", "\u2101", "\u2105", "\u2106", "\u2A74", "\uFE13", "\uFE16",
      "\uFE55", "\uFE56", "\uFE5F", "\uFE6B", "\uFF03", "\uFF0F", "\uFF1A", "\uFF1F", "\uFF20"};
  if (std::ranges::all_of(authority, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return false;
  return std::ranges::any_of(
      kDisguises, [&](std::string_view disguise) { return authority.find(disguise) != std::string_view::npos; });
}

/// The host of an authority; empty where it has none or is malformed.
std::string_view host_of(std::string_view authority) {
  const std::size_t open = authority.find('[');
  const std::size_t close = authority.find(']');
  if ((open == std::string_view::npos) != (close == std::string_view::npos)) return {};
  if (open != std::string_view::npos) {
    const std::string_view inside = authority.substr(open + 1);
    if (!is_bracketed_host(inside.substr(0, inside.find(']')))) return {};
  }
  if (has_disguised_delimiter(authority)) return {};
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (const std::size_t bracket = authority.find('['); bracket != std::string_view::npos) {
    authority.remove_prefix(bracket + 1);
    return authority.substr(0, authority.find(']'));
  }
  return authority.substr(0, authority.find(':'));
}

}  // namespace

void set_referring_domain(std::string_view referer, std::string& out) {
  std::string scratch;
  const std::string_view address = without_stray_controls(referer, scratch);
  const std::string_view host = host_of(authority_of(address));
  out.clear();
  if (host.empty()) {
    out = kDirect;
    return;
  }
  // A zone ("%eth0") keeps all but its ASCII letters.
  const std::size_t zone = host.find('%');
  append_lower_case(host.substr(0, zone), out);
  if (zone != std::string_view::npos) {
    std::ranges::transform(host.substr(zone), std::back_inserter(out), ascii_lower);
  }
}

}  // namespace gapless
