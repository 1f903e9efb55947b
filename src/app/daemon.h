#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "api/server.h"
#include "app/command_socket.h"
#include "app/commander.h"
#include "app/daemon_watch.h"
#include "app/service_manager.h"
#include "app/stop_signals.h"
#include "gateway/gateway.h"
#include "schedule/scheduler.h"

namespace gapless {

/// `gapless serve`: runs jobs by schedule, and commands for others, on one data directory.
class Daemon {
 public:
  /// `serve` is the command that asked for it; all must outlive it.
  Daemon(CommandRun& serve, Surroundings surroundings, std::shared_ptr<OpenData> data, StopSignals& signals);

  /// Until a signal asks to stop. Errors: why it could not begin.
  Result<ExitCode> run(Services& services, Output& output);

 private:
  Status begin(Services& services, Output& output);
  /// Listens, unless it is not to. Returns the address. Errors: those of api::ApiServer.
  Result<std::string> open_api(StateStore& store, const Settings& settings);
  /// The same for ClickHouse clients. Errors: those of gateway::Gateway.
  Result<std::string> open_gateway(Engine& engine, const Settings& settings, std::uint64_t machine_memory);
  void work();
  void start_tick(StateStore& store, const DueTick& tick);
  /// Reads the configuration anew; a bad one is refused, and the old one stays. Errors: what is wrong with it.
  Status reload();
  /// Starts what is due. Returns when to look again.
  Result<std::optional<Instant>> step();
  void look();
  void write_facts(const std::string& address, const std::string& gateway_address) const;

  CommandRun& serve_;
  const std::shared_ptr<OpenData> data_;
  StopSignals& signals_;
  SystemClock clock_;
  ServiceManager manager_;
  FileDescriptor lock_;
  std::unique_ptr<DaemonWatch> watch_;
  std::unique_ptr<Commander> commander_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<CommandSocket> socket_;
  std::unique_ptr<api::ApiServer> api_;
  std::unique_ptr<gateway::Gateway> gateway_;

  std::mutex schedule_mutex_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool reload_wanted_ = false;
  bool look_wanted_ = true;
};

}  // namespace gapless
