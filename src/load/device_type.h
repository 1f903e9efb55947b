#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// What the device patterns of uap-core give.
struct Device {
  std::string family = "Other";
  std::string brand;
};

/// "Desktop", "Mobile", "Tablet", or "" where nothing is known, from uap-core's device and operating system and the
/// header's text. The first of these that applies:
///
///  1. ""       spiders, television sets and boxes, watches, consoles and cars
///  2. Tablet   iPad, Kindle, PlayBook, TouchPad; and unless the system is Windows, what calls itself a tablet
///  3. Android  Mobile where the text says "Mobile" or "Mobi", or is not of a browser page (no "Safari"); else Tablet,
///              which is how Android's own browsers tell the two apart
///  4. Mobile   the systems of phones, such as iOS, Windows Phone, BlackBerry OS, Symbian OS, KaiOS; and phones that
///              uap-core calls generic
///  5. Desktop  Windows, Mac OS X, Linux and its distributions, Chrome OS, the BSDs, Solaris
///  6. ""       else
std::string_view device_type_of(const Device& device, std::string_view os_family, std::string_view text);

}  // namespace gapless
