#include "app/daemon_settings.h"

#include <fmt/format.h>

#include "app/set_value.h"
#include "app/setting_values.h"
#include "util/ascii.h"

namespace gapless {
namespace {

using Kind = SettingInfo::Kind;

/// A job's cron expression, or off.
template <JobTimes Settings::*job>
Status set_cron(const GivenValue& value, Settings& settings) {
  GAPLESS_ASSIGN((settings.*job).cron, parse_cron_or_off(value.text, fmt::format("{}, {}", value.key, value.origin)));
  return {};
}

template <JobTimes Settings::*job>
Status set_zone(const GivenValue& value, Settings& settings) {
  GAPLESS_ASSIGN((settings.*job).zone, TimeZone::parse(value.text, fmt::format("{}, {}", value.key, value.origin)));
  return {};
}

/// An entry of a table of webhooks: a name, and its URL.
template <WebhookFormat format>
Status add_webhook(const GivenValue& value, Settings& settings) {
  WebhookText text{value.key.substr(value.key.rfind('.') + 1), value.text, std::string(name(format))};
  GAPLESS_ASSIGN(Webhook webhook, parse_webhook(text, fmt::format("{}, {}", value.key, value.origin)));
  std::erase_if(settings.webhooks, [&](const Webhook& one) { return one.name == webhook.name; });
  settings.webhooks.push_back(std::move(webhook));
  return {};
}

Status add_api_token(const GivenValue& value, Settings& settings) {
  return add_token<api::Token>(
      settings.api_tokens, value, {"read", "operate"},
      [](std::string name, std::string sha256, std::string_view scope) -> api::Token {
        return {std::move(name), std::move(sha256), scope == "read" ? api::Scope::kRead : api::Scope::kOperate};
      });
}

template <std::vector<std::string> Settings::*list>
Status set_list(const GivenValue& value, Settings& settings) {
  std::vector<std::string> items;
  for_each_part(value.text, ',', [&items](std::string_view item) {
    if (!item.empty()) items.emplace_back(item);
  });
  settings.*list = std::move(items);
  return {};
}

}  // namespace

std::vector<Setting> daemon_settings() {
  return {
      {{"schedule.daily",
        Kind::kText,
        {"WEB_PREAGGREGATED_HISTORICAL_DAILY_CRON_SCHEDULE"},
        "0 1 * * *",
        "when gapless serve runs the job daily: five cron fields, @daily and its kind, or off"},
       set_cron<&Settings::daily>},
      {{"schedule.intraday",
        Kind::kText,
        {"WEB_PREAGGREGATED_INTRA_DAY_HOURLY_CRON_SCHEDULE"},
        "*/20 * * * *",
        "the same for the job intraday"},
       set_cron<&Settings::intraday>},
      {{"schedule.backfill", Kind::kText, {"GAPLESS_SCHEDULE_BACKFILL"}, "0 3 * * *", "the same for the job backfill"},
       set_cron<&Settings::backfill>},
      {{"schedule.verify", Kind::kText, {"GAPLESS_SCHEDULE_VERIFY"}, "off", "the same for the job verify"},
       set_cron<&Settings::verify>},
      {{"schedule.time_zone",
        Kind::kText,
        {"GAPLESS_SCHEDULE_TIME_ZONE"},
        "UTC",
        "whose clocks they go by, as in Europe/Berlin; days of figures are UTC all the same"},
       [](const GivenValue& value, Settings& settings) -> Status {
         GAPLESS_ASSIGN(settings.time_zone, TimeZone::parse(value.text, value.origin));
         return {};
       }},
      {{"schedule.daily_time_zone", Kind::kText, {"GAPLESS_SCHEDULE_DAILY_TIME_ZONE"}, "", "of the job daily alone"},
       set_zone<&Settings::daily>},
      {{"schedule.intraday_time_zone",
        Kind::kText,
        {"GAPLESS_SCHEDULE_INTRADAY_TIME_ZONE"},
        "",
        "of the job intraday alone"},
       set_zone<&Settings::intraday>},
      {{"schedule.backfill_time_zone",
        Kind::kText,
        {"GAPLESS_SCHEDULE_BACKFILL_TIME_ZONE"},
        "",
        "of the job backfill alone"},
       set_zone<&Settings::backfill>},
      {{"schedule.verify_time_zone", Kind::kText, {"GAPLESS_SCHEDULE_VERIFY_TIME_ZONE"}, "", "of the job verify alone"},
       set_zone<&Settings::verify>},
      {{"api.listen",
        Kind::kText,
        {"GAPLESS_LISTEN"},
        "127.0.0.1:8484",
        "HOST:PORT of the API of gapless serve, or off; other machines reach it only with tokens"},
       [](const GivenValue& value, Settings& settings) -> Status {
         settings.listen = value.text == "off" ? "" : value.text;
         return {};
       }},
      {{"api.tokens",
        Kind::kTable,
        {"GAPLESS_API_TOKENS"},
        "",
        "who may call it, where not everybody on this machine may: names, and read: or operate: with a token's "
        "SHA-256"},
       add_api_token,
       scope_alone},
      {{"api.allowed_hosts",
        Kind::kTexts,
        {"GAPLESS_API_ALLOWED_HOSTS"},
        "",
        "names by which it may be called, beside localhost"},
       set_list<&Settings::allowed_hosts>},
      {{"api.allowed_origins",
        Kind::kTexts,
        {"GAPLESS_API_ALLOWED_ORIGINS"},
        "",
        "pages on other hosts that may call it, as in https://board.example.org"},
       set_list<&Settings::allowed_origins>},
      {{"alerts.webhooks",
        Kind::kTable,
        {"GAPLESS_ALERTS_WEBHOOKS"},
        "",
        "who is told of failed and partial runs, of old gaps and of recovery: names and the URLs that get the JSON"},
       add_webhook<WebhookFormat::kJson>,
       hidden},
      {{"alerts.slack",
        Kind::kTable,
        {"GAPLESS_ALERTS_SLACK"},
        "",
        "the same in the form that Slack, Mattermost and others take"},
       add_webhook<WebhookFormat::kSlack>,
       hidden},
      {{"alerts.secret",
        Kind::kText,
        {"GAPLESS_ALERTS_SECRET"},
        "",
        "signs what webhooks get, with HMAC-SHA256 in the header X-Gapless-Signature"},
       [](const GivenValue& value, Settings& settings) -> Status {
         if (value.text.empty()) return fail(Fault::kInvalidInput, value.key + " must not be empty");
         settings.alerts_secret = value.text;
         return {};
       },
       hidden},
      {{"alerts.oldest_gap",
        Kind::kText,
        {"GAPLESS_ALERTS_OLDEST_GAP"},
        "26h",
        "how long after the end of its day a gap may be there before it is told"},
       [](const GivenValue& value, Settings& settings) -> Status {
         const auto span = read_span(value.text);
         if (!span)
           return fail(Fault::kInvalidInput, fmt::format("{} must be {}, not '{}' (from {})", value.key, span.error(),
                                                         value.text, value.origin));
         settings.oldest_gap_allowed = std::chrono::floor<std::chrono::seconds>(*span);
         return {};
       }},
  };
}

}  // namespace gapless
