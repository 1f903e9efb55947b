#include "cli/query_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cli/text_table.h"
#include "cli/wording.h"

namespace gapless {
namespace {

using RowsAre = ReportKind::Rows;

/// The first `most` characters; what visitors send must not steer a terminal.
std::string shown_value(const std::string& value) {
  constexpr std::size_t kMost = 60;
  if (value.empty()) return "(none)";
  std::string text;
  std::size_t characters = 0;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U && ++characters > kMost) return text + "…";
    text += byte < ' ' || byte == 0x7f ? '?' : c;
  }
  return text;
}

/// In eighths of a character, as long as the share.
std::string bar(double share) {
  constexpr double kCharacters = 20;
  static const std::vector<std::string> kParts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * kCharacters * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + kParts[eighths % 8];
}

/// What bars show: that by which rows are sorted, where it is a number of somethings.
std::uint64_t measured(const ReportFigures& figures, const ReportSort& sort) {
  if (sort.by == ReportSort::By::kViews) return figures.views;
  return sort.by == ReportSort::By::kSessions ? figures.sessions : figures.visitors;
}

std::string percent(const std::optional<double>& fraction) {
  return fraction ? fmt::format("{:.1f} %", *fraction * 100) : "";
}

std::optional<double> change(double now, double before) {
  if (before == 0) return std::nullopt;
  return (now - before) / before;
}

std::string change_text(std::uint64_t now, std::uint64_t before) {
  if (before == 0) return now == 0 ? "" : "new";
  return fmt::format("{:+.1f} %", *change(static_cast<double>(now), static_cast<double>(before)) * 100);
}

std::string heading(const ReportRequest& request) {
  if (request.kind->rows == RowsAre::kValues) return std::string(request.kind->heading);
  return request.bucket == BucketSize::kHour ? "hour" : "day";
}

std::string rows_table(const QueryReport& report, const Style& style) {
  const bool one = report.request.kind->rows == RowsAre::kOne;
  std::vector<TextTable::Column> columns;
  if (!one) columns.push_back({heading(report.request)});
  for (const char* title : {"visitors", "views", "sessions"}) columns.push_back({title, TextTable::Align::kRight});
  if (report.has_rates())
    for (const char* title : {"bounce rate", "duration"}) columns.push_back({title, TextTable::Align::kRight});
  if (report.before) columns.push_back({"visitors before", TextTable::Align::kRight});
  if (report.before) columns.push_back({"change", TextTable::Align::kRight});
  if (!one) columns.push_back({""});
  TextTable table(std::move(columns));
  std::uint64_t most = 1;
  for (const ReportRow& row : report.page.rows) most = std::max(most, measured(row.figures, report.request.sort));
  for (const ReportRow& row : report.page.rows) {
    const ReportFigures& figures = row.figures;
    std::vector<TextTable::Cell> cells;
    if (!one) cells.emplace_back(shown_value(row.value));
    for (const std::uint64_t figure : {figures.visitors, figures.views, figures.sessions})
      cells.emplace_back(grouped(figure));
    if (report.has_rates()) {
      cells.emplace_back(percent(figures.bounce_rate()));
      const auto mean = figures.session_duration_seconds();
      cells.emplace_back(mean ? format_seconds(*mean) : "");
    }
    if (report.before) {
      cells.emplace_back(grouped(row.before->visitors));
      cells.emplace_back(change_text(figures.visitors, row.before->visitors));
    }
    if (!one) {
      const double share = static_cast<double>(measured(figures, report.request.sort)) / static_cast<double>(most);
      cells.emplace_back(bar(share), Tone::kNotice);
    }
    table.add(std::move(cells));
  }
  return table.render(style);
}

std::string title(const QueryReport& report) {
  const ReportRequest& request = report.request;
  std::string text =
      fmt::format("{} of team {}, {}", request.kind->name, request.team.value(), request.period.from_text);
  if (request.period.to_text != request.period.from_text) text += fmt::format(" to {}", request.period.to_text);
  if (request.zone.name() != "UTC") text += fmt::format(", {}", request.zone.name());
  for (const Filter& filter : request.filters) text += fmt::format(", {}", shown_value(filter.to_string()));
  if (report.before) text += fmt::format(", compared with {} to {}", report.before->from_text, report.before->to_text);
  return text + "\n";
}

