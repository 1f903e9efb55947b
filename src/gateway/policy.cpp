#include "gateway/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "util/ascii.h"

namespace gapless::gateway {
namespace {

using Names = std::set<std::string_view>;

constexpr std::size_t kLongestShown = 100;
/// That of the engine's own is half as long; each end of a name that makes another of it is tried.
constexpr std::size_t kLongestFunction = 100;

/// What a statement may be.
const Names kRoots = {"SelectWithUnionQuery",
                      "SelectIntersectExceptQuery",
                      "Explain",
                      "DescribeQuery",
                      "ShowTables",
                      "ShowColumns",
                      "ShowIndexes",
                      "ShowFunctions",
                      "ShowCreateTableQuery",
                      "ShowCreateViewQuery",
                      "ShowCreateDatabaseQuery",
                      "ExistsTableQuery",
                      "ExistsViewQuery",
                      "ExistsDatabaseQuery"};

/// What it may consist of. ColumnsApplyTransformer is not here: the tree does not say which function it applies.
const Names kNodes = {"SelectWithUnionQuery",
                      "SelectIntersectExceptQuery",
                      "SelectQuery",
                      "ExpressionList",
                      "Function",
                      "Identifier",
                      "Literal",
                      "Asterisk",
                      "QualifiedAsterisk",
                      "ColumnsRegexpMatcher",
                      "QualifiedColumnsRegexpMatcher",
                      "ColumnsListMatcher",
                      "QualifiedColumnsListMatcher",
                      "ColumnsTransformerList",
                      "ColumnsExceptTransformer",
                      "ColumnsReplaceTransformer",
                      "ColumnsReplaceTransformer::Replacement",
                      "TablesInSelectQuery",
                      "TablesInSelectQueryElement",
                      "TableExpression",
                      "TableIdentifier",
                      "TableJoin",
                      "ArrayJoin",
                      "SampleRatio",
                      "Subquery",
                      "WithElement",
                      "OrderByElement",
                      "InterpolateElement",
                      "WindowDefinition",
                      "WindowListElement",
                      "Set"};

const Names kExplanations = {"EXPLAIN",          "EXPLAIN AST",      "EXPLAIN SYNTAX", "EXPLAIN QUERY TREE",
                             "EXPLAIN PIPELINE", "EXPLAIN ESTIMATE", "EXPLAIN PLAN"};

/// Table functions that make their rows themselves, or take them from queries that are judged, too.
const Names kTableFunctions = {
    "numbers", "numbers_mt",        "zeros", "zeros_mt", "generateSeries", "generate_series", "values",
    "VALUES",  "SQLStandardValues", "view",  "null"};

/// Of `system`: what clients look at to find their way. Nothing of other statements, disks, or the server's insides.
const Names kSystemTables = {"aggregate_function_combinators",
                             "build_options",
                             "collations",
                             "columns",
                             "current_roles",
                             "data_skipping_indices",
                             "data_type_families",
                             "database_engines",
                             "databases",
                             "dictionaries",
                             "enabled_roles",
                             "formats",
                             "functions",
                             "keywords",
                             "licenses",
                             "macros",
                             "numbers",
                             "numbers_mt",
                             "one",
                             "roles",
                             "settings",
                             "table_engines",
                             "table_functions",
                             "tables",
                             "time_zones",
                             "zeros",
                             "zeros_mt"};

/// Functions that read files, models, or tables by their names; that tell of settings and server; that only wait.
const Names kRefusedFunctions = {"addresstoline",
                                 "addresstolinewithinlines",
                                 "addresstosymbol",
                                 "catboostevaluate",
                                 "currentprofiles",
                                 "defaultprofiles",
                                 "demangle",
                                 "enabledprofiles",
                                 "evalmlmethod",
                                 "file",
                                 "filesystemavailable",
                                 "filesystemcapacity",
                                 "filesystemunreserved",
                                 "fuzzquery",
                                 "generateserialid",
                                 "getclienthttpheader",
                                 "getmacro",
                                 "getmaxtablenamelengthfordatabase",
                                 "getmergetreesetting",
                                 "getoskernelversion",
                                 "getserverport",
                                 "hascolumnintable",
                                 "lemmatize",
                                 "logtrace",
                                 "mergetreepartinfo",
                                 "modelevaluate",
                                 "reversednsquery",
                                 "runningconcurrency",
                                 "serveruuid",
                                 "showcertificate",
                                 "synonyms",
                                 "tcpport",
                                 "tid",
                                 "transactionid",
                                 "transactionlatestsnapshot",
                                 "transactionoldestsnapshot",
                                 "zookeepersessionuptime"};

/// The same, by how their names begin: dictGet…, joinGet…, aiGenerate, regionTo…, sleep…, and the engine's inner ones.
constexpr std::array<std::string_view, 9> kRefusedFamilies = {
    "__", "ai", "dict", "getserversetting", "getsetting", "joinget", "naivebayes", "region", "sleep"};

const Names kInFunctions = {"in",     "notin",     "globalin",     "globalnotin",
                            "nullin", "notnullin", "globalnullin", "globalnotnullin"};

/// Ends of names that make another aggregate function of one.
constexpr std::array<std::string_view, 15> kCombinators = {
    "if",        "array",  "map",      "state",  "simplestate", "merge", "foreach", "distinct",
    "ordefault", "ornull", "resample", "argmin", "argmax",      "null",  "orfill"};

bool is_engine_function(const std::string& name, const std::set<std::string>& functions) {
  return functions.contains(name) || std::ranges::any_of(kCombinators, [&](std::string_view end) {
           return name.size() > end.size() && name.ends_with(end) &&
                  is_engine_function(name.substr(0, name.size() - end.size()), functions);
         });
}

bool is_refused_function(std::string_view lower) {
  return kRefusedFunctions.contains(lower) ||
         std::ranges::any_of(kRefusedFamilies, [&](std::string_view family) { return lower.starts_with(family); });
}

/// arrayMap and its kind, which take a function's name for a lambda.
bool may_take_functions(std::string_view lower) { return lower.starts_with("array") || lower.starts_with("map"); }

/// A line of the tree: how deep it stands, its type, and what follows without alias and number of children.
struct Node {
  std::size_t depth = 0;
  std::string_view type;
  std::string_view rest;
};

Node parse_node(std::string_view line) {
  Node node;
  node.depth = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(node.depth);
  for (const std::string_view mark : {" (children ", " (alias "})
    if (const std::size_t at = line.rfind(mark); at != std::string_view::npos) line = line.substr(0, at);
  const std::size_t space = std::min(line.find(' '), line.size());
  node.type = line.substr(0, space);
  node.rest = line.substr(std::min(space + 1, line.size()));
  return node;
}

class TreeJudge {
 public:
  explicit TreeJudge(const ReadPolicy& policy) : policy_(policy) {}

