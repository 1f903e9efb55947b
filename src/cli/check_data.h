#pragma once

#include "cli/check_list.h"
#include "cli/services.h"

namespace gapless {

/// Whether the engine is open and can be asked.
enum class EngineLook { kOpen, kClosed };

// Doctor's looks at what lies behind the engine. Each says what it found, or why it could not look.
void check_source(Services& services, CheckList& checks);
/// On a server: what its user may do.
void check_rights(Services& services, EngineLook engine, CheckList& checks);
/// How the target tables are made; false where they cannot take figures.
/// "shard 1 (http://ch2:8123): " where there are several; else nothing.
std::string on_shard(const Services& services, std::uint32_t shard);
bool check_target_tables(Services& services, CheckList& checks);
void check_rollup(Services& services, CheckList& checks);
/// Store, keeper, runs and pauses.
void check_state(Services& services, EngineLook engine, CheckList& checks);

}  // namespace gapless