std::string answered_from(const QueryReport& report) {
  const std::size_t raw = report.coverage.of(DaySource::kRaw).size();
  const std::size_t rollup = report.coverage.of(DaySource::kTarget).size();
  if (raw == 0) return fmt::format("answered from the rollup: {}\n", counted(rollup, "day", "days"));
  return fmt::format("answered from the rollup: {}; from raw events: {}\n", counted(rollup, "day", "days"),
                     counted(raw, "day", "days"));
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void add_csv_figures(std::vector<std::string>& fields, const ReportFigures& figures, bool has_rates) {
  for (const std::uint64_t figure : {figures.visitors, figures.views, figures.sessions})
    fields.push_back(std::to_string(figure));
  if (!has_rates) return;
  for (const auto& rate : {figures.bounce_rate(), figures.session_duration_seconds()})
    fields.push_back(rate ? Json(*rate).dump() : "");
}

Json figures_json(const ReportFigures& figures, bool has_rates) {
  Json json = {{"visitors", figures.visitors}, {"views", figures.views}, {"sessions", figures.sessions}};
  const auto rate = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
  if (has_rates) {
    json["bounce_rate"] = rate(figures.bounce_rate());
    json["session_duration_seconds"] = rate(figures.session_duration_seconds());
  }
  return json;
}

/// Of each figure, as a fraction of what it was; null where that was nothing.
Json change_json(const Json& now, const Json& before) {
  Json json = Json::object();
  for (const auto& [name, value] : now.items()) {
    const Json& was = before.at(name);
    const auto changed =
        value.is_null() || was.is_null() ? std::nullopt : change(value.get<double>(), was.get<double>());
    json[name] = changed ? Json(*changed) : Json(nullptr);
  }
  return json;
}

Json row_json(const QueryReport& report, const ReportRow& row) {
  const Json figures = figures_json(row.figures, report.has_rates());
  Json json = Json::object();
  if (report.request.kind->rows == RowsAre::kValues) json["value"] = row.value;
  if (report.request.kind->rows == RowsAre::kBuckets) json["bucket"] = row.value;
  json.update(figures);
  if (row.before) {
    json["previous"] = figures_json(*row.before, report.has_rates());
    json["change"] = change_json(figures, json["previous"]);
  }
  return json;
}

/// The table of a day of the period, or of the one before it.
std::string_view read_from(const QueryReport& report, Day day, const DayAnswer& answer) {
  const auto table = Reports::table_of(report.request, day, answer);
  return table ? table_name(*table) : "raw events";
}

Json explanation_json(const QueryReport& report) {
  Json json = {{"days", Json::array()}, {"statements", Json::array()}};
  for (const auto& [day, answer] : report.coverage.answers)
    json["days"].push_back(
        {{"day", day.to_string()}, {"state", answer.why()}, {"answered_from", read_from(report, day, answer)}});
  for (const Statement& statement : report.statements) {
    Json parameters = Json::object();
    for (const auto& [parameter, value] : statement.parameters()) parameters[parameter] = value;
    json["statements"].push_back({{"text", statement.text()}, {"parameters", std::move(parameters)}});
  }
  return json;
}

}  // namespace

std::string query_text(const QueryReport& report, const Style& style) {
  std::string text = style.paint(Tone::kDim, title(report));
  text += report.page.rows.empty() ? "no rows\n" : rows_table(report, style);
  if (report.page.has_more)
    text += fmt::format("there are more: --offset {}\n", report.request.offset + report.page.rows.size());
  return text + style.paint(Tone::kDim, answered_from(report));
}

std::string query_csv(const QueryReport& report) {
  const RowsAre kind = report.request.kind->rows;
  std::vector<std::string> names = {"visitors", "views", "sessions"};
  if (report.has_rates()) names.insert(names.end(), {"bounce_rate", "session_duration_seconds"});
  std::vector<std::string> header;
  if (kind != RowsAre::kOne) header.emplace_back(kind == RowsAre::kValues ? "value" : "bucket");
  header.insert(header.end(), names.begin(), names.end());
  if (report.before)
    for (const std::string& one : names) header.push_back("previous_" + one);
  std::string text = fmt::format("{}\r\n", fmt::join(header, ","));
  for (const ReportRow& row : report.page.rows) {
    std::vector<std::string> fields;
    if (kind != RowsAre::kOne) fields.push_back(csv_field(row.value));
    add_csv_figures(fields, row.figures, report.has_rates());
    if (row.before) add_csv_figures(fields, *row.before, report.has_rates());
    text += fmt::format("{}\r\n", fmt::join(fields, ","));
  }
  return text;
}

Json query_json(const QueryReport& report) {
  const ReportRequest& request = report.request;
  Json json = {{"report", request.kind->name},
               {"team_id", request.team.value()},
               {"from", request.period.from_text},
               {"to", request.period.to_text},
               {"timezone", request.zone.name()},
               {"timezone_is_exact", report.zone_is_exact},
               {"filters", Json::array()},
               {"rows", Json::array()},
               {"next_offset", nullptr},
               {"previous", nullptr},
               {"answered_from",
                {{"rollup_days", report.coverage.of(DaySource::kTarget).size()},
                 {"raw_days", report.coverage.of(DaySource::kRaw).size()}}}};
  for (const Filter& filter : request.filters) json["filters"].push_back(filter.to_string());
  for (const ReportRow& row : report.page.rows) json["rows"].push_back(row_json(report, row));
  if (report.page.has_more) json["next_offset"] = request.offset + report.page.rows.size();
  if (report.before) json["previous"] = {{"from", report.before->from_text}, {"to", report.before->to_text}};
  if (!report.statements.empty()) json["explanation"] = explanation_json(report);
  return json;
}

std::string query_explanation(const QueryReport& report) {
  TextTable table({{"day"}, {"state"}, {"answered from"}});
  for (const auto& [day, answer] : report.coverage.answers)
    table.add({day.to_string(), std::string(answer.why()), std::string(read_from(report, day, answer))});
  std::string text = "\n" + table.render(Style::plain());
  for (const Statement& statement : report.statements) {
    text += "\n" + statement.text() + "\n";
    for (const auto& [parameter, value] : statement.parameters()) text += fmt::format("  {} = {}\n", parameter, value);
  }
  return text;
}

}  // namespace gapless
