#include "cli/style.h"

namespace gapless {
namespace {

std::string_view code(Tone tone) {
  switch (tone) {
    case Tone::kPlain: return "";
    case Tone::kStrong: return "\x1b[1m";
    case Tone::kDim: return "\x1b[2m";
    case Tone::kGood: return "\x1b[32m";
    case Tone::kNotice: return "\x1b[36m";
    case Tone::kWarn: return "\x1b[33m";
    case Tone::kBad: return "\x1b[31m";
  }
  return "";
}

}  // namespace

std::string Style::paint(Tone tone, std::string_view text) const {
  if (!coloured_ || tone == Tone::kPlain || text.empty()) return std::string(text);
  return std::string(code(tone)) + std::string(text) + "\x1b[0m";
}

}  // namespace gapless
