#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/check_data.h"
#include "cli/commands.h"
#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

namespace fs = std::filesystem;

void check_configuration(const Services& services, CheckList& checks) {
  const Services::Installation& installation = services.installation();
  if (installation.configuration_error)
    return checks.fail("configuration", installation.configuration_error->message,
                       "correct it; what follows is checked with the defaults");
  std::size_t changed = 0;
  for (const SettingValue& value : installation.values) changed += value.origin == "default" ? 0 : 1;
  const std::string file = installation.has_configuration_file ? installation.configuration_path
                                                               : fmt::format("no {}", installation.configuration_path);
  checks.ok("configuration",
            fmt::format("{}; {}", file,
                        changed == 0 ? "every setting at its default"
                                     : fmt::format("{} not at {} default", counted(changed, "setting", "settings"),
                                                   changed == 1 ? "its" : "their")));
}

void check_environment(const Services& services, CheckList& checks) {
  const auto& unknown = services.installation().unknown_variables;
  if (unknown.empty()) return;
  checks.warn("environment",
              fmt::format("{} {} nothing to this version: {}", counted(unknown.size(), "variable", "variables"),
                          unknown.size() == 1 ? "means" : "mean", fmt::join(unknown, ", ")),
              "gapless init writes a file with every setting and its variables");
}

void check_clock(const Services& services, CheckList& checks) {
  const Instant now = services.clock().now();
  if (services.installation().fixed_now)
    return checks.warn("clock", fmt::format("stands still at {}, because GAPLESS_NOW says so", format_instant(now)),
                       "take GAPLESS_NOW out of the environment, unless this is a test");
  constexpr std::chrono::sys_days kBuilt = std::chrono::year{2025} / 1 / 1;
  const std::string text = format_instant(std::chrono::floor<std::chrono::seconds>(now));
  if (now < Instant(kBuilt))
    return checks.fail("clock", fmt::format("{} cannot be right", text), "set the machine's clock");
  checks.ok("clock", text);
}

void check_memory(const Services& services, CheckList& checks) {
  const auto& installation = services.installation();
  if (installation.memory_limit_bytes == 0)
    return checks.ok("memory", "as the server limits it; limits.memory in bytes limits statements of gapless");
  checks.ok("memory", fmt::format("statements may use {} of {}", format_bytes(installation.memory_limit_bytes),
                                  format_bytes(installation.memory_bytes)));
}

void check_team_settings(Services& services, CheckList& checks) {
  const Settings& settings = services.settings();
  if (!settings.teams.have(Strategy::kProjectSettings)) return;
  const auto table = services.team_settings();
  const auto teams = table ? (*table)->enabled_teams() : Result<Teams>(tl::unexpected(table.error()));
  if (!teams) return checks.fail("team settings", teams.error());
  checks.ok("team settings", fmt::format("{} in {}", counted(teams->size(), "flag is set", "flags are set"),
                                         settings.team_settings_table.flag_name()));
}

