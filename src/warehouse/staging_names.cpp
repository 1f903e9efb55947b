#include "warehouse/staging_names.h"

#include <fmt/format.h>

#include <vector>

#include "util/parse_number.h"

namespace gapless {
namespace {

std::string prefix_of(const StagingId& staging) {
  return fmt::format("{}{}_{}_{}_{}_{}_", kStagingPrefix, staging.store_id, staging.fence, staging.partition.shard,
                     staging.partition.day.partition_id(), staging.partition.bucket);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find('_', start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

}  // namespace

StagingTables StagingTables::of(const StagingId& staging, const Identifier& database) {
  const std::string prefix = prefix_of(staging);
  const auto table = [&](std::string_view what) { return TableName::own(database, prefix + std::string(what)); };
  return {table("straddlers"),
          table("sessions"),
          {table(name(Target::kStats)), table(name(Target::kBounces)), table(name(Target::kBreakdowns))}};
}

std::optional<StagingId> parse_staging_name(std::string_view table) {
  const auto parts = split(table);
  if (parts.size() != 7 || parts[0] != "staging") return std::nullopt;
  const auto day = Day::of_partition_id(parts[4]);
  if (!day) return std::nullopt;
  const auto fence = parse_number<std::uint64_t>(parts[2]);
  const auto shard = parse_number<std::uint32_t>(parts[3]), bucket = parse_number<std::uint32_t>(parts[5]);
  if (!fence || !shard || !bucket) return std::nullopt;
  return StagingId{std::string(parts[1]), *fence, {*shard, *day, *bucket}};
}

}  // namespace gapless
