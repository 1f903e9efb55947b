#include "api/route_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace gapless::api {
namespace {

using testing::HasSubstr;

TEST(RouteTable, refuses_endpoints_that_do_not_hold_together) {
  const Endpoint good = test_endpoints()[1];
  const auto refused = [&](std::function<void(Endpoint&)> spoil, const char* why) {
    Endpoint bad = good;
    spoil(bad);
    const auto table = RouteTable::make({bad});
    ASSERT_FALSE(table) << why;
    EXPECT_EQ(table.error().fault, Fault::kInternal);
    EXPECT_THAT(table.error().message, HasSubstr(why));
  };
  ASSERT_TRUE(RouteTable::make({good}));
  refused([](Endpoint& e) { e.path = "runs/{id}"; }, "has no absolute path");
  refused([](Endpoint& e) { e.path = "/runs"; }, "has other parameters in its path");
  refused([](Endpoint& e) { e.path = "/runs/{id}/{step}"; }, "has other parameters in its path");
  refused([](Endpoint& e) { e.method = "get"; }, "has another method");
  refused([](Endpoint& e) { e.method = "POST"; }, "is cacheable, but no GET");
  refused([](Endpoint& e) { e.handle = nullptr; }, "has no handler");
  refused([](Endpoint& e) { e.operation_id = ""; }, "has no operation id");
  refused([](Endpoint& e) { e.body_schema = Json::object(); }, "has a body, which its method has not");
  refused([](Endpoint& e) { e.parameters.push_back(e.parameters[1]); }, "two parameters of one name");
  refused([](Endpoint& e) { e.parameters[1].schema = {{"type", "array"}}; }, "of no simple type");
  refused([](Endpoint& e) { e.parameters[1].schema["pattern"] = "x"; }, "'pattern' is not checked");
  EXPECT_THAT(RouteTable::make({good, good}).error().message, HasSubstr("another's operation id"));
  Endpoint same = good;
  same.operation_id = "other";
  same.path = "/runs/{run}";
  same.parameters[0].name = "run";
  EXPECT_THAT(RouteTable::make({good, same}).error().message, HasSubstr("is there twice"));
}

}  // namespace
}  // namespace gapless::api