/// The nearest directory above a path that exists.
fs::path existing_parent(fs::path path) {
  std::error_code ignored;
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

void check_free_space(const fs::path& directory, CheckList& checks) {
  constexpr std::uint64_t kLittle = 1ULL << 30U;
  constexpr std::uint64_t kTooLittle = 100ULL << 20U;
  std::error_code error;
  const fs::space_info space = fs::space(existing_parent(directory), error);
  if (error) return checks.warn("free space", fmt::format("cannot be found out: {}", error.message()), "");
  const std::string text = fmt::format("{} of {}", format_bytes(space.available), format_bytes(space.capacity));
  if (space.available < kTooLittle)
    checks.fail("free space", text, "make room: days are built beside the published ones");
  else if (space.available < kLittle)
    checks.warn("free space", text, "make room: days are built beside the published ones");
  else
    checks.ok("free space", text);
}

/// False where there is no use in looking further.
bool check_directory(const Services& services, CheckList& checks) {
  const fs::path directory = services.data_directory();
  struct stat found {};
  if (stat(directory.c_str(), &found) != 0) {
    const fs::path parent = existing_parent(directory);
    if (access(parent.c_str(), W_OK | X_OK) == 0)
      checks.ok("data directory", fmt::format("{}, not there yet; the first {} makes it", directory.string(),
                                              services.settings().servers().empty() ? "load" : "backfill"));
    else
      checks.fail("data directory",
                  fmt::format("{} is not there, and {} cannot be written", directory.string(), parent.string()),
                  "name another with --data, or make it");
    check_free_space(directory, checks);
    return true;
  }
  if (!S_ISDIR(found.st_mode)) {
    checks.fail("data directory", fmt::format("{} is not a directory", directory.string()), "name another with --data");
    return false;
  }
  if (access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
    checks.fail("data directory", fmt::format("{} cannot be written by user {}", directory.string(), geteuid()),
                "change its owner or mode, or name another with --data");
    return false;
  }
  constexpr unsigned kOthers = 0007;
  if ((found.st_mode & kOthers) != 0)
    checks.warn("data directory",
                fmt::format("{} is open to other users (mode {:04o})", directory.string(), found.st_mode & 07777U),
                fmt::format("chmod 700 {}", directory.string()));
  else
    checks.ok("data directory", directory.string());
  check_free_space(directory, checks);
  return true;
}

EngineLook check_engine(Services& services, CheckList& checks) {
  if (services.settings().servers().empty()) {
    const auto library = services.engine_library();
    if (!library) {
      checks.fail("chDB library", library.error());
      return EngineLook::kClosed;
    }
    checks.ok("chDB library", *library);
  }
  if (const auto in_use = services.data_directory_in_use()) {
    checks.warn("engine", in_use->message, "what is in it cannot be looked at meanwhile");
    return EngineLook::kClosed;
  }
  if (!services.has_engine_data()) {
    checks.ok("engine", "not opened: there is nothing in it yet");
    return EngineLook::kClosed;
  }
  const std::vector<std::string> servers = services.settings().servers();
  for (std::uint32_t shard = 0; shard < std::max<std::size_t>(servers.size(), 1); ++shard) {
    const auto engine = services.engine(shard);
    const auto version = engine ? (*engine)->version() : Result<std::string>(tl::unexpected(engine.error()));
    if (!version) {
      checks.fail("engine", version.error());
      return EngineLook::kClosed;
    }
    checks.ok("engine", on_shard(services, shard) + *version);
  }
  return EngineLook::kOpen;
}

std::string settings_text(const Services& services, bool all, const Style& style) {
  TextTable table({{"setting"}, {"value"}, {"from"}});
  for (const SettingValue& value : services.installation().values)
    if (all || value.origin != "default") table.add({std::string(value.key), value.text, value.origin});
  return table.empty() ? std::string() : table.render(style) + "\n";
}

Json settings_json(const Services& services) {
  Json json = Json::array();
  for (const SettingValue& value : services.installation().values)
    json.push_back({{"key", value.key}, {"value", value.text}, {"origin", value.origin}});
  return json;
}

Result<ExitCode> run_doctor(Invocation& call) {
  Services& services = call.services;
  CheckList checks;
  check_configuration(services, checks);
  check_environment(services, checks);
  check_clock(services, checks);
  check_memory(services, checks);
  check_team_settings(services, checks);
  if (check_directory(services, checks)) {
    const EngineLook engine = check_engine(services, checks);
    check_rights(services, engine, checks);
    if (engine == EngineLook::kOpen) {
      check_source(services, checks);
      if (check_target_tables(services, checks)) check_rollup(services, checks);
    }
    check_state(services, engine, checks);
  }
  call.output.document({{"checks", checks.json()}, {"settings", settings_json(services)}});
  call.output.text(settings_text(services, call.output.is_verbose(), call.output.style()));
  call.output.text(checks.text(call.output.style(), call.output.width()));
  return checks.all_good() ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

CommandSpec doctor_command() {
  return {.name = "doctor",
          .group = CommandGroup::kStart,
          .summary = "check configuration, engine, data and state, and say what to do",
          .details =
              "Also shows the settings that are not at their default, and where each comes from (with --verbose all of "
              "them)."
              " Exits 1 where something fails.",
          .arguments = {},
          .options = {},
          .examples = {{"gapless doctor --output json", "for a program"}},
          .needs = Needs::kNothing,
          .run = run_doctor};
}

}  // namespace gapless
