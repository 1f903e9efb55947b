#include "load/format_detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "load/access_log.h"
#include "load/utf8.h"

namespace gapless {
namespace {

struct Magic {
  std::string_view bytes;
  const char* hint;
};

using namespace std::string_view_literals;

constexpr std::array<Magic, 7> kMagics{{
    {"\x28\xB5\x2F\xFD"sv, "it is packed with zstd: unpack it first (zstd -dc FILE | gapless load -)"},
    {"\xFD"
     "7zXZ\0"sv,
     "it is packed with xz: unpack it first (xz -dc FILE | gapless load -)"},
    {"BZh"sv, "it is packed with bzip2: unpack it first (bzip2 -dc FILE | gapless load -)"},
    {"PK\x03\x04"sv, "it is a zip archive: unpack it first (unzip -p FILE | gapless load -)"},
    {"\x1F\x8B"sv, "it is packed with gzip twice: unpack it once (zcat FILE | gapless load -)"},
    {"PAR1"sv, "it is a Parquet file"},
    {"SQLite format 3\0"sv, "it is an SQLite database"},
}};

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && (byte < 0x09 || byte > 0x0D) && byte != 0x1B) || byte == 0x7F;
}

/// Why the start is not text, or nullptr.
const char* why_binary(std::string_view start) {
  for (const Magic& magic : kMagics) {
    if (start.starts_with(magic.bytes)) return magic.hint;
  }
  const std::string_view head = start.substr(0, 8192);
  if (head.find('\0') != std::string_view::npos) return "it holds zero bytes";
  if (std::ranges::count_if(head, is_control) * 10 > static_cast<std::ptrdiff_t>(head.size())) {
    return "it is full of control characters";
  }
  return nullptr;
}

bool looks_like_an_object(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const std::size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '{';
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

const char* name(LoadFormat format) {
  switch (format) {
    case LoadFormat::kAuto: return "auto";
    case LoadFormat::kAccessLog: return "access-log";
    case LoadFormat::kEvents: return "events";
  }
  return "auto";
}

Result<LoadFormat> parse_load_format(std::string_view text) {
  for (const LoadFormat format : {LoadFormat::kAuto, LoadFormat::kAccessLog, LoadFormat::kEvents}) {
    if (text == name(format)) return format;
  }
  return fail(Fault::kInvalidInput,
              fmt::format("{} is not a format of files to load; there are auto, access-log and events", shown(text)));
}

Result<LoadFormat> detect_format(std::string_view start, std::string_view file) {
  constexpr int kLinesToTry = 20;
  if (const char* why = why_binary(start)) {
    return fail(Fault::kInvalidInput,
                fmt::format("{} is a binary file, neither an access log nor events: {}", file, why));
  }
  std::string_view first_line;
  for (int tried = 0; tried < kLinesToTry && !start.empty();) {
    const std::size_t line_end = start.find('\n');
    const std::string_view line = start.substr(0, line_end);
    start.remove_prefix(line_end == std::string_view::npos ? start.size() : line_end + 1);
    if (is_blank(line)) continue;
    if (looks_like_an_object(line)) return LoadFormat::kEvents;
    if (is_access_log_line(line)) return LoadFormat::kAccessLog;
    if (tried++ == 0) first_line = line;
  }
  if (first_line.empty()) return LoadFormat::kAuto;
  return fail(
      Fault::kInvalidInput,
      fmt::format("{} looks neither like an access log nor like events (one JSON object a line); its first line is "
                  "{}. If it is one of them all the same, say which: --format access-log or --format events",
                  file, shown(first_line)));
}

}  // namespace gapless
