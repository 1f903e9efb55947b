#include "api/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapless::api {
namespace {

TEST(Link, names_the_next_page) {
  EXPECT_EQ(next_link("/api/v1/runs", {{"cursor", "a/b=c&d"}, {"limit", "10"}}),
            "</api/v1/runs?cursor=a%2Fb%3Dc%26d&limit=10>; rel=\"next\"");
  EXPECT_EQ(next_link("/x", {}), "</x>; rel=\"next\"");
}

}  // namespace
}  // namespace gapless::api
