#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace gapless {

using ChdbSettings = std::map<std::string, std::string>;

struct ChdbOptions {
  std::filesystem::path directory;       ///< where the tables are; made where it is missing
  unsigned threads = 0;                  ///< of one statement; 0: the machine's cores
  std::uint64_t memory_limit_bytes = 0;  ///< of all running statements together; 0: none but the machine's
  std::filesystem::path library;         ///< libchdb.so; empty: searched for (see ChdbLibrary)
  ChdbSettings settings;                 ///< ClickHouse settings of every statement, checked by open()
};

}  // namespace gapless
