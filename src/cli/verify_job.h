#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/run_job.h"
#include "run/verification.h"

namespace gapless {

/// What a verification found, and what was done about it.
struct VerifyReport {
  std::string run_id;
  DayRange window;
  Verification verification = {};  ///< as things are at the end
  std::map<CellState, std::uint64_t> left_out = {};
  std::uint64_t cells_to_choose_from = 0;  ///< of which a sample may have been taken
  std::string why_nothing = {};            ///< where no cell was compared

  struct Repair {
    std::vector<Finding> found;  ///< before it
    RunReport run;
  };
  std::optional<Repair> repair = {};

  bool differs() const { return !verification.found.empty(); }
};

/// What a verification works with.
struct VerifyJob {
  Invocation& call;
  const Figures& figures;
  const JobRequest& request;  ///< with `verify`
};

/// Compares what `examination` found to be verifiable, repairs where that is wanted, and puts what came of it into the
/// record, which the caller keeps. Errors: it could not compare, or begin to repair.
Result<VerifyReport> verify_cells(const VerifyJob& job, RunRecord& record, const Examination& examination);

}  // namespace gapless
