#pragma once

#include <optional>
#include <string>

#include "cli/json.h"
#include "cli/run_job.h"
#include "cli/style.h"
#include "run/adoption.h"

namespace gapless {

/// What adopting came to.
struct AdoptReport {
  std::string run_id;
  DayRange window;
  Adoption adoption = {};
  std::string why_nothing = {};  ///< where there was no cell to adopt
  double seconds = 0;

  RunStatus status() const;
  /// 0 where all were adopted or there was nothing to adopt, 3 where some were; where none was: 4 where a figure differs,
  /// 5 where other runs hold the days, else 1.
  ExitCode exit_code() const;
};

/// What adopting works with.
struct AdoptJob {
  Invocation& call;
  const Figures& figures;
  const JobRequest& request;  ///< with `adopt`
};

/// Adopts what `examination` found to be foreign, and puts what came of it into the record, which the caller keeps.
/// Errors: it could not begin, or was stopped.
Result<AdoptReport> adopt_cells(const AdoptJob& job, RunRecord& record, const Examination& examination);

std::string adopt_text(const AdoptReport& report, const Style& style);
Json adopt_json(const AdoptReport& report);

}  // namespace gapless
