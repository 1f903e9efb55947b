#pragma once

#include "engine/engine.h"
#include "support/fake_warehouse_faults.h"

namespace gapless::test {

/// An Engine whose statements can be made to fail, and whose process can die in one. Those that replace a partition are
/// calls named "replace", all others "statement".
class FaultyEngine final : public Engine {
 public:
  /// Both must outlive it.
  FaultyEngine(Engine& engine, FaultInjector& faults) : engine_(engine), faults_(faults) {}

  Result<Stats> execute(const Statement& statement, const StatementOptions& options) override {
    return call<Stats>(statement, [&] { return engine_.execute(statement, options); });
  }
  Result<Rows> select(const Statement& statement, const StatementOptions& options) override {
    return call<Rows>(statement, [&] { return engine_.select(statement, options); });
  }
  Result<Stats> stream(const Statement& statement, std::string_view format, const StatementOptions& options,
                       const std::function<Status(std::string_view)>& sink) override {
    return call<Stats>(statement, [&] { return engine_.stream(statement, format, options, sink); });
  }
  Result<std::unique_ptr<InsertStream>> insert(const Statement& statement, std::string_view format,
                                               const StatementOptions& options) override {
    return call<std::unique_ptr<InsertStream>>(statement, [&] { return engine_.insert(statement, format, options); });
  }
  Status cancel(std::string_view statement_id) override { return engine_.cancel(statement_id); }
  Result<std::string> version() override { return engine_.version(); }

 private:
  template <class Value, class Ask>
  Result<Value> call(const Statement& statement, Ask ask) {
    const bool replaces = statement.text().find("REPLACE PARTITION") != std::string::npos;
    return faults_.call<Value>(replaces ? "replace" : "statement", {}, [&](Effect) { return ask(); });
  }

  Engine& engine_;
  FaultInjector& faults_;
};

}  // namespace gapless::test
