#pragma once

#include "cli/command.h"
#include "cli/memory_file.h"
#include "state/memory_store.h"

namespace gapless {

/// A settings table that gives this answer.
class FakeTeamSettings final : public TeamSettings {
 public:
  Result<Teams> answer = Teams{};
  Result<Teams> enabled_teams() override { return answer; }
};

/// Services with a state store in memory and a clock that stands still; there is no engine, unless a test brings figures.
class FakeServices final : public Services {
 public:
  struct Parts {
    Settings settings;
    ManualClock clock{parse_instant("2026-03-10T12:00:00Z", "test").value()};
    Definition definition{"rules: 1\n"};
    MemoryStateStore store{[this] { return clock.now(); }};
    FakeTeamSettings team_settings;
    bool has_store = false;
    std::optional<Figures> figures;  ///< with a store of their own
    ExecutorOptions executor_options;
    Installation installation;
    Workplace workplace;
  };
  /// What a test looks at and changes.
  Parts& parts() { return parts_; }

  const Settings& settings() const override { return parts_.settings; }
  const Clock& clock() const override { return parts_.clock; }
  const Definition& definition() const override { return parts_.definition; }
  std::stop_token stop() const override { return {}; }
  const Workplace& workplace() const override { return parts_.workplace; }
  std::filesystem::path data_directory() const override { return "/nowhere"; }
  bool has_engine_data() const override { return false; }
  bool has_store() override { return parts_.has_store; }
  Result<StateStore*> store() override {
    parts_.has_store = true;
    return parts_.figures ? parts_.figures->store : &parts_.store;
  }
  Result<Engine*> engine(std::uint32_t) override { return no_engine(); }
  Result<Loader*> loader() override { return no_engine(); }
  Result<Warehouse*> warehouse() override { return no_engine(); }
  Result<Figures> figures() override {
    if (parts_.figures) return *parts_.figures;
    return no_engine();
  }
  Result<Reports*> reports() override { return no_engine(); }
  ReportMemory& report_memory() override { return report_memory_; }
  Result<TeamSettings*> team_settings() override { return &parts_.team_settings; }
  Result<std::vector<TargetLook>> target_tables(std::uint32_t) override { return no_engine(); }
  Result<Tables> tables() override { return no_engine(); }
  Result<RightsLook> rights(std::uint32_t) override { return no_engine(); }
  Status settle() override { return no_engine(); }
  Result<TakeOverReport> take_over() override { return no_engine(); }
  Result<ExitCode> serve(Output&) override { return no_engine(); }
  Limits limits() const override { return {}; }
  ExecutorOptions executor_options() const override { return parts_.executor_options; }
  const Installation& installation() const override { return parts_.installation; }
  Result<std::string> engine_library() const override { return no_engine(); }
  std::optional<Error> data_directory_in_use() const override { return std::nullopt; }
  std::string store_place() const override { return "/nowhere/state.sqlite"; }
  std::string store_format() const override { return "schema 5"; }
  Result<std::optional<std::chrono::microseconds>> store_round_trip() override { return std::nullopt; }

 private:
  Parts parts_;
  ReportMemory report_memory_;
  static tl::unexpected<Error> no_engine() { return fail(Fault::kUnavailable, "there is no engine"); }
};

/// What a command said and how it ended.
struct CommandOutcome {
  Result<ExitCode> code;
  std::string out;
  std::string err;
};

/// Runs one command of the table.
inline CommandOutcome run_command(Services& services, const char* name, OutputFormat format, const Given& given = {},
                                  const Manual& manual = {}) {
  MemoryFile out, err;
  Console console(err.get(), {});
  Output output(out.get(), console, {format});
  Invocation call{given, services, output, manual};
  Result<ExitCode> code = find_command(name)->run(call);
  (void)output.finish();
  return {std::move(code), out.content(), err.content()};
}

}  // namespace gapless
