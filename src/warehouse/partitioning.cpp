#include "warehouse/partitioning.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/ask.h"
#include "sql/table_shape.h"
#include "sql/targets.h"
#include "util/counted.h"
#include "warehouse/statement_options.h"

namespace gapless {
namespace {

std::string said(TeamBuckets buckets) { return counted(buckets.count(), "team bucket", "team buckets"); }

std::string without_spaces(std::string_view text) {
  std::string plain(text);
  std::erase_if(plain, [](char c) { return c == ' ' || c == '`'; });
  return plain;
}

}  // namespace

std::optional<TeamBuckets> parse_partition_key(std::string_view key) {
  const std::string plain = without_spaces(key);
  // The number in it is all that is not known: whatever comes out is written again, and compared.
  std::uint64_t count = 1;
  if (const std::size_t digits =
          plain.find_last_not_of("0123456789", plain.size() - std::min<std::size_t>(2, plain.size()));
      plain.ends_with(')') && digits != std::string::npos)
    std::from_chars(plain.data() + digits + 1, plain.data() + plain.size(), count);
  const auto buckets = TeamBuckets::of(std::max<std::uint64_t>(count, 1), "a table");
  if (!buckets || without_spaces(sql::partition_key(*buckets)) != plain) return std::nullopt;
  return *buckets;
}

Result<Partitioning> look_at_partitioning(Engine& engine, const Identifier& database, const Targets& targets,
                                          const Limits& limits) {
  std::vector<std::string> names;
  for (const Target target : targets) names.emplace_back(table_name(target));
  Statement statement(sql::table_engines());
  statement.bind("database", database.text()).bind("tables", names);
  GAPLESS_ASSIGN(const Rows rows, ask(engine, "how the target tables are partitioned", statement,
                                      {"name", "partition_key", "engine_full"}, options_of(limits)));
  Partitioning found;
  for (const Target target : targets)
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows.text(i, 0) == table_name(target)) found.emplace(target, parse_partition_key(rows.text(i, 1)));
  return found;
}

Result<TeamBuckets> agreed_buckets(const Partitioning& partitioning, std::optional<TeamBuckets> configured) {
  std::optional<std::pair<Target, TeamBuckets>> first;
  for (const auto& [target, buckets] : partitioning) {
    if (!buckets) continue;
    if (!first) first.emplace(target, *buckets);
    if (*buckets != first->second)
      return fail(Fault::kInvalidInput,
                  fmt::format("{} has {} and {} has {}: a rebuild was interrupted between them, or one was not kept"
                              " then. gapless targets rebuild --team-buckets N makes them alike; no figure is lost",
                              table_name(first->first), said(first->second), table_name(target), said(*buckets)));
  }
  if (!first) return configured.value_or(TeamBuckets());
  if (configured && *configured != first->second)
    return fail(
        Fault::kInvalidInput,
        fmt::format("targets.team_buckets is {}, and the target tables have {}: gapless targets rebuild makes them"
                    " anew with {}; or configure {}",
                    configured->count(), said(first->second), configured->count(), first->second.count()));
  return first->second;
}

}  // namespace gapless
