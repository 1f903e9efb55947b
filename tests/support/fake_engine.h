#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace gapless::testing_support {

/// A statement that a FakeEngine was given.
struct FakeCall {
  enum class Kind { kExecute, kSelect, kStream, kInsert };
  Kind kind = Kind::kExecute;
  std::string text;
  std::map<std::string, std::string> parameters;  ///< as they were bound: escaped
  std::string format;                             ///< of a stream or an insert
  std::string id;
  std::chrono::milliseconds deadline{0};
  std::uint64_t memory_limit_bytes = 0;
  std::string inserted;   ///< what was appended to an insert
  bool finished = false;  ///< an insert that was
};

/// How a statement is answered; without rows, output or errors, by nothing, successfully.
class FakeAnswer {
 public:
  /// The rows of a select, as TabSeparatedWithNamesAndTypes.
  FakeAnswer& rows(std::string tsv);
  /// The output of a stream, a piece at a time.
  FakeAnswer& output(std::vector<std::string> pieces);
  FakeAnswer& stats(const Stats& stats);
  /// Of a stream, after its output; of an insert, when it is opened.
  FakeAnswer& error(Error error);
  /// Of an insert, when it is finished.
  FakeAnswer& finish_error(Error error);
  /// Given to the statement's callback, before the delay.
  FakeAnswer& progress(const Progress& progress);
  /// The statement takes that long. A stop, a cancel() of its id and its deadline end it earlier.
  FakeAnswer& after(std::chrono::milliseconds delay);
  /// Answers that many statements; 1 unless it is said.
  FakeAnswer& times(std::uint32_t count);
  FakeAnswer& always();

 private:
  friend class FakeEngine;
  std::string part_;
  std::optional<std::uint32_t> left_ = 1;  // none: always
  std::string rows_ = "nothing\nNothing\n";
  std::vector<std::string> output_;
  Stats stats_;
  std::optional<Error> error_;
  std::optional<Error> finish_error_;
  std::optional<Progress> progress_;
  std::chrono::milliseconds delay_{0};
};

/// An Engine that answers by a script, for tests of what uses one: which statements it runs, and what it makes of replies,
/// errors and delays. Thread-safe, except that the script is written before it is played.
class FakeEngine final : public Engine {
 public:
  /// Answers a statement whose text contains `part`. The first that fits and is left answers; a statement that none fits
  /// fails with kInternal.
  FakeAnswer& on(std::string part);

  std::vector<FakeCall> calls() const;
  std::vector<std::string> cancelled() const;
  /// The parts of the answers that were never (or not often enough) asked for, for EXPECT_THAT(…, IsEmpty()).
  std::vector<std::string> left() const;

  Result<Stats> execute(const Statement& statement, const StatementOptions& options) override;
  Result<Rows> select(const Statement& statement, const StatementOptions& options) override;
  Result<Stats> stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                       const std::function<Status(std::string_view)>& sink) override;
  Result<std::unique_ptr<InsertStream>> insert(const Statement& statement, std::string_view format,
                                               const StatementOptions& options) override;
  Status cancel(std::string_view statement_id) override;
  Result<std::string> version() override { return "fake 1.0"; }

 private:
  class Insert;
  struct Taken {
    FakeAnswer answer;
    std::size_t call;  ///< its place in calls_
  };
  /// Records the call, and waits. The answer's own error is not among the errors.
  Result<Taken> answer(FakeCall::Kind kind, const Statement& statement, std::string_view format,
                       const StatementOptions& options);
  Result<FakeAnswer> take(const std::string& text);
  Status wait(const FakeAnswer& answer, const StatementOptions& options);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<FakeAnswer> script_;  // of stable addresses
  std::vector<FakeCall> calls_;
  std::vector<std::string> cancelled_;
};

}  // namespace gapless::testing_support
