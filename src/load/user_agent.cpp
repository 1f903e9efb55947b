#include "load/user_agent.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "load/device_type.h"
#include "load/pattern_list.h"

// data/uap-core/regexes.yaml as it is, put into the program by the assembler.
__asm__(
    ".section .rodata\n"
    ".global gapless_uap_core_regexes\n"
    ".global gapless_uap_core_regexes_end\n"
    "gapless_uap_core_regexes:\n"
    ".incbin \"" GAPLESS_UAP_CORE_REGEXES
    "\"\n"
    "gapless_uap_core_regexes_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char gapless_uap_core_regexes[];
extern "C" const char gapless_uap_core_regexes_end[];

namespace gapless {
namespace {

constexpr std::size_t kLongest = 2048;
constexpr const char* kOther = "Other";

std::optional<std::string> text_at(const YAML::Node& node, const char* key) {
  if (const YAML::Node value = node[key]) return value.as<std::string>();
  return std::nullopt;
}

Result<PatternList> compile_list(const YAML::Node& document, const char* list, const char* family_key) {
  std::vector<PatternList::Pattern> patterns;
  for (const YAML::Node& node : document[list]) {
    patterns.push_back({node["regex"].as<std::string>(), text_at(node, "regex_flag") == "i", text_at(node, family_key),
                        text_at(node, "brand_replacement")});
  }
  if (patterns.empty()) return fail(Fault::kCorrupt, fmt::format("there is no list {} of user agent patterns", list));
  return PatternList::compile(std::move(patterns));
}

std::string family_in(const PatternList& list, std::string_view text) {
  const auto match = list.first_match(text);
  return match && !match->family.empty() ? match->family : kOther;
}

Device device_in(const PatternList& list, std::string_view text) {
  const auto match = list.first_match(text);
  if (!match) return {};
  return {match->family.empty() ? kOther : match->family, match->brand};
}

}  // namespace

struct UserAgentPatterns::Lists {
  PatternList browsers;
  PatternList systems;
  PatternList devices;
};

UserAgentPatterns::UserAgentPatterns(std::unique_ptr<const Lists> lists) : lists_(std::move(lists)) {}
UserAgentPatterns::UserAgentPatterns(UserAgentPatterns&&) noexcept = default;
UserAgentPatterns& UserAgentPatterns::operator=(UserAgentPatterns&&) noexcept = default;
UserAgentPatterns::~UserAgentPatterns() = default;

Result<UserAgentPatterns> UserAgentPatterns::parse(std::string_view yaml) {
  try {
    const YAML::Node document = YAML::Load(std::string(yaml));
    GAPLESS_ASSIGN(auto browsers, compile_list(document, "user_agent_parsers", "family_replacement"));
    GAPLESS_ASSIGN(auto systems, compile_list(document, "os_parsers", "os_replacement"));
    GAPLESS_ASSIGN(auto devices, compile_list(document, "device_parsers", "device_replacement"));
    return UserAgentPatterns(
        std::make_unique<const Lists>(Lists{std::move(browsers), std::move(systems), std::move(devices)}));
  } catch (const YAML::Exception& problem) {
    return fail(Fault::kCorrupt, fmt::format("the user agent patterns are not readable: {}", problem.what()));
  }
}

Result<const UserAgentPatterns*> UserAgentPatterns::built_in() {
  static const Result<UserAgentPatterns> kPatterns = parse(
      {gapless_uap_core_regexes, static_cast<std::size_t>(gapless_uap_core_regexes_end - gapless_uap_core_regexes)});
  if (!kPatterns) return fail(kPatterns.error());
  return &*kPatterns;
}

UserAgent UserAgentPatterns::describe(std::string_view text) const {
  text = text.substr(0, kLongest);
  UserAgent agent{family_in(lists_->browsers, text), family_in(lists_->systems, text), {}};
  agent.device_type = device_type_of(device_in(lists_->devices, text), agent.os, text);
  return agent;
}

std::string UserAgentPatterns::device_family(std::string_view text) const {
  return device_in(lists_->devices, text.substr(0, kLongest)).family;
}

}  // namespace gapless
