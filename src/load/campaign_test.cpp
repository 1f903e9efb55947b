#include "load/campaign.h"

#include <gtest/gtest.h>

#include "load/load_test_support.h"

namespace gapless {
namespace {

Event campaign(std::string_view target) {
  Event event;
  read_campaign(target, event);
  return event;
}

template <class Change>
Event with(Change change) {
  Event event;
  change(event);
  return event;
}

struct CampaignCase {
  const char* name;
  const char* target;
  Event event;
};
class Campaign : public testing::TestWithParam<CampaignCase> {};

TEST_P(Campaign, IsReadFromTheQuery) { EXPECT_EQ(campaign(GetParam().target), GetParam().event); }

INSTANTIATE_TEST_SUITE_P(
    Campaign, Campaign,
    testing::ValuesIn<CampaignCase>({
        {"all_keys", "/p?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e", with([](Event& e) {
           e.utm_source = "a";
           e.utm_medium = "b";
           e.utm_campaign = "c";
           e.utm_term = "d";
           e.utm_content = "e";
         })},
        {"no_query", "/utm_source=a", {}},
        {"empty_query", "/?", {}},
        {"other_keys", "/?utm_sourc=a&xutm_source=b&UTM_SOURCE=c", {}},
        {"first_of_repeated", "/?utm_source=&utm_source=b", {}},
        {"empty_pairs", "/?&&utm_source=a&&", with([](Event& e) { e.utm_source = "a"; })},
        {"no_equals", "/?utm_source&utm_medium=b", with([](Event& e) { e.utm_medium = "b"; })},
        {"second_equals", "/?utm_source=a=b", with([](Event& e) { e.utm_source = "a=b"; })},
        {"second_question_mark", "/?x?utm_source=a&utm_term=b?", with([](Event& e) { e.utm_term = "b?"; })},
        {"encoded_key", "/?utm%5Fsource=a&utm_source=b", with([](Event& e) { e.utm_source = "a"; })},
        {"encoded_value", "/?utm_source=%C3%a9+%2B%26%3D", with([](Event& e) { e.utm_source = "é +&="; })},
        {"bad_percent", "/?utm_source=%zz%4%%41%", with([](Event& e) { e.utm_source = "%zz%4%A%"; })},
        {"not_utf8", "/?utm_source=%E2%82x%FF", with([](Event& e) { e.utm_source = "\uFFFDx\uFFFD"; })},
        {"plain_utf8", "/?utm_source=é%A9", with([](Event& e) { e.utm_source = "é\uFFFD"; })},
        {"query_in_fragment", "/#?utm_source=a", {}},
        {"fragment_ends_it", "/?utm_source=a#&utm_medium=b", with([](Event& e) { e.utm_source = "a"; })},
        {"absolute_target", "http://x/?utm_source=a", with([](Event& e) { e.utm_source = "a"; })},
        {"clicks", "/?gclid=x&fbclid=y&gad_source=1",
         with([](Event& e) { e.has_gclid = e.has_fbclid = e.has_gad_source_paid_search = true; })},
        {"no_clicks", "/?gclid=&fbclid=null&gad_source=11", {}},
        {"null_in_other_case", "/?gclid=NULL&fbclid=nul%6C", with([](Event& e) { e.has_gclid = true; })},
        {"first_click_counts", "/?gad_source=2&gad_source=1&gclid=null&gclid=x", {}},
    }),
    kCaseName);

}  // namespace
}  // namespace gapless
