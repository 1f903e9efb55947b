#include "gateway/form.h"

#include <gtest/gtest.h>

#include <string>

namespace gapless::gateway {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=b";

std::string part(const std::string& head, const std::string& value) {
  return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + value + "\r\n";
}

TEST(Form, HoldsAStatementAndItsValues) {
  Request request;
  const std::string body = part("name=\"query\"", "SELECT {x:String}") + part("name=param_x", "a\r\n--c\r\n") +
                           part("name=\"param_y\"", "") + "--b--\r\n";
  ASSERT_TRUE(is_form("Multipart/Form-Data; boundary=b"));
  const auto taken = take_form(kType, body, request);
  ASSERT_TRUE(taken) << taken.error().text;
  EXPECT_EQ(request.query, "SELECT {x:String}");
  EXPECT_EQ(request.values.at("x"), "a\r\n--c\r\n");
  EXPECT_EQ(request.values.at("y"), "");
}

TEST(Form, IsWholeOrRefused) {
  const std::string body = part("name=\"query\"", "SELECT 1") + part("name=\"param_x\"", "a") + "--b--";
  for (std::size_t size = 0; size < body.size(); ++size) {
    Request request;
    EXPECT_FALSE(take_form(kType, body.substr(0, size), request)) << size;
  }
}

struct BadForm {
  const char* type;
  std::string body;
  int code;
};

TEST(Form, HoldsNothingElse) {
  for (const BadForm& bad : {
           BadForm{"multipart/form-data", "--b--", code::kBadArguments},
           BadForm{kType, "", code::kBadArguments},
           BadForm{kType, part("name=\"t\"; filename=\"t.tsv\"", "1") + "--b--", code::kNotImplemented},
           BadForm{kType, part("name=\"max_threads\"", "1") + "--b--", code::kBadArguments},
           BadForm{kType, part("name=\"query\"", "a") + part("name=\"query\"", "b") + "--b--", code::kBadArguments},
           BadForm{kType, part("name=\"param_x\"", "a") + part("name=\"param_x\"", "b") + "--b--", code::kBadArguments},
           BadForm{kType, "--b\r\nno head\r\n--b--", code::kBadArguments},
       }) {
    Request request;
    const auto taken = take_form(bad.type, bad.body, request);
    ASSERT_FALSE(taken) << bad.body;
    EXPECT_EQ(taken.error().code, bad.code) << bad.body;
  }
}

}  // namespace
}  // namespace gapless::gateway
