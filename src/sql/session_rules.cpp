#include "sql/session_rules.h"

#include "sql/source.h"
#include "sql/template.h"

namespace gapless::sql {

std::string duration_and_bounce() {
  // Not more than one uuid: the lowest is the highest.
  return expand(R"(toInt64(toUnixTimestamp(max(timestamp))) - toInt64(toUnixTimestamp(min(timestamp))) AS duration,
      toUInt8(minIf(uuid, $interaction) = maxIf(uuid, $interaction) AND duration < 10) AS bounce)",
                {{"interaction", std::string(kIsInteraction)}});
}

std::string nameless_runs(const NamelessEvents& events) {
  // A run begins where the gap is over 30 minutes; the latest beginning so far names the run of an event.
  return expand(R"(
    SELECT $key, concat(toString(person_id), ':', toString(run_start)) AS session, 0 AS named,
      timestamp, uuid, event, person_id$columns
    FROM (
      SELECT *, max(if(begins, micros, 0)) OVER
        (PARTITION BY $key, person_id ORDER BY micros RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run_start
      FROM (
        SELECT *, micros - lagInFrame(micros, 1, toInt64(-1800000001)) OVER
          (PARTITION BY $key, person_id ORDER BY micros ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) > 1800000000 AS begins
        FROM (
          SELECT $read_key, timestamp, toUnixTimestamp64Micro(timestamp) AS micros, uuid, event, person_id$columns
          FROM $from
          WHERE $condition AND session_id = ''))))",
                {{"key", events.key},
                 {"read_key", events.read_key},
                 {"columns", events.columns},
                 {"from", events.from},
                 {"condition", events.condition}});
}

}  // namespace gapless::sql
