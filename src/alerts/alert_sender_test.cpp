#include "alerts/alert_sender.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "alerts/alert_body.h"
#include "alerts/alert_test_support.h"
#include "alerts/fake_post_test_support.h"
#include "alerts/signature.h"
#include "support/case_name.h"

namespace gapless {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHost = "https://hooks.example";  // of test_webhook()

/// A sender over a fake network. Time stands still but for the waits, which take none.
class AlertSenderTest : public testing::Test {
 protected:
  AlertSenderTest() {
    previous_logger_ = spdlog::default_logger();
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
  }
  ~AlertSenderTest() override {
    sender_.reset();  // whose threads log
    spdlog::set_default_logger(previous_logger_);
  }

  AlertSender& start(AlertSender::Options options) {
    options.on_outcome = [this](AlertOutcome outcome) { outcomes_.add(outcome); };
    options.steady_now = [this] { return steady_clock::time_point(passed_); };
    if (!waits_are_real_)
      options.wait = [this](milliseconds wait, const std::stop_token& stop) {
        waits_.push_back(wait);
        passed_ += wait;
        return !stop.stop_requested();
      };
    sender_.emplace(std::move(options), http_, clock_);
    return *sender_;
  }
  /// What was logged; the sender is stopped.
  std::string log() {
    sender_->stop();
    return log_.str();
  }
  std::vector<std::string> titles() {
    std::vector<std::string> titles;
    for (const HttpRequest& request : http_.requests())
      titles.push_back(nlohmann::json::parse(request.body).at("title"));
    return titles;
  }

