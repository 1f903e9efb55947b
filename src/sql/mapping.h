#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "sql/source.h"

namespace gapless::sql {

/// What a canonical field (SEMANTICS: source events) is, which decides what an expression for it may give.
enum class FieldKind { kTeam, kTime, kUuid, kPerson, kText, kInteger, kFlag };

struct Field {
  std::string name;
  FieldKind kind = FieldKind::kText;
  bool is_required = false;  ///< others read as '', 0 or false where a table has nothing for them
};

/// Ready expressions for a well-known layout of events.
enum class Preset { kGapless, kPosthog };
std::string_view name(Preset preset);  ///< "gapless", "posthog"

/// Whether the person of a session is the one that its last event names, or the one that this person was merged into.
enum class Persons { kAsRead, kAtBuild };

/// Expressions by the name of their field.
using FieldExpressions = std::map<std::string, std::string, std::less<>>;

/// Where events are read from and how, as configured; nothing was looked at.
struct MappingRequest {
  std::string from;  ///< a quoted table, or a subquery in brackets
  Preset preset = Preset::kGapless;
  FieldExpressions expressions = {};  ///< of fields that are not simply columns of that name, nor as in the preset
  bool final_rows = false;
  Persons persons = Persons::kAsRead;  ///< at build: the field distinct_id is needed too
};

/// All that statements read of an event, in the order of SEMANTICS.
std::vector<Field> fields_of(Persons persons);

/// The expression of each field over a table or subquery with these columns; fields that it has nothing for are left out.
/// Errors: kInvalidInput for a required field that there is nothing for, and for an expression of no field.
Result<FieldExpressions> choose_expressions(const MappingRequest& request, const std::set<std::string>& columns);

/// is_source, name, type, and whether the source has parts, of the columns of the source {database:String}.{table:String}
/// and those of the table of merged persons, {persons_database:String}.{persons:String}.
std::string source_columns();

/// SELECT of the chosen expressions, each under its field's name; for the engine to say which types they have.
std::string probe(const MappingRequest& request, const FieldExpressions& chosen);

/// What statements read in the place of a table: a subquery that has the canonical columns, and `_partition_id` where the
/// table has parts. `types` are what the engine says of the chosen expressions. Empty where all is canonical already, and
/// the table itself can be read. Errors: kInvalidInput for an expression whose type cannot be what its field is, with what to do.
Result<std::string> canonical_relation(const MappingRequest& request, const FieldExpressions& chosen,
                                       const FieldExpressions& types, bool has_parts);

/// The lines of the definition that a mapping decides; none for the preset gapless without expressions.
std::map<std::string, std::string> definition_lines(const MappingRequest& request);

}  // namespace gapless::sql
