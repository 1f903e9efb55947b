#pragma once

#include <string>
#include <vector>

#include "core/day.h"
#include "core/target.h"

// The usual way to fill the two wide targets, as scheduled jobs do it: a day is two INSERT … SELECTs, each joining the
// day's events to an aggregation of their sessions and grouping by the whole key, and a REPLACE PARTITION of each.
// What gapless is measured against.

namespace gapless::bench {

struct ReferenceWay {
  enum class Rules {
    kExact,     ///< those of docs/SEMANTICS.md, as far as the workload has their cases: the same groups as gapless
    kPublished  ///< as the original has them: a session's first event, whatever it is; ties of time by chance
  };
  enum class Days {
    kAround,  ///< sessions that began the day before, or end the day after, are whole
    kSame  ///< of sessions that began on it, the day's events alone, as the original joins them: what comes later is lost
  };
  Rules rules = Rules::kExact;
  Days days = Days::kAround;
  std::string events;    ///< the table
  std::string database;  ///< of its targets

  std::string target(Target target) const;
  std::string staging(Target target) const { return this->target(target) + "_staging"; }
  /// Makes targets and staging.
  std::vector<std::string> create() const;
  /// All statements of a day, in their order.
  std::vector<std::string> build(Day day) const;

 private:
  std::string sessions(const std::string& day) const;
  std::string stats(const std::string& day) const;
  std::string bounces(const std::string& day) const;
  std::string joined_days(const std::string& day) const;
};

}  // namespace gapless::bench
