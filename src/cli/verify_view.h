#pragma once

#include <string>

#include "cli/json.h"
#include "cli/style.h"
#include "cli/verify_job.h"

namespace gapless {

std::string verify_text(const VerifyReport& report, const Style& style);
Json verify_json(const VerifyReport& report);

}  // namespace gapless
