#include "plan/plan.h"

#include <algorithm>
#include <tuple>

#include "util/counted.h"

namespace gapless {

std::map<CellState, std::uint64_t> Plan::summary() const {
  std::map<CellState, std::uint64_t> counts;
  for (const PlannedCell& planned : cells) ++counts[planned.judgement.state];
  return counts;
}

std::uint64_t Plan::cells_due() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(cells, [](const PlannedCell& planned) { return planned.judgement.is_due(); }));
}

std::string Plan::work_in_words() const {
  const auto to_derive = static_cast<std::uint64_t>(std::ranges::count_if(
      cells, [](const PlannedCell& planned) { return planned.judgement.action == Action::kDerive; }));
  const std::uint64_t to_recompute = cells_due() - to_derive;
  if (to_derive == 0) return counted(to_recompute, "cell", "cells") + " to recompute";
  if (to_recompute == 0) return counted(to_derive, "cell", "cells") + " to derive";
  return counted(to_recompute, "cell", "cells") + " to recompute, " + grouped(to_derive) + " to derive";
}

std::map<std::string, std::uint64_t, std::less<>> Plan::work_by_state() const {
  std::map<std::string, std::uint64_t, std::less<>> counts;
  for (const PlannedCell& planned : cells)
    if (planned.judgement.is_due()) ++counts[std::string(name(planned.judgement.state))];
  return counts;
}

std::string Plan::why_nothing() const {
  if (cells_due() > 0) return "";
  if (!why_nobody.empty()) return why_nobody;
  auto counts = summary();
  const std::uint64_t fresh = counts[CellState::kFresh];
  const bool all_settled = fresh + counts[CellState::kEmpty] == cells.size();
  if (all_settled)
    return fresh == 0 ? "there are no view events" : "all " + counted(fresh, "cell is", "cells are") + " fresh";
  counts.erase(CellState::kEmpty);
  std::string text;
  for (const CellState state : kCellStates)
    if (const auto found = counts.find(state); found != counts.end() && found->second > 0)
      text.append(text.empty() ? "" : ", ").append(grouped(found->second)).append(" ").append(name(state));
  return text;
}

std::vector<std::pair<Day, Teams>> Plan::work(bool newest_first) const {
  std::map<Day, Teams> by_day;
  for (const PlannedCell& planned : cells)
    if (planned.judgement.is_due()) by_day[planned.cell().day].push_back(planned.cell().team);
  std::vector<std::pair<Day, Teams>> days;
  for (auto& [day, day_teams] : by_day) days.emplace_back(day, unique_teams(std::move(day_teams)));
  if (newest_first) std::reverse(days.begin(), days.end());
  return days;
}

std::vector<std::pair<Partition, std::vector<const PlannedCell*>>> Plan::work_by_partition(bool newest_first) const {
  std::map<Day, std::map<Partition, std::vector<const PlannedCell*>>> by_day;
  for (const PlannedCell& planned : cells)
    if (planned.judgement.is_due())
      by_day[planned.cell().day][team_buckets.partition_of(planned.cell())].push_back(&planned);
  std::vector<std::pair<Partition, std::vector<const PlannedCell*>>> partitions;
  const auto add = [&](const auto& one) { partitions.insert(partitions.end(), one.second.begin(), one.second.end()); };
  if (newest_first)
    std::for_each(by_day.rbegin(), by_day.rend(), add);
  else
    std::for_each(by_day.begin(), by_day.end(), add);
  return partitions;
}

namespace {

/// What a plan does about a cell that a team left behind, by what it does about the team's own: nothing goes before that is
/// as it should be, unless there is nothing to publish. Where the plan does not have that one, it needs nothing.
void settle_move(PlannedCell& left, const PlannedCell* own) {
  if (left.judgement.action != Action::kRecompute) return;
  const Move& move = *left.facts.moved;
  left.views_there = move.published;
  const bool is_settled =
      own == nullptr || own->judgement.state == CellState::kFresh || own->judgement.state == CellState::kEmpty;
  if (own != nullptr && own->judgement.is_due() && move.to > left.cell().shard) {
    left.goes_after_the_new = true;
    if (!left.views_there) left.views_there = own->facts.day_views + own->facts.next_day_views;
  } else if (!is_settled) {
    left.judgement.action = Action::kNone;
    left.judgement.why += "; it goes when that has the day";
  }
}

/// Cells of one team and day follow each other.
void settle_moves(Plan& plan) {
  for (auto first = plan.cells.begin(); first != plan.cells.end();) {
    const auto end = std::find_if(first, plan.cells.end(), [&](const PlannedCell& planned) {
      return planned.cell().day != first->cell().day || planned.cell().team != first->cell().team;
    });
    const auto own = std::find_if(first, end, [](const PlannedCell& planned) { return !planned.facts.moved; });
    for (; first != end; ++first)
      if (first->facts.moved) settle_move(*first, own == end ? nullptr : &*own);
  }
}

}  // namespace

