#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/facts.h"
#include "engine/rows.h"

namespace gapless {

/// The columns of sql::read_ledger, in order.
const std::vector<std::string_view>& ledger_row_columns();
/// Those of a shard. Errors: kCorrupt where a row is not one of ours.
Result<std::vector<LedgerRow>> parse_ledger_rows(const Rows& rows, std::uint32_t shard = 0);
/// Tab-separated lines in the order of sql::kLedgerColumns.
std::string format_ledger_rows(const std::vector<LedgerRow>& rows);

}  // namespace gapless
