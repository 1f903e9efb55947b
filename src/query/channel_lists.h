#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/statement.h"

namespace gapless {

/// A file of data/channels.
struct ChannelList {
  std::string_view name;  ///< "search"
  std::vector<std::string> domains;
  std::vector<std::string> sources;

  /// Patterns (RE2) that match a text which is a domain of the list or below one; the second also one of its sources.
  std::string domain_pattern() const;
  std::string source_pattern() const;
};

const std::vector<ChannelList>& channel_lists();
ChannelList parse_channel_list(std::string_view name, std::string_view text);

/// Binds what sql::channel() needs.
void bind_channel_lists(Statement& statement);

}  // namespace gapless
