#include "contract/store_fixture.h"

#ifdef GAPLESS_POSTGRES_SERVER
#include "state/postgres/postgres_store.h"
#include "support/postgres_for_tests.h"
#endif

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

std::vector<StoreKind> lasting_stores() {
  std::vector<StoreKind> kinds{kSqlite};
#ifdef GAPLESS_POSTGRES_SERVER
  kinds.push_back({"postgres", []() -> std::unique_ptr<StoreFixture> { return std::make_unique<PostgresFixture>(); }});
#endif
  return kinds;
}

std::vector<StoreKind> every_store() {
  std::vector<StoreKind> kinds = lasting_stores();
  kinds.insert(kinds.begin(), kMemory);
  return kinds;
}

#ifdef GAPLESS_POSTGRES_SERVER
PostgresFixture::PostgresFixture() : schema_(testing_support::PostgresForTests::server().next_schema()) {}

std::string PostgresFixture::address() const {
  return testing_support::PostgresForTests::server().url() + "#" + schema_;
}

std::unique_ptr<StateStore> PostgresFixture::open() {
  PostgresOptions options;
  options.connection = testing_support::PostgresForTests::server().url();
  options.schema = Identifier::parse(schema_, "test").value();
  options.longest_call = std::chrono::seconds(60);  // a busy machine is slow
  options.clock_offset = [this] { return std::chrono::milliseconds(offset_millis_.load()); };
  auto store = PostgresStateStore::open(options);
  if (!store) {
    ADD_FAILURE() << store.error().message;
    return nullptr;
  }
  return std::move(*store);
}
#endif

}  // namespace gapless::contract
