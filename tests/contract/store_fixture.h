// What the StateStore contract needs of a store: to make one, to open it again, and to move its clock. A new store
// joins the suites by a StoreFixture and a line in every_store().
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "contract/store_directory.h"
#include "core/clock.h"
#include "state/memory_store.h"
#include "state/sqlite/sqlite_store.h"
#include "support/case_name.h"

namespace gapless::contract {

/// One store for one test.
class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  /// A StateStore object on it. A store that outlives its objects gives the same one to each.
  virtual std::unique_ptr<StateStore> open() = 0;
  /// Moves the store's clock forwards, for every object on it.
  virtual void advance(std::chrono::milliseconds by) = 0;
  /// The store's clock.
  virtual Instant now() const = 0;
  /// By which another process opens it (support/any_store.h); empty where none can.
  virtual std::string address() const { return ""; }
};

class MemoryFixture final : public StoreFixture {
 public:
  std::unique_ptr<StateStore> open() override;
  void advance(std::chrono::milliseconds by) override { clock_.advance(by); }
  Instant now() const override { return clock_.now(); }

 private:
  ManualClock clock_{SystemClock().now()};
};

class SqliteFixture final : public StoreFixture {
 public:
  std::unique_ptr<StateStore> open() override;
  void advance(std::chrono::milliseconds by) override { offset_millis_ += by.count(); }
  Instant now() const override { return SystemClock().now() + std::chrono::milliseconds(offset_millis_); }
  std::string address() const override { return path(); }
  std::filesystem::path path() const { return directory_.path() / "state.sqlite"; }

 private:
  TemporaryDirectory directory_;
  std::atomic<std::int64_t> offset_millis_ = 0;
};

/// A schema of its own in the program's PostgreSQL server.
class PostgresFixture final : public StoreFixture {
 public:
  PostgresFixture();
  std::unique_ptr<StateStore> open() override;
  void advance(std::chrono::milliseconds by) override { offset_millis_ += by.count(); }
  Instant now() const override { return SystemClock().now() + std::chrono::milliseconds(offset_millis_); }
  std::string address() const override;
  const std::string& schema() const { return schema_; }

 private:
  const std::string schema_;
  std::atomic<std::int64_t> offset_millis_ = 0;
};

struct StoreKind {
  const char* name;
  std::unique_ptr<StoreFixture> (*make)();
};

inline const StoreKind kMemory{"memory",
                               []() -> std::unique_ptr<StoreFixture> { return std::make_unique<MemoryFixture>(); }};
inline const StoreKind kSqlite{"sqlite",
                               []() -> std::unique_ptr<StoreFixture> { return std::make_unique<SqliteFixture>(); }};

/// Those that outlive their objects: SQLite, and PostgreSQL where the build starts servers.
std::vector<StoreKind> lasting_stores();
std::vector<StoreKind> every_store();

inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

/// A fresh store of the kind in the parameter, opened once.
class StoreTest : public testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override { ASSERT_TRUE(store_); }
  StateStore& store() { return *store_; }
  StoreFixture& fixture() { return *fixture_; }
  void reopen() { store_ = fixture_->open(); }

 private:
  std::unique_ptr<StoreFixture> fixture_ = GetParam().make();
  std::unique_ptr<StateStore> store_ = fixture_->open();
};

}  // namespace gapless::contract
