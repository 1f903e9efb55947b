#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/facts.h"
#include "run/inventory.h"

namespace gapless {

/// Cells of a day whose narrow part is made from the wide groups (SEMANTICS: expired): what the ledger says of them takes the place
/// of the source.
class Derivation {
 public:
  /// Of these teams' cells those that the narrow target still lacks. Errors: kConflict where bounces no longer hold what the
  /// ledger says.
  static Result<Derivation> of(const Teams& teams, const std::vector<LedgerRow>& ledger, const TargetContents& content,
                               const Targets& kept);

  Teams teams() const;
  /// What each owns.
  std::vector<OwnedCell> owned() const;
  std::map<TeamId, Fingerprint> windows() const;
  /// In the place of the definition.
  std::string definition(TeamId team) const;

 private:
  std::map<TeamId, LedgerRow> bounces_;
};

}  // namespace gapless
