#include "gateway/runner.h"

namespace gapless::gateway {

void run_prepared(Engine& engine, const Prepared& prepared, AnswerOptions options, http::ReplyWriter& writer) {
  options.format = prepared.format;
  if (const auto zone = prepared.options.settings.find("session_timezone"); zone != prepared.options.settings.end())
    options.time_zone = zone->second;
  Answer answer(std::move(options), writer);
  const auto stats = engine.stream(prepared.statement, prepared.format, prepared.options,
                                   [&answer](std::string_view bytes) { return answer.add(bytes); });
  if (stats) return answer.finish(*stats);
  answer.fail_with(failure_of(stats.error()));
}

OrFailure<std::set<std::string>> known_settings(Engine& engine, const std::vector<std::string>& names) {
  std::set<std::string> known;
  if (names.empty()) return known;
  Statement statement("SELECT name FROM system.settings WHERE name IN {names:Array(String)}");
  const auto rows = engine.select(statement.bind("names", names), {});
  if (!rows) return tl::unexpected<Failure>(failure_of(rows.error()));
  for (std::size_t row = 0; row < rows->size(); ++row) known.insert(rows->text(row, 0));
  return known;
}

}  // namespace gapless::gateway
