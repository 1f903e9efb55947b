#include "load/event_parser.h"

namespace gapless {

const char* name(SkipReason reason) {
  switch (reason) {
    case SkipReason::kMethod: return "method";
    case SkipReason::kStatus: return "status";
    case SkipReason::kAsset: return "asset";
    case SkipReason::kBot: return "bot";
    case SkipReason::kBlank: return "blank";
  }
  return "blank";
}

}  // namespace gapless
