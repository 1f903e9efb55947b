#include "alerts/webhook.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "util/ascii.h"
#include "util/parse_number.h"

namespace gapless {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool consists_of(std::string_view text, std::string_view letters_of) {
  return !text.empty() && text.find_first_not_of(letters_of) == std::string_view::npos;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']'))
    return consists_of(text.substr(1, text.size() - 2), "0123456789abcdefABCDEF:.");
  static const std::string kHost = std::string(kLetters) + std::string(kDigits) + "-._";
  return consists_of(text, kHost);
}

bool is_port(std::string_view text) {
  const auto port = parse_number<unsigned>(text);
  return port && *port >= 1 && *port <= 65535;
}

/// What is wrong with what stands between the scheme and the path; empty where nothing is.
std::string_view fault_of_authority(std::string_view authority) {
  if (authority.find('@') != std::string_view::npos)
    return "has a user or a password before the host, which is not supported";
  const std::size_t after_address = authority.starts_with('[') ? authority.find(']') : 0;
  const std::size_t colon =
      after_address == std::string_view::npos ? std::string_view::npos : authority.find(':', after_address);
  if (!is_host(authority.substr(0, colon))) return "names no host";
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1)))
    return "has a port that is not a number from 1 to 65535";
  return "";
}

template <class Values>
std::string names_of(const Values& values) {
  std::vector<std::string_view> names;
  for (const auto value : values) names.push_back(name(value));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string_view name(WebhookFormat format) {
  switch (format) {
    case WebhookFormat::kJson: return "json";
    case WebhookFormat::kSlack: return "slack";
  }
  return "json";
}

std::optional<WebhookFormat> parse_webhook_format(std::string_view text) {
  for (const WebhookFormat format : kWebhookFormats)
    if (name(format) == text) return format;
  return std::nullopt;
}

Result<WebhookUrl> WebhookUrl::parse(std::string_view text, std::string_view origin) {
  const auto bad = [origin](std::string_view why) {
    return fail(Fault::kInvalidInput,
                fmt::format("{} {}; write it as https://host/path (its text is not shown, for it may be a secret)",
                            origin, why));
  };
  if (text.empty()) return bad("is empty");
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; }))
    return bad("holds a character that is not allowed in a URL");
  const std::string scheme = ascii_lowered(text.substr(0, text.find("://")));
  if (scheme != "https" && scheme != "http") return bad("does not begin with https:// or http://");
  const std::string_view rest = text.substr(scheme.size() + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::string_view fault = fault_of_authority(authority); !fault.empty()) return bad(fault);
  return WebhookUrl(std::string(text), scheme + "://" + std::string(authority));
}

Result<Webhook> parse_webhook(const WebhookText& text, std::string_view key) {
  if (text.name.empty())
    return fail(Fault::kInvalidInput, fmt::format("{}.name is empty; logs need a name for the webhook", key));
  GAPLESS_ASSIGN(WebhookUrl url, WebhookUrl::parse(text.url, fmt::format("{}.url", key)));
  const auto format = parse_webhook_format(text.format);
  if (!format)
    return fail(Fault::kInvalidInput,
                fmt::format("{}.format '{}' is not one of: {}", key, text.format, names_of(kWebhookFormats)));
  Webhook webhook{text.name, std::move(url), *format, text.secret};
  for (const std::string& kind_text : text.kinds) {
    const auto kind = parse_alert_kind(kind_text);
    if (!kind)
      return fail(Fault::kInvalidInput,
                  fmt::format("{}.kinds '{}' is not one of: {}", key, kind_text, names_of(kAlertKinds)));
    webhook.kinds.insert(*kind);
  }
  return webhook;
}

}  // namespace gapless