Plan make_plan(DayRange window, Teams teams, std::vector<CellFacts> facts, const Definition& definition,
               const PlanOptions& options, const std::map<std::string, std::string>& previous_texts) {
  // Facts are large and may be many: their order is sorted, and each is moved once.
  std::vector<CellFacts*> order;
  order.reserve(facts.size());
  for (CellFacts& one : facts) order.push_back(&one);
  std::sort(order.begin(), order.end(), [](const CellFacts* a, const CellFacts* b) {
    return std::tie(a->cell.day, a->cell.team, a->cell.shard) < std::tie(b->cell.day, b->cell.team, b->cell.shard);
  });

  Plan plan;
  plan.window = window;
  plan.teams = std::move(teams);
  plan.targets = options.judge.targets;
  plan.cells.reserve(facts.size());
  JudgeOptions judge_options = options.judge;
  for (CellFacts* one : order) {
    judge_options.previous_definition_text.reset();
    if (const LedgerRow* row = one->entry ? one->entry->made_by_other_than(definition) : nullptr)
      if (const auto text = previous_texts.find(row->definition_hash()); text != previous_texts.end())
        judge_options.previous_definition_text = text->second;
    Judgement judgement = judge(*one, definition, judge_options);
    if (!options.states.empty() && !options.states.contains(judgement.state)) judgement.action = Action::kNone;
    plan.cells.push_back({std::move(*one), std::move(judgement)});
  }
  settle_moves(plan);
  return plan;
}

std::uint64_t bytes_to_build(std::uint64_t live_bytes, std::uint64_t events) {
  constexpr std::uint64_t kBytesAnEvent = 200;  // sessions and groups: 40 to 90 as measured
  return live_bytes + kBytesAnEvent * events;
}

namespace {

template <class Chosen>
Estimate estimate_of(const Plan& plan, Chosen chosen) {
  Estimate total;
  std::map<Partition, std::uint64_t> events;
  for (const PlannedCell& planned : plan.cells) {
    if (!chosen(planned.judgement)) continue;
    const Partition partition = plan.team_buckets.partition_of(planned.cell());
    ++total.cells;
    ++total.cells_by_partition[partition];
    const bool reads_events = planned.judgement.action != Action::kDerive;
    total.rows_read += reads_events ? planned.facts.window.events : 0;
    events[partition] += reads_events ? planned.facts.day_events : 0;
  }
  for (const auto& [partition, count] : events) {
    const auto live = plan.live_bytes.find(partition);
    const std::uint64_t bytes = bytes_to_build(live == plan.live_bytes.end() ? 0 : live->second, count);
    total.bytes_written += bytes;
    total.most_bytes = std::max(total.most_bytes, bytes);
  }
  return total;
}

}  // namespace

Estimate estimate(const Plan& plan) {
  return estimate_of(plan, [](const Judgement& one) { return one.is_due(); });
}

Estimate estimate_of_outdated(const Plan& plan) {
  return estimate_of(plan,
                     [](const Judgement& one) { return one.state == CellState::kOutdated && !one.is_lacking_only; });
}

std::vector<Cell> shrinking_cells(const Plan& plan, double max_percent) {
  std::vector<Cell> shrinking;
  std::uint64_t with_entry = plan.settled_beyond;
  for (const PlannedCell& planned : plan.cells) {
    if (!planned.facts.entry) continue;
    ++with_entry;
    const bool is_known = planned.facts.owned || planned.facts.moved;
    if (planned.judgement.action != Action::kRecompute || !is_known) continue;
    const std::uint64_t before = planned.facts.entry->any().content.measures.view_events;
    const std::uint64_t now =
        planned.facts.moved ? planned.views_there.value_or(0) : planned.facts.owned->measures.view_events;
    if (shrinks(before, now)) shrinking.push_back(planned.cell());
  }
  const bool too_many = static_cast<double>(shrinking.size()) * 100.0 > max_percent * static_cast<double>(with_entry);
  if (shrinking.size() < 5 || !too_many) return {};
  return shrinking;
}

bool shrinks(std::uint64_t before, std::uint64_t now) { return now < before - before / 2; }

Day last_finished_day(Instant now, std::chrono::seconds settle_delay) { return Day::of(now - settle_delay) - 1; }

}  // namespace gapless
