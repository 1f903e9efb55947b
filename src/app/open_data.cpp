#include "app/open_data.h"

#include <fmt/format.h>

namespace gapless {

Result<StateStore*> OpenData::store() {
  const std::lock_guard lock(mutex_);
  if (store_ == nullptr) {
    GAPLESS_TRY(directory_.make());
    GAPLESS_ASSIGN(store_, SqliteStateStore::open(directory_.store()));
  }
  return store_.get();
}

Result<Engine*> OpenData::engine(const std::variant<ChdbOptions, HttpEngineOptions>& options) {
  const std::lock_guard lock(mutex_);
  const auto* server = std::get_if<HttpEngineOptions>(&options);
  const std::string name = server == nullptr ? "" : server->user + "@" + server->url;
  const auto shown = [](const std::string& engine) { return engine.empty() ? "the embedded engine" : engine; };
  if (engine_ != nullptr && name != engine_name_)
    return fail(
        Fault::kConflict,
        fmt::format("the daemon of {} works on {}, and this configuration says {}: use the daemon's, or stop it",
                    directory_.root.string(), shown(engine_name_), shown(name)));
  if (engine_ == nullptr) {
    engine_name_ = name;
    if (const auto* embedded = std::get_if<ChdbOptions>(&options)) {
      GAPLESS_TRY(directory_.make());
      GAPLESS_ASSIGN(engine_, ChdbEngine::open(*embedded));
    } else {
      GAPLESS_ASSIGN(engine_, HttpEngine::open(std::get<HttpEngineOptions>(options)));
    }
  }
  return engine_.get();
}

Status OpenData::begin_work(const std::string& database, const std::stop_token& stop,
                            const std::function<Status(bool nobody_else_at_work)>& recover) {
  return once("recovery in " + database, [&]() -> Status {
    const bool comes_in = !presence_;
    if (comes_in) {
      GAPLESS_TRY(directory_.make());
      GAPLESS_ASSIGN(presence_, directory_.come_in(stop));
    }
    Status done = recover(presence_->is_alone());
    if (done) done = presence_->settled();
    if (!done && comes_in) presence_.reset();  // whoever tries again comes in again
    return done;
  });
}

Loader& OpenData::loader(const Identifier& database) {
  const std::lock_guard lock(mutex_);
  return loaders_.try_emplace(database.text(), *engine_, database).first->second;
}

bool OpenData::is_engine_open() {
  const std::lock_guard lock(mutex_);
  return engine_ != nullptr;
}

}  // namespace gapless
