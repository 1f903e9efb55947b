#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

namespace gapless {

enum class HttpCompression {
  kWhereRemote,  ///< of replies, unless the server is on this machine
  kAlways,
  kNever
};

/// How long the adapter waits for what has no deadline of its own.
struct HttpPatience {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds question{5'000};       ///< a small statement about other statements
  std::chrono::milliseconds deadline_grace{500};   ///< past a deadline, for the server to say so itself
  std::chrono::milliseconds end_of_reply{700};     ///< after a kill, for the reply to end
  std::chrono::milliseconds end_of_effect{5'000};  ///< after a kill, for a statement that writes to be gone
  std::chrono::milliseconds between_looks{50};     ///< at a statement that is to end
  std::chrono::milliseconds between_reports{200};  ///< of progress
  std::chrono::milliseconds query_log{15'000};     ///< for the entry of a statement whose reply was lost
  std::chrono::milliseconds between_log_looks{1'000};
};

struct HttpEngineOptions {
  std::string url;  ///< http(s)://host[:port][/path]: one server, since a statement is looked for where it was sent
  std::string user = "default";
  std::string password;                         ///< travels in a header, and is in no message
  std::string database;                         ///< where unqualified tables are; empty: the user's own
  std::filesystem::path ca_file;                ///< whom to trust; empty: whom the system trusts
  std::map<std::string, std::string> settings;  ///< ClickHouse settings of every statement, checked by open()
  unsigned threads = 0;                         ///< of one statement; 0: the server's choice
  unsigned priority = 0;                        ///< the greater, the later it has its turn; 0: none
  HttpCompression compression = HttpCompression::kWhereRemote;
  HttpPatience patience = {};
};

}  // namespace gapless
