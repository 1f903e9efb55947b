#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "warehouse/source_mapping.h"
#include "warehouse/warehouse.h"

namespace gapless {

/// What gapless reads and writes on a server.
struct RightsScope {
  Identifier database;
  Identifier staging_database;
  std::vector<TableName> source;  ///< tables that events and persons are read from
  std::string user;
  Targets targets = all_targets();  ///< those that are kept
};

/// A right that gapless needs there, and statements that the server refuses without it (497) and that do nothing: it looks
/// at rights before it does anything else.
struct Right {
  enum class Subject { kIsThere, kMayBeAbsent };  ///< a table that is not there says nothing, or that the right is
  std::string privilege;                          ///< "ALTER DELETE"
  std::string object;                             ///< "rollup.*"
  std::vector<std::string> probes;                ///< one for each table that it is needed for
  Subject subject = Subject::kIsThere;
  std::string name() const;                          ///< "ALTER DELETE ON rollup.*"
  std::string grant(const std::string& user) const;  ///< "GRANT ALTER DELETE ON rollup.* TO gapless"
};

/// What `gapless targets rebuild` needs beside all that: the right to have a table of the rollup change places with another.
/// Not needed for anything else.
Right rebuild_right(const Identifier& database);

/// The only table that the probes make, in the staging database, and drop again. It is made only by who may drop it.
TableName probe_table(const RightsScope& scope);

/// Every right, in the order in which they can be tried: what needs the probe table lies between its making and its end.
std::vector<Right> rights_needed(const RightsScope& scope);

struct MissingRight {
  std::string grant;  ///< what to say to the server
  std::string why;    ///< the server's words
};

struct RightsLook {
  struct NotTried {
    std::string name;  ///< "SELECT ON rollup.*"
    std::string why;   ///< most often that a table is not there, since another right is missing
  };
  std::vector<MissingRight> missing;
  std::vector<NotTried> not_tried;
  std::size_t tried = 0;  ///< and found to be there
};

/// Tries each. A right to make what is there already is not asked for. Errors: the server could not be asked.
Result<RightsLook> look_at_rights(Engine& engine, const RightsScope& scope, const Limits& limits);

/// The tables that this source is read from, as far as they are configured by name.
std::vector<TableName> tables_read(const SourceSpec& spec);

}  // namespace gapless
