#include "load/device_type.h"

#include <algorithm>
#include <initializer_list>

namespace gapless {
namespace {

using Names = std::initializer_list<std::string_view>;

bool is_one_of(std::string_view name, const Names& names) { return std::ranges::find(names, name) != names.end(); }

bool begins_with_one_of(std::string_view name, const Names& beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view beginning) { return name.starts_with(beginning); });
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_neither_desk_nor_hand(const Device& device, std::string_view os, std::string_view text) {
  static const Names kSystems{"tvOS", "ATV OS X", "WatchOS",   "Chromecast", "GoogleTV", "WebTV",   "Web0S",
                              "Roku", "Samsung",  "Panasonic", "LG",         "Sony",     "Philips", "FireHbbTV"};
  static const Names kFamilies{"Spider",   "AppleTV", "Apple Watch",    "Inettv", "PlayStation",
                               "Nintendo", "Xbox",    "Sega Dreamcast", "Tesla",  "Roku"};
  return is_one_of(os, kSystems) || begins_with_one_of(device.family, kFamilies) || device.brand == "Generic_Inettv" ||
         contains(text, "TV");
}

bool is_tablet(const Device& device, std::string_view os, std::string_view text) {
  static const Names kFamilies{"iPad", "Kindle", "Generic Tablet", "BlackBerry Playbook", "HP TouchPad"};
  if (begins_with_one_of(device.family, kFamilies)) return true;
  if (os == "Kindle" || os == "BlackBerry Tablet OS" || os == "WeTab") return true;
  return os != "Windows" && contains(text, "Tablet");
}

bool is_phone(const Device& device, std::string_view os, std::string_view text) {
  static const Names kSystems{"iOS",        "Windows Phone", "Windows Mobile", "BlackBerry OS", "Firefox OS", "KaiOS",
                              "Symbian OS", "Symbian^3",     "Nokia Series",   "Bada",          "Brew MP",    "BREW",
                              "webOS",      "Maemo",         "MeeGo",          "Sailfish",      "Windows CE"};
  static const Names kFamilies{"Generic Smartphone", "Generic Feature Phone", "iPhone", "iPod"};
  return begins_with_one_of(os, kSystems) || begins_with_one_of(device.family, kFamilies) ||
         (os == "Tizen" && contains(text, "Mobile"));
}

bool is_desktop(std::string_view os) {
  static const Names kSystems{"Windows",   "Mac OS X",   "Mac OS",   "Linux",  "Ubuntu", "Kubuntu",   "Lubuntu",
                              "Debian",    "Fedora",     "Red Hat",  "CentOS", "Mageia", "Mandriva",  "Gentoo",
                              "Slackware", "Arch Linux", "openSUSE", "SUSE",   "Puppy",  "PCLinuxOS", "BackTrack",
                              "Chrome OS", "FreeBSD",    "OpenBSD",  "NetBSD", "BSD",    "Solaris",   "SerenityOS"};
  return is_one_of(os, kSystems);
}

}  // namespace

std::string_view device_type_of(const Device& device, std::string_view os_family, std::string_view text) {
  if (is_neither_desk_nor_hand(device, os_family, text)) return "";
  if (is_tablet(device, os_family, text)) return "Tablet";
  if (os_family == "Android") {
    const bool page = contains(text, "Safari");
    return contains(text, "Mobi") || !page ? "Mobile" : "Tablet";
  }
  if (is_phone(device, os_family, text)) return "Mobile";
  return is_desktop(os_family) ? "Desktop" : "";
}

}  // namespace gapless
