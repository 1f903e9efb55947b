#pragma once

#include "cli/command.h"

namespace gapless {

// Each command, in a file of its own.
CommandSpec adopt_command();
CommandSpec backfill_command();
CommandSpec completion_command();
CommandSpec doctor_command();
CommandSpec explain_command();
CommandSpec forget_command();
CommandSpec init_command();
CommandSpec load_command();
CommandSpec pause_command();
CommandSpec plan_command();
CommandSpec query_command();
CommandSpec resume_command();
CommandSpec run_command();
CommandSpec runs_cancel_command();
CommandSpec runs_command();
CommandSpec runs_show_command();
CommandSpec serve_command();
CommandSpec sql_command();
CommandSpec status_command();
CommandSpec targets_command();
CommandSpec targets_rebuild_command();
CommandSpec teams_command();
CommandSpec verify_command();

}  // namespace gapless