  FakePost http_;
  ManualClock clock_{test_instant("2026-03-01T00:00:00Z")};
  OutcomeLog outcomes_;
  std::vector<milliseconds> waits_;  // of the one worker; to be read once its outcome is known
  milliseconds passed_{0};
  bool waits_are_real_ = false;
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> previous_logger_;
  std::optional<AlertSender> sender_;
};

TEST_F(AlertSenderTest, posts_to_each_webhook_in_its_format) {
  Webhook chat = test_webhook("chat");
  chat.url = WebhookUrl::parse("https://chat.example/x", "test").value();
  chat.format = WebhookFormat::kSlack;
  start({.webhooks = {test_webhook("ops", "topsecret"), chat}}).send(failed_run_alert());
  EXPECT_THAT(outcomes_.wait_for(2), ElementsAre("sent", "sent"));
  auto requests = http_.requests();
  ASSERT_EQ(requests.size(), 2U);
  if (requests[0].url.shown() != kHost) std::swap(requests[0], requests[1]);
  const std::string json = alert_body(failed_run_alert(), WebhookFormat::kJson);
  EXPECT_EQ(requests[0].body, json);
  EXPECT_EQ(requests[0].url.secret_text(), "https://hooks.example/T0/secret");
  EXPECT_THAT(requests[0].headers, ElementsAre(std::pair<std::string, std::string>("Content-Type", "application/json"),
                                               std::pair<std::string, std::string>(
                                                   "X-Gapless-Signature", signature("topsecret", json, clock_.now()))));
  EXPECT_EQ(requests[1].body, alert_body(failed_run_alert(), WebhookFormat::kSlack));
  EXPECT_THAT(requests[1].headers,
              ElementsAre(std::pair<std::string, std::string>("Content-Type", "application/json")));
  EXPECT_EQ(sender_->counts(), (AlertCounts{2, 0, 0}));
}

TEST_F(AlertSenderTest, sends_a_webhook_only_what_it_is_for) {
  Webhook webhook = test_webhook();
  webhook.kinds = {Alert::Kind::kRecovered};
  AlertSender& sender = start({.webhooks = {webhook}});
  sender.send(failed_run_alert("failed"));
  Alert recovered = failed_run_alert("recovered");
  recovered.kind = Alert::Kind::kRecovered;
  sender.send(recovered);
  outcomes_.wait_for(1);
  EXPECT_THAT(titles(), ElementsAre("recovered"));
}

TEST_F(AlertSenderTest, keeps_the_order_while_it_tries_again) {
  http_.answer(kHost, {HttpReply{500}, HttpReply{500}});
  AlertSender& sender = start({.webhooks = {test_webhook()}});
  for (const char* title : {"1", "2"}) sender.send(failed_run_alert(title));
  outcomes_.wait_for(2);
  EXPECT_THAT(titles(), ElementsAre("1", "1", "1", "2"));
}

struct RetryCase {
  const char* name;
  std::vector<Result<HttpReply>> replies;
  std::size_t attempts;
  const char* outcome;
  const char* logged;
};

Result<HttpReply> status(int code) { return HttpReply{code}; }

class Retries : public AlertSenderTest, public testing::WithParamInterface<RetryCase> {};

TEST_P(Retries, end_as_they_should) {
  http_.answer(kHost, GetParam().replies);
  start({.webhooks = {test_webhook()}, .retry = {.attempts = 3, .base_delay = seconds(10)}}).send(failed_run_alert());
  EXPECT_THAT(outcomes_.wait_for(1), ElementsAre(GetParam().outcome));
  EXPECT_EQ(http_.requests().size(), GetParam().attempts);
  EXPECT_EQ(waits_.size(), GetParam().attempts - 1);
  const std::string logged = log();
  EXPECT_THAT(logged, HasSubstr(GetParam().logged));
  EXPECT_THAT(logged, Not(HasSubstr("T0")));
}

INSTANTIATE_TEST_SUITE_P(
    Replies, Retries,
    testing::ValuesIn<RetryCase>({
        {"ok", {status(200)}, 1, "sent", "was sent to ops"},
        {"accepted", {status(202)}, 1, "sent", "was sent to ops"},
        {"server_error", {status(500), status(503), status(204)}, 3, "sent", "was sent to ops"},
        {"time_out_of_the_server", {status(408)}, 2, "sent", "was sent to ops"},
        {"too_many_requests", {status(429)}, 2, "sent", "was sent to ops"},
        {"no_connection", {fail(Fault::kUnavailable, "no connection")}, 2, "sent", "was sent to ops"},
        {"timeout", {fail(Fault::kTimeout, "too slow")}, 2, "sent", "was sent to ops"},
        {"never",
         {status(500), status(500), status(502)},
         3,
         "failed",
         "to ops: https://hooks.example answered with status 502, at the last of 3 attempts"},
        {"redirect", {status(301)}, 1, "failed", "status 301: redirects are not followed"},
        {"bad_request", {status(400)}, 1, "failed", "status 400: it does not take this body"},
        {"forbidden", {status(403)}, 1, "failed", "status 403: it does not accept the URL or the signature"},
        {"gone", {status(410)}, 1, "failed", "status 410: there is no such webhook"},
        {"later_refused", {status(500), status(418)}, 2, "failed", "status 418: check the webhook's url"},
        {"our_own_fault", {fail(Fault::kInternal, "libcurl")}, 1, "failed", "to ops: libcurl"},
    }),
    kCaseName);

struct WaitCase {
  const char* name;
  std::optional<seconds> retry_after;
  milliseconds least;
  milliseconds most;
};

class RetryAfter : public AlertSenderTest, public testing::WithParamInterface<WaitCase> {};

TEST_P(RetryAfter, is_waited_for_as_far_as_is_allowed) {
  http_.answer(kHost, {HttpReply{429, GetParam().retry_after}});
  start({.webhooks = {test_webhook()}, .retry = {.base_delay = seconds(2), .max_delay = minutes(1)}})
      .send(failed_run_alert());
  EXPECT_THAT(outcomes_.wait_for(1), ElementsAre("sent"));
  ASSERT_EQ(waits_.size(), 1U);
  EXPECT_GE(waits_[0], GetParam().least);
  EXPECT_LE(waits_[0], GetParam().most);
}

INSTANTIATE_TEST_SUITE_P(Waits, RetryAfter,
                         testing::ValuesIn<WaitCase>({
                             {"none", std::nullopt, seconds(0), seconds(2)},
                             {"longer_than_ours", seconds(30), seconds(30), seconds(30)},
                             {"of_an_hour", std::chrono::hours(1), minutes(1), minutes(1)},
                             {"of_all_time", seconds::max(), minutes(1), minutes(1)},
                         }),
                         kCaseName);

TEST_F(AlertSenderTest, tries_no_longer_than_is_allowed) {
  http_.answer(kHost, std::vector<Result<HttpReply>>(10, HttpReply{503, seconds(40)}));
  start({.webhooks = {test_webhook()},
         .retry = {.attempts = 10, .base_delay = seconds(1), .max_delay = minutes(1), .max_total = seconds(100)}})
      .send(failed_run_alert());
  EXPECT_THAT(outcomes_.wait_for(1), ElementsAre("failed"));
  EXPECT_THAT(waits_, ElementsAre(seconds(40), seconds(40)));
  EXPECT_THAT(log(), HasSubstr("status 503, and it would take too long to try again"));
}

TEST_F(AlertSenderTest, signs_each_attempt_anew) {
  http_.answer(kHost, {HttpReply{503, seconds(60)}});
  start({.webhooks = {test_webhook("ops", "s")}});
  http_.hang(kHost);
  sender_->send(failed_run_alert());
  http_.wait_for_requests(1);
  clock_.advance(minutes(1));
  http_.release();
  outcomes_.wait_for(1);
  const auto requests = http_.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_THAT(requests[0].headers[1].second, testing::StartsWith("t=1772323200,"));
  EXPECT_THAT(requests[1].headers[1].second, testing::StartsWith("t=1772323260,"));
  EXPECT_EQ(requests[0].body, requests[1].body);
}

TEST_F(AlertSenderTest, drops_the_oldest_where_too_many_wait) {
  http_.hang(kHost);
  AlertSender& sender = start({.webhooks = {test_webhook()}, .queue = 2});
  sender.send(failed_run_alert("in hand"));
  http_.wait_for_requests(1);
  for (const char* title : {"1", "2", "3", "4"}) sender.send(failed_run_alert(title));
  EXPECT_EQ(sender.counts(), (AlertCounts{0, 0, 2}));
  http_.release();
  outcomes_.wait_for(5);
  EXPECT_THAT(titles(), ElementsAre("in hand", "3", "4"));
  EXPECT_EQ(sender.counts(), (AlertCounts{3, 0, 2}));
  EXPECT_THAT(log(),
              HasSubstr("the alert '1' for ops is dropped: 2 newer ones wait for https://hooks.example already"));
}

TEST_F(AlertSenderTest, lets_no_webhook_wait_for_another) {
  Webhook other = test_webhook("other");
  other.url = WebhookUrl::parse("https://other.example/x", "test").value();
  http_.hang(kHost);
  start({.webhooks = {test_webhook(), other}}).send(failed_run_alert());
  EXPECT_THAT(outcomes_.wait_for(1), ElementsAre("sent"));
}

TEST_F(AlertSenderTest, gives_up_at_a_stop_what_is_under_way_and_what_waits) {
  http_.hang(kHost);
  AlertSender& sender = start({.webhooks = {test_webhook()}});
  for (const char* title : {"in hand", "1"}) sender.send(failed_run_alert(title));
  http_.wait_for_requests(1);
  sender.stop();
  EXPECT_EQ(sender.counts(), (AlertCounts{0, 0, 2}));
  sender.send(failed_run_alert("too late"));
  EXPECT_EQ(sender.counts(), (AlertCounts{0, 0, 3}));
  const std::string logged = log();
  EXPECT_THAT(logged, HasSubstr("the alert 'in hand' for ops is given up, since gapless stops: stopped on request"));
  EXPECT_THAT(logged, HasSubstr("the alert '1' for ops is dropped: gapless stops"));
  EXPECT_THAT(logged, HasSubstr("the alert 'too late' for ops is dropped"));
}

TEST_F(AlertSenderTest, gives_up_at_a_stop_what_is_to_be_tried_again) {
  waits_are_real_ = true;
  http_.answer(kHost, {HttpReply{503, seconds(3600)}});
  AlertSender& sender = start({.webhooks = {test_webhook()}, .retry = {.max_delay = std::chrono::hours(1)}});
  sender.send(failed_run_alert());
  http_.wait_for_requests(1);
  sender.stop();  // would take an hour
  EXPECT_EQ(sender.counts(), (AlertCounts{0, 0, 1}));
}

TEST(AlertOutcome, names) {
  EXPECT_EQ(name(AlertOutcome::kSent), "sent");
  EXPECT_EQ(name(AlertOutcome::kFailed), "failed");
  EXPECT_EQ(name(AlertOutcome::kDropped), "dropped");
}

}  // namespace
}  // namespace gapless
