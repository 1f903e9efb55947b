#pragma once

#include <string>

#include "cli/json.h"
#include "cli/style.h"
#include "cli/verify_job.h"

namespace gapless {

/// Each figure that differs, up to a hundred.
std::string findings_table(const std::vector<Finding>& findings, const Style& style);
Json findings_json(const std::vector<Finding>& findings);

std::string verify_text(const VerifyReport& report, const Style& style);
Json verify_json(const VerifyReport& report);

}  // namespace gapless
