#include "load/user_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <functional>

#include "load/device_type.h"
#include "load/load_test_support.h"

namespace gapless {
namespace {

using testing::HasSubstr;

const UserAgentPatterns& built_in() {
  const auto patterns = UserAgentPatterns::built_in();
  EXPECT_TRUE(patterns) << patterns.error().message;
  return **patterns;
}

struct AgentCase {
  const char* name;
  const char* text;
  UserAgent expected;
};
class KnownAgent : public testing::TestWithParam<AgentCase> {};

TEST_P(KnownAgent, IsDescribed) {
  const UserAgent agent = built_in().describe(GetParam().text);
  EXPECT_EQ(agent.browser, GetParam().expected.browser);
  EXPECT_EQ(agent.os, GetParam().expected.os);
  EXPECT_EQ(agent.device_type, GetParam().expected.device_type);
}

INSTANTIATE_TEST_SUITE_P(
    UserAgent, KnownAgent,
    testing::ValuesIn<AgentCase>({
        {"chrome_on_windows",
         "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
         "Safari/537.36",
         {"Chrome", "Windows", "Desktop"}},
        {"edge",
         "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
         "Safari/537.36 "
         "Edg/120.0.2210.61",
         {"Edge", "Windows", "Desktop"}},
        {"tablet_pc",
         "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; Tablet PC 2.0)",
         {"IE", "Windows", "Desktop"}},
        {"safari_on_mac",
         "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "
         "Safari/605.1.15",
         {"Safari", "Mac OS X", "Desktop"}},
        {"firefox_on_ubuntu",
         "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
         {"Firefox", "Ubuntu", "Desktop"}},
        {"chromebook",
         "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 "
         "Safari/537.36",
         {"Chrome", "Chrome OS", "Desktop"}},
        {"iphone",
         "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 "
         "Mobile/15E148 Safari/604.1",
         {"Mobile Safari", "iOS", "Mobile"}},
        {"ipad",
         "Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 "
         "Mobile/15E148 Safari/604.1",
         {"Mobile Safari", "iOS", "Tablet"}},
        {"android_phone",
         "Mozilla/5.0 (Linux; Android 13; SM-S908B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile "
         "Safari/537.36",
         {"Chrome Mobile", "Android", "Mobile"}},
        {"android_tablet",
         "Mozilla/5.0 (Linux; Android 12; SM-X906C Build/QP1A.190711.020) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/80.0.3987.119 Safari/537.36",
         {"Chrome", "Android", "Tablet"}},
        {"firefox_on_an_android_tablet",
         "Mozilla/5.0 (Android 13; Tablet; rv:109.0) Gecko/120.0 Firefox/120.0",
         {"Firefox Mobile", "Android", "Tablet"}},
        {"firefox_on_an_android_phone",
         "Mozilla/5.0 (Android 13; Mobile; rv:109.0) Gecko/120.0 Firefox/120.0",
         {"Firefox Mobile", "Android", "Mobile"}},
        {"android_app",
         "Dalvik/2.1.0 (Linux; U; Android 9; SM-G960F Build/PPR1.180610.011)",
         {"Android", "Android", "Mobile"}},
        {"kindle",
         "Mozilla/5.0 (Linux; U; en-us; KFTT Build/IML74K) AppleWebKit/535.19 (KHTML, like Gecko) Silk/2.0 "
         "Safari/535.19 "
         "Silk-Accelerated=false",
         {"Amazon Silk", "Android", "Tablet"}},
        {"windows_phone",
         "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; ARM; Touch; NOKIA; Lumia "
         "920)",
         {"IE Mobile", "Windows Phone", "Mobile"}},
        {"smart_tv",
         "Mozilla/5.0 (SMART-TV; Linux; Tizen 2.4.0) AppleWebkit/538.1 (KHTML, like Gecko) SamsungBrowser/1.1 TV "
         "Safari/538.1",
         {"Samsung Internet", "Tizen", ""}},
        {"unknown", "somebody else's program", {"Other", "Other", ""}},
        {"empty", "", {"Other", "Other", ""}},
    }),
    kCaseName);

struct DeviceCase {
  const char* name;
  Device device;
  const char* os;
  const char* text;
  const char* type;
};

TEST(DeviceType, TakesTheFirstRuleThatApplies) {
  for (const DeviceCase& sample :
       {DeviceCase{"spider", {"Spider", "Spider"}, "Android", "Mobile", ""},
        DeviceCase{"apple_tv", {"AppleTV", "Apple"}, "ATV OS X", "", ""},
        DeviceCase{"watch", {"Apple Watch", "Apple"}, "WatchOS", "", ""},
        DeviceCase{"console", {"PlayStation 4", "Sony"}, "Other", "", ""},
        DeviceCase{"television", {"x", "Generic_Inettv"}, "Linux", "", ""},
        DeviceCase{"android_tv", {"x", ""}, "Android", "Android TV Safari", ""},
        DeviceCase{"playbook", {"BlackBerry Playbook", "BlackBerry"}, "BlackBerry Tablet OS", "", "Tablet"},
        DeviceCase{"touchpad", {"HP TouchPad", "HP"}, "webOS", "", "Tablet"},
        DeviceCase{"firefox_os_tablet", {}, "Firefox OS", "(Tablet; rv:28.0)", "Tablet"},
        DeviceCase{"windows_tablet_pc", {}, "Windows", "Tablet PC 2.0", "Desktop"},
        DeviceCase{"android_phone", {}, "Android", "Mobile Safari", "Mobile"},
        DeviceCase{"android_tablet", {}, "Android", "Safari", "Tablet"},
        DeviceCase{"ipod", {"iPod", "Apple"}, "iOS", "", "Mobile"},
        DeviceCase{"blackberry", {}, "BlackBerry OS", "", "Mobile"},
        DeviceCase{"symbian", {}, "Symbian^3 Anna", "", "Mobile"},
        DeviceCase{"feature_phone", {"Generic Feature Phone", "Generic"}, "Other", "", "Mobile"},
        DeviceCase{"solaris", {}, "Solaris", "", "Desktop"},
        DeviceCase{"mac", {"Mac", "Apple"}, "Mac OS X", "", "Desktop"},
        DeviceCase{"nothing", {}, "Other", "Mobile", ""}}) {
    EXPECT_EQ(device_type_of(sample.device, sample.os, sample.text), sample.type) << sample.name;
  }
}

/// uap-core's own cases, where its package is installed: `family_of` must give each case's family.
void check_against(const std::string& file, const std::function<std::string(const std::string&)>& family_of) {
  const std::string path = "/usr/share/uap-core/" + file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the package uap-core is not installed";
  const YAML::Node cases = YAML::LoadFile(path)["test_cases"];
  ASSERT_GT(cases.size(), 10u);
  for (const YAML::Node& sample : cases) {
    const auto text = sample["user_agent_string"].as<std::string>();
    EXPECT_EQ(family_of(text), sample["family"].as<std::string>()) << text;
  }
}

class UapCore : public testing::TestWithParam<const char*> {};
class UapCoreBrowsers : public UapCore {};
class UapCoreSystems : public UapCore {};

TEST_P(UapCoreBrowsers, AreAllKnown) {
  check_against(GetParam(), [](const std::string& text) { return built_in().describe(text).browser; });
}
TEST_P(UapCoreSystems, AreAllKnown) {
  check_against(GetParam(), [](const std::string& text) { return built_in().describe(text).os; });
}
TEST(UapCoreDevices, AreAllKnown) {
  check_against("tests/test_device.yaml", [](const std::string& text) { return built_in().device_family(text); });
}

INSTANTIATE_TEST_SUITE_P(Cases, UapCoreBrowsers,
                         testing::Values("tests/test_ua.yaml", "test_resources/firefox_user_agent_strings.yaml",
                                         "test_resources/pgts_browser_list.yaml",
                                         "test_resources/opera_mini_user_agent_strings.yaml",
                                         "test_resources/podcasting_user_agent_strings.yaml"));
INSTANTIATE_TEST_SUITE_P(Cases, UapCoreSystems,
                         testing::Values("tests/test_os.yaml", "test_resources/additional_os_tests.yaml"));

constexpr const char* kSmallFile = R"(
user_agent_parsers:
  - regex: '(First)/(\d+)'
  - regex: '(Second|First) (\w+)?'
    family_replacement: 'The $1 $2 $9!'
os_parsers:
  - regex: '(?:Some)OS'
    os_replacement: 'Some OS'
device_parsers:
  - regex: 'PHONE'
    regex_flag: 'i'
    device_replacement: 'Generic Smartphone'
)";

TEST(UserAgentPatterns, TheFirstThatMatchesWinsAndGroupsAreFilledIn) {
  const auto patterns = UserAgentPatterns::parse(kSmallFile);
  ASSERT_TRUE(patterns) << patterns.error().message;
  EXPECT_EQ(patterns->describe("Second x First/1").browser, "First");
  EXPECT_EQ(patterns->describe("First x").browser, "The First x !");
  EXPECT_EQ(patterns->describe("first/1").browser, "Other");
  EXPECT_EQ(patterns->describe("SomeOS Phone"), (UserAgent{"Other", "Some OS", "Mobile"}));
  EXPECT_EQ(patterns->describe(std::string(2048, ' ') + "SomeOS").os, "Other") << "looked beyond 2 KiB";
}

TEST(UserAgentPatterns, ABrokenFileIsAnError) {
  for (const char* yaml : {"", "a: [", "user_agent_parsers: 5", "user_agent_parsers:\n  - regex: '('",
                           "user_agent_parsers:\n  - family_replacement: 'x'"}) {
    const auto patterns = UserAgentPatterns::parse(yaml);
    ASSERT_FALSE(patterns) << yaml;
    EXPECT_EQ(patterns.error().fault, Fault::kCorrupt);
    EXPECT_THAT(patterns.error().message, HasSubstr("pattern"));
  }
}

RC_GTEST_PROP(UserAgentPatterns, AnyBytesAreDescribed, (const std::string& bytes)) {
  RC_ASSERT(!built_in().describe(bytes).browser.empty());
  RC_ASSERT(!built_in().describe("Mozilla/5.0 (Linux; Android 9; " + bytes).os.empty());
}

}  // namespace
}  // namespace gapless
