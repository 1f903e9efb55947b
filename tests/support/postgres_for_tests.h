#pragma once

#include <string>

namespace gapless::testing_support {

/// A PostgreSQL server of the test program's own (tests/cli/postgres.py), started when it is first asked for. Ends with the
/// program, however that ends.
class PostgresForTests {
 public:
  static PostgresForTests& server();

  const std::string& url() const { return url_; }
  /// Of a schema that nobody has asked for yet.
  std::string next_schema();
  /// Ends the server, and starts it again on the same data.
  void stop() { say("stop"); }
  void start() { say("start"); }
  /// All its processes stand still, and go on. Connections stay.
  void freeze() { say("freeze"); }
  void thaw() { say("thaw"); }

 private:
  PostgresForTests();
  void say(const std::string& what);
  std::string line();

  int to_ = -1;
  int from_ = -1;
  int schemas_ = 0;
  std::string url_;
};

}  // namespace gapless::testing_support
