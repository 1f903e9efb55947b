#include "engine/chdb/statement_shape.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace gapless {
namespace {

constexpr StatementShape kPlain;
constexpr StatementShape kSeveral{.several = true};
constexpr StatementShape kRows{.rows_in_text = true};
constexpr StatementShape kFormat{.has_format = true};

struct Text {
  const char* text;
  StatementShape expected = kPlain;
};
void PrintTo(const Text& text, std::ostream* out) { *out << text.text; }
class Shape : public testing::TestWithParam<Text> {};

TEST_P(Shape, IsWhatChdbWouldMakeOfIt) {
  const StatementShape shape = StatementShape::of(GetParam().text);
  EXPECT_EQ(shape.several, GetParam().expected.several);
  EXPECT_EQ(shape.rows_in_text, GetParam().expected.rows_in_text);
  EXPECT_EQ(shape.has_format, GetParam().expected.has_format);
}

INSTANTIATE_TEST_SUITE_P(Number, Shape,
                         testing::ValuesIn<Text>({
                             {""},
                             {"SELECT 1"},
                             {"SELECT 1;"},
                             {"SELECT 1 ; ;; \n -- and; this\n /* ; and that */ "},
                             {"SELECT ';' || \"a;b\" || `c;d`"},
                             {"SELECT 'it''s; quoted', 'a\\';b'"},
                             {"SELECT $tag$ ; ' $tag$"},
                             {"SELECT {x:String}, [1, 2], (3, 4)"},
                             {"SELECT 1; SELECT 2", kSeveral},
                             {"SELECT 1;SELECT 2;", kSeveral},
                             {"SELECT 1; -- a comment\nSELECT 2", kSeveral},
                             {"SELECT 'a'; 'b'", kSeveral},
                             {"SELECT '\\\\'; SELECT 2", kSeveral},
                             {"SELECT $$;$$; DROP TABLE t", kSeveral},
                         }));

INSTANTIATE_TEST_SUITE_P(Rows, Shape,
                         testing::ValuesIn<Text>({
                             {"INSERT INTO t SELECT 1"},
                             {"INSERT INTO t (a, b) SELECT 1, 'VALUES'"},
                             {"INSERT INTO t (values, format) SELECT 1, 2"},
                             {"INSERT INTO t (SELECT 1)"},
                             {"INSERT INTO t WITH 1 AS x SELECT x"},
                             {"INSERT INTO values SELECT 1"},
                             {"INSERT INTO TABLE d.values SELECT 1"},
                             {"INSERT INTO t SELECT * FROM values('a UInt8', 1)"},
                             {"INSERT INTO `values` SELECT 1"},
                             {"INSERT INTO FUNCTION file('x', 'TSV') SELECT 1"},
                             {"INSERT INTO t SELECT 1 FORMAT TSV", kFormat},
                             {"INSERT INTO t VALUES (1)", kRows},
                             {"insert into t (a) values (1), (2)", kRows},
                             {"/* first */ -- then\n INSERT INTO t VALUES ((SELECT 1))", kRows},
                             {"INSERT INTO t SETTINGS async_insert = 1 VALUES (1)", kRows},
                             {"INSERT INTO t FORMAT TSV\n1\n", kRows},
                             {"INSERT INTO t FROM INFILE 'x' FORMAT CSV SETTINGS a = 1",
                              StatementShape{.rows_in_text = true, .has_format = true}},
                             {"INSERT INTO t", kRows},
                             {"SELECT values FROM t"},
                         }));

INSTANTIATE_TEST_SUITE_P(Format, Shape,
                         testing::ValuesIn<Text>({
                             {"SELECT 1 FORMAT JSON", kFormat},
                             {"select 1 format JSON settings max_threads = 1", kFormat},
                             {"SELECT 'FORMAT JSON'"},
                             {"SELECT 1 INTO OUTFILE 'x' FORMAT JSON;", kFormat},
                             {"SELECT format('{}', 'x') FROM (SELECT 1 AS format)"},
                             {"SELECT a AS format FROM t"},
                             {"SELECT format FROM t ORDER BY format"},
                             {"SELECT formatDateTime(now(), '%F')"},
                             {"SELECT t.format FROM t"},
                         }));

TEST(StatementShape, SeesASecondStatementAfterAnyText) {
  rc::check([](const std::string& text) {
    const bool comment = text.find_first_of("#-/") != std::string::npos;
    RC_ASSERT(StatementShape::of("SELECT 1; " + text + " x").several || comment);
  });
}

}  // namespace
}  // namespace gapless
