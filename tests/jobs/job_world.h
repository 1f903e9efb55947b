// tests/jobs/: jobs as command line, schedule and API run them, over a fake warehouse: what comes of them when all is
// well, and when it cannot be known.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake_services_test_support.h"
#include "cli/run_job.h"
#include "run/run_world.h"

namespace gapless {

/// Two teams with page views on 1 to 4 March 2026 and today, the 5th; it is noon.
class JobWorld : public testing::Test {
 protected:
  JobWorld();

  Settings& settings() { return services.parts().settings; }
  void set_clock(const char* instant);
  /// `gapless NAME` with these options, JSON wanted.
  CommandOutcome command(const char* name, std::vector<std::pair<const char*, const char*>> options = {},
                         std::vector<std::string_view> arguments = {});
  CommandOutcome job(std::string_view name) { return command("run", {}, {name}); }
  /// Of the run that was recorded last.
  RunRecord newest_run();
  /// The days that hold rows of any team.
  std::vector<std::string> published_days();

  RunWorld world;
  FakeServices services;
  Executor executor{world.warehouse, world.store, services.clock(), services.definition()};
};

}  // namespace gapless
