#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

namespace gapless {

/// What a User-Agent header says of the visitor's software.
struct UserAgent {
  std::string browser;      ///< uap-core's family, "Other" where no pattern knows it
  std::string os;           ///< uap-core's family, "Other" where no pattern knows it
  std::string device_type;  ///< "Desktop", "Mobile", "Tablet", or "" where nothing is known: see device_type.h
  bool operator==(const UserAgent&) const = default;
};

/// uap-core's patterns, compiled. Thread-safe.
class UserAgentPatterns {
 public:
  /// From the text of a regexes.yaml. Errors: kCorrupt, naming the pattern.
  static Result<UserAgentPatterns> parse(std::string_view yaml);
  /// Those that are built into the program, compiled at the first call (a quarter of a second) and kept.
  static Result<const UserAgentPatterns*> built_in();

  UserAgentPatterns(UserAgentPatterns&&) noexcept;
  UserAgentPatterns& operator=(UserAgentPatterns&&) noexcept;
  ~UserAgentPatterns();

  /// Looks at the first 2 KiB of the text, which should be UTF-8.
  UserAgent describe(std::string_view text) const;
  /// The device by uap-core's patterns: "iPad", "Samsung SM-G960F", "Spider", … or "Other".
  std::string device_family(std::string_view text) const;

 private:
  struct Lists;
  explicit UserAgentPatterns(std::unique_ptr<const Lists> lists);
  std::unique_ptr<const Lists> lists_;
};

}  // namespace gapless
