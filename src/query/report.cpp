#include "query/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "util/nearest.h"

namespace gapless {
namespace {

using By = ReportSort::By;

constexpr std::array kReports = {
    ReportKind{"overview", ReportKind::Rows::kOne},
    ReportKind{"trend", ReportKind::Rows::kBuckets},
    ReportKind{"pages", ReportKind::Rows::kValues, "page", "page"},
    ReportKind{"entry-pages", ReportKind::Rows::kValues, "entry_page", "entry page"},
    ReportKind{"exit-pages", ReportKind::Rows::kValues, "exit_page", "exit page"},
    ReportKind{"hosts", ReportKind::Rows::kValues, "host", "host"},
    ReportKind{"referrers", ReportKind::Rows::kValues, "referrer", "referrer"},
    ReportKind{"utm-sources", ReportKind::Rows::kValues, "utm_source", "utm source"},
    ReportKind{"utm-mediums", ReportKind::Rows::kValues, "utm_medium", "utm medium"},
    ReportKind{"utm-campaigns", ReportKind::Rows::kValues, "utm_campaign", "utm campaign"},
    ReportKind{"utm-terms", ReportKind::Rows::kValues, "utm_term", "utm term"},
    ReportKind{"utm-contents", ReportKind::Rows::kValues, "utm_content", "utm content"},
    ReportKind{"browsers", ReportKind::Rows::kValues, "browser", "browser"},
    ReportKind{"systems", ReportKind::Rows::kValues, "system", "system"},
    ReportKind{"devices", ReportKind::Rows::kValues, "device", "device"},
    ReportKind{"viewports", ReportKind::Rows::kValues, "viewport", "viewport"},
    ReportKind{"countries", ReportKind::Rows::kValues, "country", "country"},
    ReportKind{"regions", ReportKind::Rows::kValues, "region", "region"},
    ReportKind{"cities", ReportKind::Rows::kValues, "city", "city"},
    ReportKind{"channels", ReportKind::Rows::kValues, "channel", "channel"},
};

constexpr std::array<std::pair<std::string_view, By>, 6> kSorts = {{{"value", By::kValue},
                                                                    {"visitors", By::kVisitors},
                                                                    {"views", By::kViews},
                                                                    {"sessions", By::kSessions},
                                                                    {"bounce_rate", By::kBounceRate},
                                                                    {"session_duration_seconds", By::kDuration}}};

}  // namespace

std::span<const ReportKind> report_kinds() { return kReports; }

const ReportKind* find_report(std::string_view name) {
  const auto found = std::ranges::find(kReports, name, &ReportKind::name);
  return found == kReports.end() ? nullptr : &*found;
}

std::optional<double> ReportFigures::bounce_rate() const {
  if (sessions == 0) return std::nullopt;
  return static_cast<double>(bounces) / static_cast<double>(sessions);
}

std::optional<double> ReportFigures::session_duration_seconds() const {
  if (sessions == 0) return std::nullopt;
  return static_cast<double>(duration_seconds) / static_cast<double>(sessions);
}

Result<ReportSort> ReportSort::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const std::string_view way = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const auto found = std::ranges::find(kSorts, name, [](const auto& one) { return one.first; });
  if (found == kSorts.end() || (colon != std::string_view::npos && way != "asc" && way != "desc")) {
    std::vector<std::string_view> names;
    for (const auto& sort : kSorts) names.push_back(sort.first);
    const auto meant = found == kSorts.end() ? nearest(name, names) : std::nullopt;
    return fail(Fault::kInvalidInput,
                fmt::format("'{}' is nothing to sort by{}; there are value, visitors, views, sessions, bounce_rate and "
                            "session_duration_seconds, each with :asc or :desc (from --sort)",
                            text.substr(0, 80), meant ? fmt::format(", did you mean {}?", *meant) : ""));
  }
  return ReportSort{found->second, way.empty() ? found->second != By::kValue : way == "desc"};
}

}  // namespace gapless
