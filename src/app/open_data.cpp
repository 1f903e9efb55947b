#include "app/open_data.h"

#include <fmt/format.h>

#include "state/sqlite/sqlite_store.h"

namespace gapless {

namespace {

/// After which other hosts are looked at again.
constexpr auto kRecoverEvery = std::chrono::minutes(1);

}  // namespace

Result<StateStore*> OpenData::store(const std::optional<PostgresOptions>& shared) {
  const std::lock_guard lock(mutex_);
  const std::string name = shared ? PostgresStateStore::shown(*shared) : "";
  const auto shown_name = [](const std::string& one) {
    return one.empty() ? "the file there" : "PostgreSQL at " + one;
  };
  if (store_ != nullptr && name != store_name_)
    return fail(Fault::kConflict,
                fmt::format("the daemon of {} keeps its state in {}, and this configuration says {}: use the daemon's,"
                            " or stop it",
                            directory_.root.string(), shown_name(store_name_), shown_name(name)));
  if (store_ == nullptr && shared) {
    GAPLESS_ASSIGN(auto opened, PostgresStateStore::open(*shared));
    shared_store_ = opened.get();
    store_ = std::move(opened);
  } else if (store_ == nullptr) {
    GAPLESS_TRY(directory_.make());
    GAPLESS_ASSIGN(store_, SqliteStateStore::open(directory_.store()));
  }
  store_name_ = name;
  return store_.get();
}

PostgresStateStore* OpenData::shared_store() {
  const std::lock_guard lock(mutex_);
  return shared_store_;
}

Result<std::vector<Engine*>> OpenData::engines(
    const std::variant<ChdbOptions, std::vector<HttpEngineOptions>>& options) {
  const std::lock_guard lock(mutex_);
  std::string name;
  if (const auto* servers = std::get_if<std::vector<HttpEngineOptions>>(&options))
    for (const HttpEngineOptions& one : *servers)
      name += fmt::format("{}{}@{}", name.empty() ? "" : ", ", one.user, one.url);
  const auto shown = [](const std::string& engine) { return engine.empty() ? "the embedded engine" : engine; };
  if (!engines_.empty() && name != engine_name_)
    return fail(
        Fault::kConflict,
        fmt::format("the daemon of {} works on {}, and this configuration says {}: use the daemon's, or stop it",
                    directory_.root.string(), shown(engine_name_), shown(name)));
  if (engines_.empty()) {
    engine_name_ = name;
    std::vector<std::unique_ptr<Engine>> opened;
    if (const auto* embedded = std::get_if<ChdbOptions>(&options)) {
      GAPLESS_TRY(directory_.make());
      GAPLESS_ASSIGN(opened.emplace_back(), ChdbEngine::open(*embedded));
    } else {
      for (const HttpEngineOptions& one : std::get<std::vector<HttpEngineOptions>>(options)) {
        GAPLESS_ASSIGN(opened.emplace_back(), HttpEngine::open(one));
      }
    }
    engines_ = std::move(opened);
  }
  std::vector<Engine*> all;
  for (const auto& one : engines_) all.push_back(one.get());
  return all;
}

Status OpenData::begin_work(const std::string& database, const std::stop_token& stop,
                            const std::function<Status(bool nobody_else_at_work)>& recover) {
  const bool is_shared = shared_store() != nullptr;
  const std::lock_guard lock(once_mutex_);
  const auto last = recovered_.find(database);
  const auto now = std::chrono::steady_clock::now();
  if (last != recovered_.end() && (!is_shared || now - last->second < kRecoverEvery)) return {};
  const bool comes_in = !presence_;
  if (comes_in) {
    GAPLESS_TRY(directory_.make());
    GAPLESS_ASSIGN(presence_, directory_.come_in(stop));
  }
  Status done = recover(presence_->is_alone() && !is_shared);
  if (done) done = presence_->settled();
  if (!done && comes_in) presence_.reset();  // whoever tries again comes in again
  if (done) recovered_[database] = now;
  return done;
}

Loader& OpenData::loader(const Identifier& database) {
  const std::lock_guard lock(mutex_);
  return loaders_.try_emplace(database.text(), *engines_.front(), database).first->second;
}

bool OpenData::is_engine_open() {
  const std::lock_guard lock(mutex_);
  return !engines_.empty();
}

}  // namespace gapless
