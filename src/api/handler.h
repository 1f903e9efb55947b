#pragma once

#include <memory>

#include "api/dispatcher.h"
#include "api/options.h"
#include "http/handler.h"

namespace gapless::api {

/// The dispatcher as an HTTP server's handler: requests by their bytes in, replies and streams of events out.
class ApiHandler final : public http::Handler {
 public:
  ApiHandler(std::unique_ptr<Dispatcher> dispatcher, const ApiOptions& options)
      : dispatcher_(std::move(dispatcher)),
        max_body_bytes_(options.max_body_bytes),
        heartbeat_(options.heartbeat),
        on_answer_(options.on_answer) {}

  tl::expected<std::unique_ptr<http::Call>, http::Reply> admit(const http::Head& head) const override;
  http::Reply refused(const http::Refusal& refusal, const http::Head* head) const override;

 private:
  class ApiCall;
  void tell(const Answered& answered) const {
    if (on_answer_) on_answer_(answered);
  }

  const std::unique_ptr<Dispatcher> dispatcher_;
  const std::size_t max_body_bytes_;
  const std::chrono::milliseconds heartbeat_;
  const std::function<void(const Answered&)> on_answer_;
};

}  // namespace gapless::api
