#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/guard.h"
#include "api/options.h"
#include "api/problem.h"
#include "api/route_table.h"
#include "http/head.h"

namespace gapless::api {

/// All of a request but its bytes: who may come in, which endpoint is meant, whether the values fit, what the handler
/// says, which headers the reply has. Thread-safe.
class Dispatcher {
 public:
  /// Adds GET /api/v1/openapi.json to the endpoints. Errors: as Guard::make and RouteTable::make.
  static Result<std::unique_ptr<Dispatcher>> make(const ApiOptions& options, std::vector<Endpoint> endpoints);

  struct Admitted {
    const Endpoint* endpoint = nullptr;
    Request request;  ///< but for its body
  };
  /// Whether the request may come in and its body be read; else what is sent instead, which may be no problem at all:
  /// the answer to OPTIONS.
  OrProblem<Admitted> admit(const Head& head, const std::string& request_id) const;
  /// Holds the body to its schema, and calls the handler. Never throws.
  Reply answer(Admitted admitted, std::string_view body) const;

  /// What goes out: the reply with all its headers, and the bytes of its body.
  struct Finished {
    Reply reply;
    std::string payload;
  };
  /// `head` is null where the request could not be read; `endpoint`, where there is none.
  Finished finish(Reply reply, const Head* head, const Endpoint* endpoint, const std::string& request_id) const;

  const RouteTable& table() const { return table_; }

 private:
  Dispatcher(const ApiOptions& options, Guard guard, RouteTable table)
      : max_body_bytes_(options.max_body_bytes), guard_(std::move(guard)), table_(std::move(table)) {}
  Reply answer_options(const Head& head, const std::vector<RouteTable::Match>& matches) const;

  std::size_t max_body_bytes_;
  Guard guard_;
  RouteTable table_;
};

/// The request's own id where it is 1 to 64 characters of [A-Za-z0-9._-], else a random one.
std::string request_id_of(std::string_view header);

}  // namespace gapless::api
