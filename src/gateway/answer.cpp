#include "gateway/answer.h"

#include <fmt/format.h>

#include <array>
#include <random>

#include "util/json.h"

namespace gapless::gateway {
namespace {

constexpr std::size_t kHeldBytes = 1024 * 1024;  // ClickHouse's buffer
constexpr std::size_t kLongestBlock = 16 * 1024;
constexpr std::size_t kTagLetters = 16;

std::string random_tag() {
  std::random_device device;
  std::uniform_int_distribution<int> letter('a', 'z');
  std::string tag;
  while (tag.size() < kTagLetters) tag += static_cast<char>(letter(device));
  return tag;
}

std::string content_type(std::string_view format) {
  struct Known {
    std::string_view prefix;
    std::string_view type;
  };
  static constexpr std::array kKnown = std::to_array<Known>({
      {"JSONEachRow", "application/x-ndjson; charset=UTF-8"},
      {"JSONLines", "application/x-ndjson; charset=UTF-8"},
      {"NDJSON", "application/x-ndjson; charset=UTF-8"},
      {"JSONCompactEachRow", "application/x-ndjson; charset=UTF-8"},
      {"JSONStringsEachRow", "application/x-ndjson; charset=UTF-8"},
      {"JSON", "application/json; charset=UTF-8"},
      {"CSV", "text/csv; charset=UTF-8; header=absent"},
      {"TabSeparated", "text/tab-separated-values; charset=UTF-8"},
      {"TSV", "text/tab-separated-values; charset=UTF-8"},
      {"XML", "application/xml; charset=UTF-8"},
      {"Native", "application/octet-stream"},
      {"RowBinary", "application/octet-stream"},
      {"Parquet", "application/octet-stream"},
      {"Arrow", "application/octet-stream"},
      {"ORC", "application/octet-stream"},
  });
  for (const Known& known : kKnown)
    if (format.starts_with(known.prefix)) return std::string(known.type);
  return "text/plain; charset=UTF-8";
}

/// Numbers as texts, as ClickHouse has them.
std::string summary(const Stats& stats, std::uint64_t result_bytes) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(stats.elapsed).count();
  const Json figures = {{"read_rows", std::to_string(stats.rows_read)},
                        {"read_bytes", std::to_string(stats.bytes_read)},
                        {"written_rows", std::to_string(stats.rows_written)},
                        {"written_bytes", std::to_string(stats.bytes_written)},
                        {"total_rows_to_read", "0"},
                        {"result_rows", std::to_string(stats.rows_written)},
                        {"result_bytes", std::to_string(result_bytes)},
                        {"elapsed_ns", std::to_string(elapsed)}};
  return figures.dump();
}

}  // namespace

http::Reply reply_of(const Failure& failure, std::string_view version, std::map<std::string, std::string> headers) {
  headers["X-ClickHouse-Exception-Code"] = std::to_string(failure.code);
  headers["Cache-Control"] = "no-store";
  return {.status = failure.status(),
          .content_type = "text/plain; charset=UTF-8",
          .body = failure.message(version) + "\n",
          .headers = std::move(headers)};
}

std::map<std::string, std::string> Answer::headers() const {
  return {{"X-ClickHouse-Query-Id", options_.query_id},
          {"X-ClickHouse-Format", options_.format},
          {"X-ClickHouse-Timezone", options_.time_zone},
          {"X-ClickHouse-Server-Display-Name", "gapless"},
          {"Cache-Control", "no-store"}};
}

Status Answer::begin() {
  tag_ = random_tag();
  http::Reply head{.content_type = content_type(options_.format), .headers = headers(), .note = options_.note};
  head.headers["X-ClickHouse-Exception-Tag"] = tag_;
  if (options_.compresses) {
    gzip_.emplace();
    head.headers["Content-Encoding"] = "gzip";
  }
  if (!writer_.begin(std::move(head), http::Framing::kChunked) || !put(held_, false))
    return fail(Fault::kUnavailable, "the client takes no more of the reply");
  held_.clear();
  return {};
}

bool Answer::put(std::string_view bytes, bool is_last) {
  if (!gzip_) return writer_.write(bytes);
  return writer_.write(is_last ? gzip_->finish(bytes) : gzip_->add(bytes));
}

Status Answer::add(std::string_view bytes) {
  bytes_ += bytes.size();
  if (options_.max_bytes != 0 && bytes_ > options_.max_bytes)
    return fail(Fault::kOverload, fmt::format("Limit for result exceeded, max bytes: {}", options_.max_bytes),
                code::kTooManyRowsOrBytes);
  if (writer_.has_begun()) {
    if (put(bytes, false)) return {};
    return fail(Fault::kUnavailable, "the client takes no more of the reply");
  }
  held_ += bytes;
  return options_.waits_for_end || held_.size() <= kHeldBytes ? Status() : begin();
}

void Answer::finish(const Stats& stats) {
  options_.place.reset();
  if (writer_.has_begun()) {
    put({}, true);
    return writer_.end();
  }
  http::Reply reply{.content_type = content_type(options_.format),
                    .body = std::move(held_),
                    .headers = headers(),
                    .note = options_.note};
  reply.headers["X-ClickHouse-Summary"] = summary(stats, bytes_);
  if (options_.compresses && !reply.body.empty()) {
    reply.body = Gzip().finish(reply.body);
    reply.headers["Content-Encoding"] = "gzip";
  }
  writer_.send(std::move(reply));
}

void Answer::fail_with(const Failure& failure) {
  options_.place.reset();
  if (!writer_.has_begun()) {
    http::Reply reply = reply_of(failure, options_.version, headers());
    reply.note = options_.note;
    return writer_.send(std::move(reply));
  }
  std::string message = failure.message(options_.version);
  message.resize(std::min(message.size(), kLongestBlock - 200));
  put(exception_block(tag_, message), true);
  // Without an end: who does not know the block still sees that the reply is not whole.
}

}  // namespace gapless::gateway
