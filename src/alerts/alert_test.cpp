#include "alerts/alert.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "alerts/alert_body.h"
#include "alerts/alert_test_support.h"
#include "alerts/signature.h"
#include "support/case_name.h"

namespace gapless {
namespace {

TEST(AlertKind, names_are_read_back) {
  for (const Alert::Kind kind : kAlertKinds) EXPECT_EQ(parse_alert_kind(name(kind)), kind);
  EXPECT_EQ(parse_alert_kind("gap"), std::nullopt);
}

TEST(AlertId, differs_where_anything_does) {
  using Change = std::function<void(Alert&)>;
  std::set<std::string> ids;
  const std::vector<Change> changes = {[](Alert&) {},
                                       [](Alert& alert) { alert.kind = Alert::Kind::kRunPartial; },
                                       [](Alert& alert) { alert.title += "x"; },
                                       [](Alert& alert) { alert.detail += "x"; },
                                       [](Alert& alert) { alert.job = "intraday"; },
                                       [](Alert& alert) { alert.run_id += "x"; },
                                       [](Alert& alert) { alert.at += std::chrono::microseconds(1); },
                                       [](Alert& alert) { alert.host = "db2"; },
                                       [](Alert& alert) {
                                         alert.fields = {{"da", "y2026-02-28"}};
                                       },
                                       [](Alert& alert) { alert.fields.clear(); }};
  for (const Change& change : changes) {
    Alert alert = failed_run_alert();
    change(alert);
    EXPECT_EQ(alert.id(), alert.id());
    ids.insert(alert.id());
  }
  EXPECT_EQ(ids.size(), changes.size());
}

TEST(AlertBody, as_json_is_as_documented) {
  EXPECT_EQ(
      alert_body(failed_run_alert(), WebhookFormat::kJson),
      R"({"version":1,"id":"e700fe8d1081737a6e5a1c12f1b14589","kind":"run_failed","title":"the daily run failed",)"
      R"("detail":"no memory <now>","job":"daily","run_id":"20260301-060000-ab","at":"2026-03-01T06:00:00Z",)"
      R"("host":"db1","fields":{"day":"2026-02-28"}})");
}

TEST(AlertBody, as_json_has_every_member_of_an_alert_about_nothing) {
  const auto body = nlohmann::json::parse(alert_body(Alert{}, WebhookFormat::kJson));
  EXPECT_EQ(body.size(), 10U);
  EXPECT_EQ(body.at("kind"), "test");
  EXPECT_EQ(body.at("job"), "");
  EXPECT_EQ(body.at("fields"), nlohmann::json::object());
}

std::string slack_text_of(const Alert& alert) {
  const auto body = nlohmann::json::parse(alert_body(alert, WebhookFormat::kSlack));
  EXPECT_EQ(body.size(), 1U);
  return body.at("text");
}

TEST(AlertBody, for_slack_is_one_text_without_markup_of_others) {
  EXPECT_EQ(slack_text_of(failed_run_alert("a & b <!channel>")),
            "*a &amp; b &lt;!channel&gt;*\nno memory &lt;now&gt;\njob: daily\nrun: 20260301-060000-ab\nhost: db1\n"
            "at: 2026-03-01T06:00:00Z\nday: 2026-02-28");
}

TEST(AlertBody, for_slack_leaves_out_what_is_not_known) {
  EXPECT_EQ(slack_text_of({.title = "t",
                           .detail = "",
                           .job = "",
                           .run_id = "",
                           .at = test_instant("2026-03-01T06:00:00Z"),
                           .host = ""}),
            "*t*\nat: 2026-03-01T06:00:00Z");
}

TEST(AlertBody, for_slack_cuts_a_long_detail_between_characters) {
  Alert alert = failed_run_alert("t");
  alert.detail = "x";
  for (int i = 0; i < 2000; ++i) alert.detail += "ü";  // so that byte 3000 is the second of one
  const std::string text = slack_text_of(alert);
  EXPECT_NE(text.find("xü"), std::string::npos);
  EXPECT_NE(text.find("ü…\njob: daily"), std::string::npos);
  EXPECT_EQ(text.find("\xEF\xBF\xBD"), std::string::npos);
  EXPECT_LT(text.size(), 3200U);
}

TEST(AlertBody, is_utf8_whatever_the_error_was) {
  Alert alert = failed_run_alert();
  alert.detail = "bad \xff byte";
  for (const WebhookFormat format : kWebhookFormats)
    EXPECT_NE(alert_body(alert, format).find("bad \xEF\xBF\xBD byte"), std::string::npos);
}

struct SignatureCase {
  const char* name;
  const char* secret;
  const char* body;
  const char* at;
  const char* header;
};

class Signature : public testing::TestWithParam<SignatureCase> {};

// Computed with Python: hmac.new(secret, b"%d." % t + body, hashlib.sha256).hexdigest()
TEST_P(Signature, is_what_others_compute) {
  const SignatureCase& one = GetParam();
  EXPECT_EQ(signature(one.secret, one.body, test_instant(one.at)), one.header);
}

INSTANTIATE_TEST_SUITE_P(Vectors, Signature,
                         testing::ValuesIn<SignatureCase>({
                             {"json", "topsecret", R"({"version":1})", "2026-03-01T00:00:00Z",
                              "t=1772323200,v1=a3d544f94606b3a784a7b62f0d5f65d9360853b847e2c6e099ead206224c06fd"},
                             {"utf8", "topsecret", "Tür\n", "2026-03-01T00:00:00Z",
                              "t=1772323200,v1=e0c24afc5333a2ae939b6c6251fcb6822a096f0f084fe49d7d2d105b89b4a836"},
                             {"microseconds_do_not_count", "topsecret", "", "2026-03-01T00:00:00.999999Z",
                              "t=1772323200,v1=492d27fd0adfb782e6449044cea44829061d6fef3e0817b0798f573fefeb28e1"},
                             {"without_a_secret", "", "", "2026-03-01T00:00:00Z",
                              "t=1772323200,v1=eab1b8b38804f603c517457806f61c8505697b374110fe13720c7d994a30cc43"},
                         }),
                         kCaseName);

}  // namespace
}  // namespace gapless
