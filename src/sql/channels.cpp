#include "sql/channels.h"

#include "sql/template.h"

namespace gapless::sql {
namespace {

constexpr std::string_view kDomain = "lower(toString(referring_domain))";
constexpr std::string_view kSourceText = "lower(toString(utm_source))";
constexpr std::string_view kMedium = "lower(toString(utm_medium))";

/// Where a visit came from is in a list: by its domain, or by the source that its link names.
std::string in_list(std::string_view list) {
  return expand("(match($domain, {channel_$list:String}) OR match($source, {channel_$list_sources:String}))",
                {{"domain", std::string(kDomain)},
                 {"source", std::string(kSourceText)},
                 {"list", std::string(list)},
                 {"list_sources", std::string(list) + "_sources"}});
}

}  // namespace

std::string channel() {
  return expand(
      R"(multiIf(
      $medium IN ('affiliate', 'affiliates'), 'Affiliate',
      has_gclid OR has_gad_source_paid_search OR ($paid AND $search), 'Paid Search',
      $paid AND $social, 'Paid Social',
      $medium IN ('email', 'e-mail', 'e_mail', 'e mail', 'mail', 'newsletter')
        OR $source IN ('email', 'e-mail', 'e_mail', 'e mail', 'mail', 'newsletter') OR $email, 'Email',
      $video OR position($medium, 'video') > 0, 'Video',
      $ai, 'AI Assistant',
      $medium IN ('display', 'banner', 'expandable', 'interstitial', 'cpm'), 'Display',
      $social OR $medium IN ('social', 'social-network', 'social-media', 'sm', 'social network', 'social media')
        OR has_fbclid, 'Organic Social',
      $search OR $medium = 'organic', 'Organic Search',
      $paid, 'Other',
      $medium IN ('referral', 'app', 'link') OR $domain NOT IN ('', '$direct'), 'Referral',
      $source != '' OR $medium != '' OR utm_campaign != '' OR utm_term != '' OR utm_content != '', 'Other',
      'Direct'))",
      {{"domain", std::string(kDomain)},
       {"source", std::string(kSourceText)},
       {"medium", std::string(kMedium)},
       {"paid",
        expand("(position($medium, 'cp') > 0 OR startsWith($medium, 'paid') OR $medium IN ('ppc', 'retargeting'))",
               {{"medium", std::string(kMedium)}})},
       {"search", in_list("search")},
       {"social", in_list("social")},
       {"email", in_list("email")},
       {"video", in_list("video")},
       {"ai", in_list("ai")}});
}

}  // namespace gapless::sql
