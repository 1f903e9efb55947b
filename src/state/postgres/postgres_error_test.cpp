#include "state/postgres/postgres_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/case_name.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const PostgresStoreName kName{"db:5432/state", "gapless"};

struct StateCase {
  const char* name;
  const char* state;
  Fault fault;
  bool may_pass;
  const char* advice;
};
void PrintTo(const StateCase& one, std::ostream* out) { *out << one.name; }

class PostgresStates : public testing::TestWithParam<StateCase> {};

TEST_P(PostgresStates, SayWhatToDo) {
  const StateCase& one = GetParam();
  const PostgresTrouble trouble = trouble_of(one.state, "ERROR:  the server's words\nDETAIL:  more", kName, "pausing");
  EXPECT_EQ(trouble.error.fault, one.fault);
  EXPECT_EQ(trouble.may_pass, one.may_pass);
  EXPECT_THAT(trouble.error.message,
              AllOf(StartsWith("state store in PostgreSQL at db:5432/state, schema gapless: pausing: "),
                    HasSubstr(one.advice), HasSubstr("(the server's words; DETAIL:  more)")));
}

INSTANTIATE_TEST_SUITE_P(States, PostgresStates,
                         testing::ValuesIn<StateCase>({
                             {"shutdown", "57P01", Fault::kUnavailable, true, "shutting down"},
                             {"starting", "57P03", Fault::kUnavailable, true, "starting"},
                             {"time_out", "57014", Fault::kUnavailable, true, "too long"},
                             {"lock", "55P03", Fault::kUnavailable, true, "lock time-out"},
                             {"deadlock", "40P01", Fault::kUnavailable, true, "another transaction"},
                             {"connections", "53300", Fault::kUnavailable, true, "max_connections"},
                             {"disk", "53100", Fault::kUnavailable, true, "make room"},
                             {"memory", "53200", Fault::kOverload, true, "no memory"},
                             {"standby", "25006", Fault::kUnavailable, true, "target_session_attrs=read-write"},
                             {"rights", "42501", Fault::kUnavailable, false, "GRANT CREATE ON DATABASE"},
                             {"password", "28P01", Fault::kUnavailable, false, "user or password"},
                             {"database", "3D000", Fault::kUnavailable, false, "CREATE DATABASE"},
                             {"table", "42P01", Fault::kCorrupt, false, "adopt --take-over"},
                             {"damage", "XX001", Fault::kCorrupt, false, "damage"},
                             {"other_resources", "53400", Fault::kUnavailable, true, "in trouble"},
                             {"io", "58030", Fault::kUnavailable, true, "in trouble"},
                             {"connection", "08006", Fault::kUnavailable, true, "cannot be reached"},
                             {"none", "", Fault::kUnavailable, true, "cannot be reached"},
                             {"other", "22021", Fault::kInternal, false, "state 22021"},
                         }),
                         kCaseName);

TEST(PostgresRefusals, SayWhatToDo) {
  const auto said = [](const char* words) {
    const PostgresTrouble trouble = trouble_of_connection(words, kName, "opening");
    EXPECT_EQ(trouble.error.fault, Fault::kUnavailable);
    return (trouble.may_pass ? "may pass: " : "lasts: ") + trouble.error.message;
  };
  EXPECT_THAT(said("FATAL:  password authentication failed for user \"keeper\""),
              AllOf(StartsWith("lasts"), HasSubstr("state.password_file")));
  EXPECT_THAT(said("FATAL:  no pg_hba.conf entry for host \"::1\""),
              AllOf(StartsWith("lasts"), HasSubstr("add a line")));
  EXPECT_THAT(said("FATAL:  database \"state\" does not exist"),
              AllOf(StartsWith("lasts"), HasSubstr("CREATE DATABASE")));
  EXPECT_THAT(said("FATAL:  sorry, too many clients already"), AllOf(StartsWith("may pass"), HasSubstr("two")));
  EXPECT_THAT(said("FATAL:  the database system is starting up"), StartsWith("may pass"));
  EXPECT_THAT(said("could not connect to server: Connection refused"), StartsWith("may pass"));
}

}  // namespace
}  // namespace gapless
