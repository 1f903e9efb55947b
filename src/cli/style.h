#pragma once

#include <string>
#include <string_view>

namespace gapless {

/// What a piece of text means; how it looks is Style's business.
enum class Tone { kPlain, kStrong, kDim, kGood, kNotice, kWarn, kBad };

/// ANSI colours, or none. Nothing that gapless prints says something by colour alone.
class Style {
 public:
  static Style plain() { return Style(false); }
  static Style coloured() { return Style(true); }
  bool is_coloured() const { return coloured_; }
  std::string paint(Tone tone, std::string_view text) const;

 private:
  explicit Style(bool is_coloured) : coloured_(is_coloured) {}
  bool coloured_;
};

}  // namespace gapless