  OrFailure<void> judge(const std::vector<std::string>& lines) {
    if (lines.empty()) return failed(code::kReadOnly, "there is no statement in the text");
    root_ = parse_node(lines.front());
    if (root_.depth != 0 || !kRoots.contains(root_.type))
      return failed(
          code::kReadOnly,
          "Cannot execute query in readonly mode: this endpoint takes SELECT, WITH, SHOW, DESCRIBE, EXISTS and "
          "EXPLAIN of one of them");
    if (root_.type == "Explain" && !kExplanations.contains(root_.rest))
      return failed(code::kReadOnly, "this kind of EXPLAIN is not allowed here");
    above_.push_back({std::string(root_.type), std::string(root_.rest)});
    for (std::size_t i = 1; i < lines.size(); ++i)
      if (!lines[i].empty()) GAPLESS_TRY_FAILURE(judge_node(parse_node(lines[i])));
    return judge_named();
  }
  const OpenQuestions& questions() const { return questions_; }

 private:
  struct Above {
    std::string type;
    std::string rest;
    std::size_t children = 0;  ///< so far
  };

  OrFailure<void> judge_node(const Node& node) {
    if (node.depth == 0 || node.depth > above_.size())
      return failed(code::kReadOnly, "the statement's syntax tree cannot be read");
    above_.resize(node.depth);
    if (!kNodes.contains(node.type) && !(node.depth == 1 && kRoots.contains(node.type)))
      return failed(code::kReadOnly, fmt::format("{} is not allowed here", node.type.substr(0, kLongestShown)));
    if (node.type == "Literal" && node.depth == 1) return failed(code::kReadOnly, "INTO OUTFILE is not allowed here");
    if (node.type == "Set" && !(root_.type == "Explain" && node.depth == 1)) ++questions_.settings_clauses;
    if (node.type == "TableIdentifier") GAPLESS_TRY_FAILURE(judge_table(node.rest));
    if (node.type == "Function")
      GAPLESS_TRY_FAILURE(judge_function(node.rest, above_.back().type == "TableExpression"));
    if (node.type == "Identifier") GAPLESS_TRY_FAILURE(judge_identifier(node));
    ++above_.back().children;
    above_.push_back({std::string(node.type), std::string(node.rest)});
    return {};
  }

