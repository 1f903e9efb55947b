// For this room's tests: a directory with a store file, and ways to look at it and to harm it.
#pragma once

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "contract/store_directory.h"
#include "state/sqlite/sqlite_store.h"

namespace gapless {

class SqliteStoreTest : public testing::Test {
 protected:
  const std::filesystem::path& directory() const { return directory_.path(); }
  std::filesystem::path file() const { return directory() / "state.sqlite"; }

  std::unique_ptr<SqliteStateStore> open(SqliteOptions options = {}) const {
    auto store = SqliteStateStore::open(file(), std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    return std::move(store.value());
  }
  /// As another program would: with SQL.
  void execute(const std::string& text) const { SQLite::Database(file().string(), SQLite::OPEN_READWRITE).exec(text); }

  std::string read_file() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write_file(const std::string& content) const {
    std::ofstream out(file(), std::ios::binary | std::ios::trunc);
    out << content;
    ASSERT_TRUE(out.flush());
  }

 private:
  contract::TemporaryDirectory directory_;
};

}  // namespace gapless
