#include "engine/chdb/instance.h"

#include <fmt/format.h>

#include <array>
#include <mutex>
#include <optional>

#include "engine/chdb/data_directory.h"
#include "engine/chdb/library.h"

namespace gapless {
namespace {

constexpr int kNotEnoughSpace = 243;

/// How tables are opened: one after another. Side by side, chDB 26.7 crashed or hung in one opening of some thousands
/// (a thread walked over a freed node of the registry of loggers, which every table and part goes through), mostly where
/// many parts had been replaced; and reading those parts, which nothing needs, took longer than all else.
constexpr std::array<const char*, 3> kOpening = {"--tables_loader_foreground_pool_size=1",
                                                 "--tables_loader_background_pool_size=1",
                                                 "--max_outdated_parts_loading_thread_pool_size=1"};

/// The one directory that this process has open.
std::mutex open_mutex;
std::optional<std::filesystem::path> open_directory;

Status claim(const std::filesystem::path& directory) {
  const std::lock_guard lock(open_mutex);
  if (open_directory) {
    return fail(Fault::kConflict, fmt::format("data directory {} cannot be opened: this process has {} open, and chDB "
                                              "bears one at a time",
                                              directory.string(), open_directory->string()));
  }
  open_directory = directory;
  return {};
}

void release() {
  const std::lock_guard lock(open_mutex);
  open_directory.reset();
}

std::vector<std::string> arguments(const ChdbOptions& options, const ChdbSettings& more) {
  ChdbSettings settings = more;
  settings.merge(ChdbSettings(options.settings));
  // What a timestamp says must not depend on where the program runs.
  settings.try_emplace("session_timezone", "UTC");
  // Compiling a quarter of a second's worth of expressions pays for nobody who asks a few dozen different questions.
  for (const char* const compiled : {"compile_expressions", "compile_aggregate_expressions", "compile_sort_description",
                                     "compile_regular_expressions"})
    settings.try_emplace(compiled, "0");
  if (options.threads != 0) settings.try_emplace("max_threads", std::to_string(options.threads));
  // Not max_memory_usage_for_user: that count drifts upwards when statements fail, until every statement does.
  if (options.memory_limit_bytes != 0) {
    settings["max_server_memory_usage"] = std::to_string(options.memory_limit_bytes);
  }
  // On a terminal chDB logs a "Fatal" line of no consequence for every insert stream.
  std::vector<std::string> result = {fmt::format("--path={}", options.directory.string()), "--log-level=none"};
  for (const auto& [name, value] : settings) result.push_back(fmt::format("--{}={}", name, value));
  return result;
}

Result<ChdbConnection> first_connection(const ChdbApi& api, const ChdbOptions& options) {
  ChdbOptions bare = options;
  bare.settings.clear();  // a bad one would be refused without its name; check_settings() tells
  std::vector<std::string> opening = arguments(bare, {});
  opening.insert(opening.end(), kOpening.begin(), kOpening.end());
  auto keeper = ChdbConnection::open(api, std::move(opening));
  if (keeper) return keeper;
  if (auto in_use = data_directory_in_use(options.directory)) return fail(std::move(*in_use));
  return fail(Fault::kUnavailable,
              fmt::format("chDB cannot open the data directory {}: it printed its reason to standard error",
                          options.directory.string()));
}

}  // namespace

Result<std::shared_ptr<const ChdbInstance>> ChdbInstance::open(const ChdbOptions& options) {
  GAPLESS_ASSIGN(const ChdbApi* api, ChdbLibrary::load(options.library));
  ChdbOptions prepared = options;
  GAPLESS_ASSIGN(prepared.directory, prepare_data_directory(options.directory));
  GAPLESS_TRY(claim(prepared.directory));
  auto keeper = first_connection(*api, prepared);
  if (!keeper) {
    release();
    return fail(std::move(keeper.error()));
  }
  const std::shared_ptr<const ChdbInstance> instance(new ChdbInstance(*api, std::move(prepared), std::move(*keeper)));
  GAPLESS_TRY(instance->check_settings());
  return instance;
}

ChdbInstance::~ChdbInstance() {
  { const ChdbConnection closed = std::move(keeper_); }  // before the directory may be opened again
  release();
}

// chDB ignores a name that it does not know, and refuses a connection for a value that it cannot read.
Status ChdbInstance::check_settings() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : options_.settings) names.push_back(name);
  if (names.empty()) return {};
  ChdbOptions bare = options_;
  bare.settings.clear();
  GAPLESS_ASSIGN(ChdbConnection connection, ChdbConnection::open(api_, arguments(bare, {})));
  Statement known("SELECT name FROM system.settings WHERE name IN {names:Array(String)}");
  const ChdbResult result = connection.query(known.bind("names", names), kRowsFormat);
  GAPLESS_TRY(result.status());
  GAPLESS_ASSIGN(const Rows rows, Rows::parse_tsv(result.bytes()));
  for (const auto& [name, value] : options_.settings) {
    bool found = false;
    for (std::size_t row = 0; row < rows.size(); ++row) found = found || rows.text(row, 0) == name;
    if (!found) return fail(Fault::kInvalidInput, fmt::format("chDB has no setting '{}'", name));
    if (!ChdbConnection::open(api_, arguments(bare, {{name, value}}))) {
      return fail(Fault::kInvalidInput, fmt::format("chDB's setting '{}' cannot be '{}'", name, value));
    }
  }
  return {};
}

Result<ChdbConnection> ChdbInstance::connect(const ChdbSettings& settings) const {
  return ChdbConnection::open(api_, arguments(options_, settings));
}

Result<Rows> ChdbInstance::ask(const Statement& statement) const {
  GAPLESS_ASSIGN(ChdbConnection connection, connect({}));
  const ChdbResult result = connection.query(statement, kRowsFormat);
  GAPLESS_TRY(result.status());
  return Rows::parse_tsv(result.bytes());
}

// ASYNC: KILL QUERY … SYNC never returns.
Status ChdbInstance::kill(const std::string& statement_id) const {
  GAPLESS_ASSIGN(ChdbConnection connection, connect({}));
  Statement kill("KILL QUERY WHERE Settings['log_comment'] = {id:String} ASYNC");
  return connection.query(kill.bind("id", statement_id), kRowsFormat).status();
}

Error ChdbInstance::located(Error error) const {
  if (error.code != kNotEnoughSpace) return error;
  return with_context(fmt::format("no space left on the disk of {}", options_.directory.string()), std::move(error));
}

}  // namespace gapless
