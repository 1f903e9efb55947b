#include "traffic.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fstream>
#include <string>
#include <vector>

#include "load/access_log.h"
#include "load/line_reader.h"
#include "load/log_time.h"
#include "world.h"

namespace gapless::bench {
namespace {

constexpr std::uint64_t kSeed = 0xCBF29CE484222325;

/// FNV-1a: the same everywhere.
std::uint64_t hash_of(std::string_view text, std::uint64_t hash) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

std::vector<std::string> lines_of(const std::filesystem::path& sample) {
  LineReader reader(must(open_bytes(sample.string(), {}, {})));
  std::vector<std::string> lines;
  for (std::string_view line; must(reader.next(line)) != LineKind::kEnd;) lines.emplace_back(line);
  return lines;
}

std::vector<std::string> page_views_of(const std::filesystem::path& sample) {
  auto parser =
      must(AccessLogParser::create({must(TeamId::from(1, "bench")), "", {}}, *must(UserAgentPatterns::built_in())));
  std::vector<std::string> lines = lines_of(sample);
  Event event;
  std::erase_if(lines,
                [&](const std::string& line) { return !std::holds_alternative<Accepted>(parser.parse(line, event)); });
  return lines;
}

/// Under its name only once it is whole.
template <class Write>
void make_file(const std::filesystem::path& into, Write write) {
  if (std::filesystem::exists(into)) return;
  const std::filesystem::path unfinished = into.string() + ".unfinished";
  std::ofstream file(unfinished, std::ios::binary);
  write(file);
  file.close();
  if (!file) throw std::runtime_error(unfinished.string() + " cannot be written");
  std::filesystem::rename(unfinished, into);
}

std::string other_address(std::string_view address, std::uint64_t copy) {
  const std::uint64_t hash = hash_of(address, kSeed + copy);
  return fmt::format("{}.{}.{}.{}", hash >> 56, hash >> 48 & 0xFF, hash >> 40 & 0xFF, hash >> 32 & 0xFF);
}

/// The last digit in the text, so much further on.
void turn_last_digit(std::string& text, std::size_t by) {
  const std::size_t at = text.find_last_of("0123456789");
  if (at != std::string::npos) text[at] = static_cast<char>('0' + (static_cast<std::size_t>(text[at] - '0') + by) % 10);
}

std::string copy_of_line(const std::string& line, std::size_t copy) {
  constexpr std::size_t kCopiesOfFourWeeks = 7;
  constexpr std::size_t kVersions = 8;
  const std::size_t address_end = line.find(' ');
  const std::size_t time = line.find('[') + 1;
  const std::size_t time_end = line.find(']');
  const std::size_t agent = line.rfind('"', line.size() - 2);
  const auto at = parse_log_time(std::string_view(line).substr(time, time_end - time));
  if (!at || agent < time_end) return line;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*at);
  std::string user_agent = line.substr(agent);
  turn_last_digit(user_agent, copy % kVersions);
  return fmt::format("{}{}{:%d/%b/%Y:%H:%M:%S} +0000{}{}",
                     other_address(std::string_view(line).substr(0, address_end), copy),
                     std::string_view(line).substr(address_end, time - address_end),
                     seconds + std::chrono::days(4 * (copy % kCopiesOfFourWeeks)),
                     std::string_view(line).substr(time_end, agent - time_end), user_agent);
}

/// The two digits of a UUID that begins after `key`.
void set_first_byte(std::string& line, std::string_view key, std::size_t byte) {
  const std::size_t at = line.find(key);
  if (at == std::string::npos) throw std::runtime_error(fmt::format("no {} in {}", key, line));
  line.replace(at + key.size(), 2, fmt::format("{:02x}", byte));
}

}  // namespace

void make_access_log(const std::filesystem::path& sample, Lines lines, std::size_t copies,
                     const std::filesystem::path& into) {
  make_file(into, [&](std::ostream& file) {
    const auto chosen = lines == Lines::kAll ? lines_of(sample) : page_views_of(sample);
    for (std::size_t copy = 0; copy < copies; ++copy)
      for (const std::string& line : chosen) file << copy_of_line(line, copy) << '\n';
  });
}

void make_event_file(const std::filesystem::path& sample, std::size_t copies, const std::filesystem::path& into) {
  make_file(into, [&](std::ostream& file) {
    const std::vector<std::string> lines = lines_of(sample);
    for (std::size_t copy = 0; copy < copies; ++copy)
      for (std::string line : lines) {
        set_first_byte(line, "\"uuid\": \"", copy);
        set_first_byte(line, "\"person_id\": \"", copy);
        file << line << '\n';
      }
  });
}

}  // namespace gapless::bench
