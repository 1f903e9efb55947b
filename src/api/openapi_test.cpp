#include "api/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "http/digest.h"
#include "util/hex.h"

namespace gapless::api {
namespace {

/// Every "$ref" in a document.
void collect_references(const Json& node, std::set<std::string>& found) {
  if (node.is_object())
    for (const auto& [key, value] : node.items())
      if (key == "$ref") found.insert(value.get<std::string>());
  if (node.is_structured())
    for (const Json& child : node) collect_references(child, found);
}

std::set<std::string> statuses_of(const Json& operation) {
  std::set<std::string> statuses;
  for (const auto& [status, response] : operation["responses"].items()) statuses.insert(status);
  return statuses;
}

TEST(OpenApi, names_each_endpoint_with_all_that_the_specification_asks_for) {
  const std::vector<Endpoint> endpoints = test_endpoints();
  const Json document = openapi_document(endpoints, "1.2.3");
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["info"], Json({{"title", "gapless"}, {"version", "1.2.3"}}));
  std::size_t operations = 0;
  for (const auto& [path, item] : document["paths"].items()) operations += item.size();
  EXPECT_EQ(operations, endpoints.size());
  for (const Endpoint& endpoint : endpoints) {
    const Json& operation = document["paths"][endpoint.path][ascii_lowered(endpoint.method)];
    EXPECT_EQ(operation["operationId"], endpoint.operation_id);
    EXPECT_EQ(operation.contains("requestBody"), endpoint.body_schema.has_value());
    ASSERT_TRUE(operation["responses"].is_object());
    for (const auto& [status, response] : operation["responses"].items())
      EXPECT_TRUE(response.contains("$ref") || response.contains("description")) << endpoint.path << status;
    for (const Json& parameter : operation.value("parameters", Json::array())) {
      EXPECT_TRUE(parameter["in"] == "query" || parameter["required"] == true);
      EXPECT_EQ(parameter["in"] == "path",
                endpoint.path.find("{" + parameter["name"].get<std::string>() + "}") != std::string::npos);
      EXPECT_TRUE(parameter["schema"].contains("type"));
    }
  }
}

TEST(OpenApi, refers_only_to_what_it_has) {
  const Json document = openapi_document(test_endpoints(), "1");
  std::set<std::string> references;
  collect_references(document, references);
  EXPECT_GT(references.size(), 5u);
  for (const std::string& reference : references)
    EXPECT_TRUE(document.contains(Json::json_pointer(reference.substr(1)))) << reference;
}

TEST(OpenApi, says_which_problems_there_can_be) {
  const Json paths = openapi_document(test_endpoints(), "1")["paths"];
  using Set = std::set<std::string>;
  EXPECT_EQ(statuses_of(paths["/health"]["get"]), (Set{"200", "400", "403", "500", "503", "default"}));
  EXPECT_EQ(statuses_of(paths["/runs/{id}"]["get"]),
            (Set{"200", "304", "400", "401", "403", "404", "500", "503", "default"}));
  EXPECT_EQ(statuses_of(paths["/runs"]["post"]),
            (Set{"200", "400", "401", "403", "408", "409", "411", "413", "415", "500", "503", "default"}));
}

TEST(OpenApi, says_who_may_call) {
  const Json paths = openapi_document(test_endpoints(), "1")["paths"];
  EXPECT_EQ(paths["/health"]["get"]["security"], Json::array());
  EXPECT_EQ(paths["/runs"]["post"]["security"], Json::parse(R"([{"bearer":[]}])"));
  EXPECT_EQ(paths["/runs"]["post"]["x-scope"], "operate");
  EXPECT_EQ(paths["/runs/latest"]["get"]["x-scope"], "read");
}

TEST(OpenApi, is_served_to_everybody_and_describes_itself) {
  const auto server = ApiServer::start(
      {.listen = "127.0.0.1:0", .tokens = {{"a", to_hex(http::sha256_of("a"))}}, .version = "9"}, test_endpoints());
  RawClient client((*server)->address());
  client.send(request_text("GET /api/v1/openapi.json"));
  const WireReply reply = client.read_reply();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()["info"]["version"], "9");
  EXPECT_TRUE(reply.json()["paths"]["/api/v1/openapi.json"].contains("get"));
  client.send(request_text("GET /api/v1/openapi.json", "If-None-Match: " + reply.headers.at("etag") + "\r\n"));
  EXPECT_EQ(client.read_reply().status, 304);
}

}  // namespace
}  // namespace gapless::api