  /// The name of a table, or of a query of this statement, which looks the same.
  OrFailure<void> judge_table(std::string_view name) const {
    const std::size_t dot = name.find('.');
    const bool is_qualified = dot != std::string_view::npos;
    const std::string database(is_qualified ? name.substr(0, dot) : policy_.database);
    const std::string_view table = is_qualified ? name.substr(dot + 1) : name;
    const bool is_open = policy_.databases.contains(database) || ascii_lowered(database) == "information_schema";
    if (is_open && table.find('.') == std::string_view::npos) return {};
    if (database == "system" && kSystemTables.contains(table)) return {};
    return failed(code::kAccessDenied,
                  fmt::format("Not enough privileges: {} cannot be read here", name.substr(0, kLongestShown)));
  }

  OrFailure<void> judge_function(std::string_view name, bool makes_a_table) const {
    const std::string_view shown = name.substr(0, kLongestShown);
    if (makes_a_table && kTableFunctions.contains(name)) return {};
    if (makes_a_table)
      return failed(code::kAccessDenied,
                    fmt::format("Not enough privileges: the table function {} is not allowed here", shown));
    if (name.size() > kLongestFunction)
      return failed(code::kUnknownFunction, fmt::format("Function with name {}… does not exist", shown));
    const std::string lower = ascii_lowered(name);
    if (is_refused_function(lower))
      return failed(code::kAccessDenied,
                    fmt::format("Not enough privileges: the function {} is not allowed here", shown));
    if (lower == "lambda" || is_engine_function(lower, policy_.functions)) return {};
    return failed(code::kUnknownFunction, fmt::format("Function with name {} does not exist", shown));
  }

  /// A name among a function's arguments is a column as a rule. But x IN name reads the table of that name, and
  /// arrayMap(name, …) calls the function. SHOW CREATE and EXISTS name a table in two parts.
  OrFailure<void> judge_identifier(const Node& node) {
    if (node.depth == 1 && names_an_object()) named_.emplace_back(node.rest);
    if (node.depth < 3 || above_[node.depth - 2].type != "Function") return {};
    const std::string function = ascii_lowered(above_[node.depth - 2].rest);
    const std::string lower = ascii_lowered(node.rest);
    const bool is_first = above_.back().children == 0;
    if (kInFunctions.contains(function) && !is_first) return judge_table(node.rest);
    if (policy_.functions.contains(lower) && is_refused_function(lower)) return judge_function(node.rest, false);
    if (is_first && may_take_functions(function)) questions_.perhaps_functions.emplace(node.rest);
    return {};
  }

  bool names_an_object() const { return root_.type.starts_with("ShowCreate") || root_.type.starts_with("Exists"); }

  OrFailure<void> judge_named() const {
    if (!names_an_object()) return {};
    if (named_.empty() || named_.size() > 2) return failed(code::kReadOnly, "the statement must name one table");
    if (root_.type.find("Database") != std::string_view::npos) return judge_table(named_.front() + ".any");
    return judge_table(named_.size() == 1 ? named_.front() : named_[0] + "." + named_[1]);
  }

  const ReadPolicy& policy_;
  Node root_;
  std::vector<Above> above_;  ///< what the node stands in, from the root
  std::vector<std::string> named_;
  OpenQuestions questions_;
};

}  // namespace

OrFailure<OpenQuestions> judge_tree(const std::vector<std::string>& lines, const ReadPolicy& policy) {
  TreeJudge judge(policy);
  GAPLESS_TRY_FAILURE(judge.judge(lines));
  return judge.questions();
}

}  // namespace gapless::gateway
