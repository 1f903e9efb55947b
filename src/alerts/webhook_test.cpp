#include "alerts/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::HasSubstr;
using testing::Not;

struct GoodUrl {
  const char* name;
  const char* url;
  const char* shown;
};

class AcceptedUrl : public testing::TestWithParam<GoodUrl> {};

TEST_P(AcceptedUrl, is_kept_and_shown_without_its_secret) {
  const auto url = WebhookUrl::parse(GetParam().url, "key");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->secret_text(), GetParam().url);
  EXPECT_EQ(url->shown(), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Urls, AcceptedUrl,
                         testing::ValuesIn<GoodUrl>({
                             {"slack", "https://hooks.slack.com/services/T0/B0/secret", "https://hooks.slack.com"},
                             {"port", "http://127.0.0.1:8080/secret", "http://127.0.0.1:8080"},
                             {"query", "https://host?secret=1", "https://host"},
                             {"fragment", "https://host#secret", "https://host"},
                             {"capitals", "HTTPS://Host/secret", "https://Host"},
                             {"ipv6", "http://[::1]:9000/secret", "http://[::1]:9000"},
                             {"ipv6_without_port", "http://[::1]/secret", "http://[::1]"},
                             {"at_sign_in_the_path", "https://host/@secret", "https://host"},
                         }),
                         kCaseName);

struct BadUrl {
  const char* name;
  const char* url;
  const char* why;
};

class RefusedUrl : public testing::TestWithParam<BadUrl> {};

TEST_P(RefusedUrl, is_named_by_its_key_and_not_shown) {
  const auto url = WebhookUrl::parse(GetParam().url, "alerts.webhooks[2].url");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(url.error().message, HasSubstr("alerts.webhooks[2].url " + std::string(GetParam().why)));
  EXPECT_THAT(url.error().message, Not(HasSubstr("s3cr3t")));
}

INSTANTIATE_TEST_SUITE_P(Urls, RefusedUrl,
                         testing::ValuesIn<BadUrl>({
                             {"empty", "", "is empty"},
                             {"no_scheme", "host/s3cr3t/", "does not begin with"},
                             {"other_scheme", "ftp://host/s3cr3t/", "does not begin with"},
                             {"file", "file:///s3cr3t/", "does not begin with"},
                             {"one_slash", "https:/host/s3cr3t/", "does not begin with"},
                             {"no_host", "https:///s3cr3t/", "names no host"},
                             {"only_a_port", "https://:80/s3cr3t/", "names no host"},
                             {"password", "https://user:s3cr3t/@host/", "has a port"},
                             {"user", "https://s3cr3t@host/", "has a user or a password"},
                             {"port_0", "https://host:0/s3cr3t/", "has a port"},
                             {"port_too_high", "https://host:65536/s3cr3t/", "has a port"},
                             {"port_without_digits", "https://host:/s3cr3t/", "has a port"},
                             {"after_ipv6", "https://[::1]x/s3cr3t/", "names no host"},
                             {"open_ipv6", "https://[::1/s3cr3t/", "names no host"},
                             {"percent_in_host", "https://ho%73t/s3cr3t/", "names no host"},
                             {"space", "https://host/s3cr3t/ x", "holds a character"},
                             {"line_end", "https://host/s3cr3t/\r\nX: y", "holds a character"},
                             {"backslash", "https://host\\s3cr3t/", "holds a character"},
                             {"not_ascii", "https://höst/s3cr3t/", "holds a character"},
                         }),
                         kCaseName);

TEST(WebhookText, makes_a_webhook) {
  const auto webhook = parse_webhook(
      {.name = "chat", .url = "https://h/x", .format = "slack", .secret = "s", .kinds = {"run_failed", "recovered"}},
      "alerts.webhooks[0]");
  ASSERT_TRUE(webhook) << webhook.error().message;
  EXPECT_EQ(webhook->name, "chat");
  EXPECT_EQ(webhook->url.secret_text(), "https://h/x");
  EXPECT_EQ(webhook->format, WebhookFormat::kSlack);
  EXPECT_EQ(webhook->secret, "s");
  EXPECT_TRUE(webhook->wants(Alert::Kind::kRecovered));
  EXPECT_FALSE(webhook->wants(Alert::Kind::kRunPartial));
  EXPECT_TRUE(webhook->wants(Alert::Kind::kTest));
}

TEST(WebhookText, is_for_all_alerts_in_json_unless_it_says_otherwise) {
  const auto webhook = parse_webhook({.name = "chat", .url = "https://h/x"}, "alerts.webhooks[0]");
  ASSERT_TRUE(webhook) << webhook.error().message;
  EXPECT_EQ(webhook->format, WebhookFormat::kJson);
  for (const Alert::Kind kind : kAlertKinds) EXPECT_TRUE(webhook->wants(kind));
}

struct BadWebhook {
  const char* name;
  WebhookText text;
  const char* message;
};

class RefusedWebhook : public testing::TestWithParam<BadWebhook> {};

TEST_P(RefusedWebhook, says_which_key_is_wrong) {
  const auto webhook = parse_webhook(GetParam().text, "alerts.webhooks[1]");
  ASSERT_FALSE(webhook);
  EXPECT_EQ(webhook.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(webhook.error().message, testing::StartsWith(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusedWebhook,
    testing::ValuesIn<BadWebhook>({
        {"no_name", {.name = "", .url = "https://h/"}, "alerts.webhooks[1].name is empty"},
        {"url", {.name = "a", .url = "h"}, "alerts.webhooks[1].url does not begin with"},
        {"format",
         {.name = "a", .url = "https://h/", .format = "xml"},
         "alerts.webhooks[1].format 'xml' is not one of: json, slack"},
        {"kind",
         {.name = "a", .url = "https://h/", .kinds = {"recovered", "all"}},
         "alerts.webhooks[1].kinds 'all' is not one of: run_failed, run_partial, gap_too_old, recovered, test"},
    }),
    kCaseName);

}  // namespace
}  // namespace gapless
