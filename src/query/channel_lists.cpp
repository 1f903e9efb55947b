#include "query/channel_lists.h"

#include <fmt/format.h>

#include <array>

#include "sql/channels.h"

// The files of data/channels as they are, put into the program by the assembler.
#define GAPLESS_CHANNEL_LIST(name)            \
  __asm__(                                    \
      ".section .rodata\n"                    \
      ".global gapless_channels_" #name       \
      "\n"                                    \
      "gapless_channels_" #name               \
      ":\n"                                   \
      ".incbin \"" GAPLESS_CHANNELS "/" #name \
      ".txt\"\n"                              \
      ".byte 0\n"                             \
      ".previous\n");                         \
  extern "C" const char gapless_channels_##name[];

GAPLESS_CHANNEL_LIST(search)
GAPLESS_CHANNEL_LIST(social)
GAPLESS_CHANNEL_LIST(video)
GAPLESS_CHANNEL_LIST(email)
GAPLESS_CHANNEL_LIST(ai)

namespace gapless {
namespace {

/// A domain as a pattern: dots stand for themselves, and `.*` for what may follow a name.
std::string pattern_of(std::string_view domain) {
  constexpr std::string_view kAnySuffix = ".*";
  std::string pattern;
  const bool any = domain.ends_with(kAnySuffix);
  if (any) domain.remove_suffix(kAnySuffix.size());
  for (const char c : domain) pattern += c == '.' ? std::string("\\.") : std::string(1, c);
  return any ? pattern + "\\.(com|[a-z][a-z]|com?\\.[a-z][a-z])" : pattern;
}

std::string one_of(const std::vector<std::string>& patterns) { return fmt::format("{}", fmt::join(patterns, "|")); }

}  // namespace

ChannelList parse_channel_list(std::string_view name, std::string_view text) {
  ChannelList list{name, {}, {}};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    (line.find('.') == std::string_view::npos ? list.sources : list.domains).emplace_back(line);
  }
  return list;
}

std::string ChannelList::domain_pattern() const {
  std::vector<std::string> patterns;
  for (const std::string& domain : domains) patterns.push_back(pattern_of(domain));
  return fmt::format("(^|\\.)({})$", one_of(patterns));
}

std::string ChannelList::source_pattern() const { return fmt::format("{}|^({})$", domain_pattern(), one_of(sources)); }

const std::vector<ChannelList>& channel_lists() {
  static const std::vector<ChannelList> lists = {
      parse_channel_list("search", gapless_channels_search), parse_channel_list("social", gapless_channels_social),
      parse_channel_list("video", gapless_channels_video), parse_channel_list("email", gapless_channels_email),
      parse_channel_list("ai", gapless_channels_ai)};
  return lists;
}

void bind_channel_lists(Statement& statement) {
  for (const ChannelList& list : channel_lists()) {
    statement.bind(fmt::format("channel_{}", list.name), list.domain_pattern());
    statement.bind(fmt::format("channel_{}_sources", list.name), list.source_pattern());
  }
}

}  // namespace gapless
