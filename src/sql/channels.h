#pragma once

#include <array>
#include <string>
#include <string_view>

namespace gapless::sql {

/// The lists of domains and sources that tell channels apart, each a file of data/channels.
inline constexpr std::array<std::string_view, 5> kChannelLists = {"search", "social", "video", "email", "ai"};

/// The columns that decide a channel.
inline constexpr std::array<std::string_view, 9> kChannelColumns = {
    "referring_domain",           "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "has_gclid",
    "has_gad_source_paid_search", "has_fbclid"};

/// The channel of a row of either wide target (docs/REPORTS.md: channels), a String. For each list binds {channel_LIST:String}, a
/// pattern that its domains match, and {channel_LIST_sources:String}, one that also its values of utm_source match.
std::string channel();

}  // namespace gapless::sql
