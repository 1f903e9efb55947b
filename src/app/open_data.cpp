#include "app/open_data.h"

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
  if (engine_ == nullptr) {
    GAPLESS_TRY(directory_.make());
    if (const auto* embedded = std::get_if<ChdbOptions>(&options)) {
      GAPLESS_ASSIGN(engine_, ChdbEngine::open(*embedded));
    } else {
      GAPLESS_ASSIGN(engine_, HttpEngine::open(std::get<HttpEngineOptions>(options)));
    }
  }
  return engine_.get();
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
