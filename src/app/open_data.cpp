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
  return loaders_.try_emplace(database.text(), *engines_.front(), database).first->second;
}

bool OpenData::is_engine_open() {
  const std::lock_guard lock(mutex_);
  return !engines_.empty();
}

}  // namespace gapless
