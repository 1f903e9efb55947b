#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/error.h"
#include "core/table_name.h"
#include "state/postgres/call_watch.h"
#include "state/postgres/postgres_error.h"
#include "state/postgres/sql_values.h"

namespace gapless {

/// A transaction under way.
class PostgresTransaction {
 public:
  PostgresTransaction(pqxx::nontransaction& work, bool is_repeated) : work_(work), is_repeated_(is_repeated) {}

  /// One statement, with $1, $2, … bound in order.
  template <class... Values>
  pqxx::result exec(const std::string& text, const Values&... values) {
    return work_.exec_params(text, to_parameter(values)...);
  }
  pqxx::result exec_all(const std::string& text, const std::vector<std::string>& parameters) {
    return work_.exec_params(text, pqxx::prepare::make_dynamic_params(parameters));
  }
  /// Several statements without parameters.
  void exec_script(const std::string& text) { work_.exec(text); }
  /// The same was tried before, and its connection broke while it was committed: it may have been done already.
  bool is_repeated() const { return is_repeated_; }

 private:
  pqxx::nontransaction& work_;
  const bool is_repeated_;
};

/// One connection, made when it is needed and made anew once it broke, and its mutex. No exception leaves it. A transaction
/// whose connection breaks is done again, also where it broke during the COMMIT: every body must bear that.
class PostgresSession {
 public:
  struct Options {
    std::string connection;  ///< libpq's text
    PostgresStoreName name;
    Identifier schema;
    std::chrono::milliseconds patience{0};           ///< for a server that is away; 0: none
    std::chrono::milliseconds longest_call{15'000};  ///< one transaction; past it the connection is cut
    std::stop_token stop{};                          ///< ends patience, and nothing else
  };
  explicit PostgresSession(Options options);

  enum class Kind {
    kRead,   ///< one snapshot
    kWrite,  ///< each statement sees what others committed before it
    kTake,   ///< the same, one transaction at a time in the whole store
    kBare    ///< the store need not be there
  };
  /// Runs `body(transaction)`, which returns a Result. Committed, and on the disk, where that is a value; otherwise nothing
  /// has changed. `doing` names it in messages.
  template <class Body>
  auto run(Kind kind, std::string_view doing, Body body) -> std::invoke_result_t<Body, PostgresTransaction&> {
    using Answer = std::invoke_result_t<Body, PostgresTransaction&>;
    std::optional<Answer> answer;
    GAPLESS_TRY(attempts(kind, doing, [&](PostgresTransaction& transaction) -> Status {
      answer = body(transaction);
      return *answer ? Status{} : Status(fail(answer->error()));
    }));
    return std::move(*answer);
  }

  std::string message(std::string_view doing, std::string_view what) const {
    return store_message(options_.name, doing, what);
  }
  const Identifier& schema() const { return options_.schema; }
  const PostgresStoreName& name() const { return options_.name; }

 private:
  using Work = std::function<Status(PostgresTransaction&)>;
  /// How one attempt ended.
  struct Ending {
    std::optional<Status> answer;  ///< none: it broke
    PostgresTrouble trouble;
    bool in_doubt = false;   ///< it broke during the COMMIT
    bool was_stale = false;  ///< the connection had been used before, and broke at once
  };
  struct Link {
    explicit Link(const std::string& text) : connection(text) {}
    pqxx::connection connection;
    pqxx::quiet_errorhandler quiet{connection};  ///< notices are nobody's
  };

  Status attempts(Kind kind, std::string_view doing, const Work& work);
  Ending attempt(Kind kind, std::string_view doing, const Work& work, bool is_repeated);
  void connect();
  /// What the work says; of a row that cannot be right, also where that is and what to do.
  Status worked(const Work& work, PostgresTransaction& transaction, std::string_view doing) const;
  Status check_version(const pqxx::result& row, std::string_view doing) const;
  std::string beginning(Kind kind) const;

  const Options options_;
  const std::string begin_read_, begin_write_, begin_take_;
  std::mutex mutex_;
  CallWatch watch_;
  std::unique_ptr<Link> link_;
  std::atomic<bool> away_{false};  ///< and that was said
};

}  // namespace gapless
