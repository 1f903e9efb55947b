#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/statement.h"
#include "query/coverage.h"
#include "query/report.h"

namespace gapless {

/// What was found and read for reports, of use as long as source, targets and ledger are as they were: it gives what a look
/// or a statement at this moment would give. Nothing in it ages. Thread-safe.
class ReportMemory {
 public:
  /// As look_at_coverage(), which is asked for what is not known. Where everything is, the look is Warehouse::version() alone.
  Result<Coverage> look(Warehouse& warehouse, StateStore& store, const CoverageRequest& request,
                        const Definition& definition, const Limits& limits);

  /// What the statement gave when all that it reads was at this version.
  std::optional<std::vector<ReportRow>> rows(const Statement& statement, std::string_view version);
  void keep_rows(const Statement& statement, std::string_view version, const std::vector<ReportRow>& rows);

 private:
  struct TeamDays {
    std::string version;
    SourceExtent source;
    std::map<Day, DayAnswer> answers;
    std::uint64_t asked = 0;  ///< the number of the question that last asked for it
  };
  struct Answer {
    std::string version;
    std::vector<ReportRow> rows;
    std::uint64_t asked = 0;
  };

  std::optional<Coverage> known(const CoverageRequest& request, const std::string& version);
  void keep(TeamId team, const Coverage& coverage);

  std::mutex mutex_;
  std::uint64_t questions_ = 0;
  std::map<TeamId, TeamDays> teams_;
  std::map<std::string, Answer> answers_;  ///< by the statement with its values
};

}  // namespace gapless
