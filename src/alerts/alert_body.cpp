#include "alerts/alert_body.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace gapless {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kLongestSlackDetail = 3000;

OrderedJson json_of(const Alert& alert) {
  OrderedJson fields = OrderedJson::object();
  for (const auto& [field, value] : alert.fields) fields[field] = value;
  return {{"version", 1},
          {"id", alert.id()},
          {"kind", name(alert.kind)},
          {"title", alert.title},
          {"detail", alert.detail},
          {"job", alert.job},
          {"run_id", alert.run_id},
          {"at", format_instant(alert.at)},
          {"host", alert.host},
          {"fields", std::move(fields)}};
}

/// The three characters that mean something to Slack, as it wants them written.
std::string slack_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      default: escaped += c;
    }
  return escaped;
}

/// No longer than this, and not ending within a character.
std::string shortened(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string slack_text(const Alert& alert) {
  std::string text = fmt::format("*{}*", slack_escaped(alert.title));
  if (!alert.detail.empty()) text += "\n" + slack_escaped(shortened(alert.detail, kLongestSlackDetail));
  const auto add = [&text](std::string_view label, std::string_view value) {
    if (!value.empty()) text += fmt::format("\n{}: {}", slack_escaped(label), slack_escaped(value));
  };
  add("job", alert.job);
  add("run", alert.run_id);
  add("host", alert.host);
  add("at", format_instant(alert.at));
  for (const auto& [field, value] : alert.fields) add(field, value);
  return text;
}

}  // namespace

std::string alert_body(const Alert& alert, WebhookFormat format) {
  const OrderedJson body = format == WebhookFormat::kSlack ? OrderedJson{{"text", slack_text(alert)}} : json_of(alert);
  return body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace gapless
