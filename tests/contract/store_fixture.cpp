#include "contract/store_fixture.h"

namespace gapless::contract {

std::unique_ptr<StateStore> MemoryFixture::open() {
  return std::make_unique<MemoryStateStore>([this] { return clock_.now(); });
}

std::unique_ptr<StateStore> SqliteFixture::open() {
  SqliteOptions options;
  options.busy_timeout = std::chrono::seconds(60);  // sanitizers and a busy machine are slow
  options.clock_offset = [this] { return std::chrono::milliseconds(offset_millis_.load()); };
  auto store = SqliteStateStore::open(path(), options);
  if (!store) {
    ADD_FAILURE() << store.error().message;
    return nullptr;
  }
  return std::move(*store);
}

}  // namespace gapless::contract
