#include "gateway/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gapless::gateway {
namespace {

constexpr int kUnknownException = 1002;
constexpr int kLogicalError = 49;
constexpr int kNetworkError = 210;
constexpr int kIncorrectData = 117;

struct NamedCode {
  int code;
  std::string_view name;
};

constexpr std::array kNames = std::to_array<NamedCode>({
    {36, "BAD_ARGUMENTS"},
    {46, "UNKNOWN_FUNCTION"},
    {48, "NOT_IMPLEMENTED"},
    {49, "LOGICAL_ERROR"},
    {60, "UNKNOWN_TABLE"},
    {62, "SYNTAX_ERROR"},
    {73, "UNKNOWN_FORMAT"},
    {115, "UNKNOWN_SETTING"},
    {117, "INCORRECT_DATA"},
    {159, "TIMEOUT_EXCEEDED"},
    {164, "READONLY"},
    {202, "TOO_MANY_SIMULTANEOUS_QUERIES"},
    {210, "NETWORK_ERROR"},
    {216, "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING"},
    {241, "MEMORY_LIMIT_EXCEEDED"},
    {243, "NOT_ENOUGH_SPACE"},
    {381, "HTTP_LENGTH_REQUIRED"},
    {394, "QUERY_WAS_CANCELLED"},
    {396, "TOO_MANY_ROWS_OR_BYTES"},
    {452, "SETTING_CONSTRAINT_VIOLATION"},
    {497, "ACCESS_DENIED"},
    {516, "AUTHENTICATION_FAILED"},
});

// The statuses of ClickHouse's exceptionCodeToHTTPStatus; what is in no list is 500.
constexpr std::array kBadRequest = {6,  8,  15,  25,  26,  27,  36,  38,  41,  44, 53,
                                    62, 72, 117, 167, 168, 321, 376, 427, 675, 676};
constexpr std::array kNotFound = {46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336, 511};
constexpr std::array kForbidden = {192, 193, 497, 512, 516};

template <class Codes>
bool has(const Codes& codes, int code) {
  return std::ranges::find(codes, code) != codes.end();
}

std::string_view name_of(int code) {
  const auto found = std::ranges::find(kNames, code, &NamedCode::code);
  return found == kNames.end() ? "UNKNOWN_EXCEPTION" : found->name;
}

int code_of(Fault fault) {
  switch (fault) {
    case Fault::kUnavailable: return kNetworkError;
    case Fault::kTimeout: return code::kTimeoutExceeded;
    case Fault::kOverload: return code::kTooManySimultaneousQueries;
    case Fault::kBadQuery: return code::kSyntaxError;
    case Fault::kInvalidInput: return code::kBadArguments;
    case Fault::kCorrupt: return kIncorrectData;
    case Fault::kCancelled: return code::kQueryWasCancelled;
    case Fault::kInternal: return kLogicalError;
    case Fault::kConflict: break;
  }
  return kUnknownException;
}

}  // namespace

std::string Failure::message(std::string_view version) const {
  const bool ends = text.ends_with('.') || text.ends_with('!') || text.ends_with('?');
  return fmt::format("Code: {}. DB::Exception: {}{} ({}) (version {})", code, text, ends ? "" : ".", name, version);
}

int Failure::status() const {
  if (has(kForbidden, code)) return 403;
  if (has(kBadRequest, code)) return 400;
  if (has(kNotFound, code)) return 404;
  switch (code) {
    case code::kNotImplemented: return 501;
    case code::kTimeoutExceeded: return 408;
    case code::kHttpLengthRequired: return 411;
    case code::kTooManySimultaneousQueries: return 503;
    default: return 500;
  }
}

tl::unexpected<Failure> failed(int code, std::string text) {
  return tl::unexpected<Failure>(Failure{code, std::string(name_of(code)), std::move(text)});
}

Failure failure_of(const Error& error) {
  const int code = error.code != 0 ? error.code : code_of(error.fault);
  Failure failure{code, std::string(name_of(code)), error.message};
  // parse_clickhouse_error() put "(code N NAME)" at the end.
  const std::string mark = fmt::format(" (code {} ", code);
  const std::size_t at = failure.text.rfind(mark);
  if (at == std::string::npos || !failure.text.ends_with(')')) return failure;
  failure.name = failure.text.substr(at + mark.size(), failure.text.size() - at - mark.size() - 1);
  failure.text.erase(at);
  return failure;
}

std::string exception_block(std::string_view tag, std::string_view message) {
  return fmt::format("\r\n__exception__\r\n{0}\r\n{1}\n{2} {0}\r\n__exception__\r\n", tag, message, message.size() + 1);
}

}  // namespace gapless::gateway
