#pragma once

#include <string>

#include "core/table_name.h"

// The statements of the loader. Partitions are days and rows lie by session, so that a day's sessions are read together
// and a load touches only the days that it brings.

namespace gapless::load_sql {

std::string create_events(const TableName& events);
/// One row a step of a load: 'begun', 'committed', 'undone'.
std::string create_loads(const TableName& loads);
/// The canonical columns alone. Parts lie in the order in which rows came, which is how the first of a repeated event is known.
std::string create_load_staging(const TableName& staging);
/// Takes the blocks of EventEncoder.
std::string insert_staging(const TableName& staging);
/// day of each day that is staged.
std::string staged_days(const TableName& staging);
/// Adds the events of {day:Date} that are not there yet, the first of each, under {load:String}.
std::string merge_day(const TableName& events, const TableName& staging);
/// rows of {load:String}.
std::string count_load(const TableName& events);
std::string delete_load(const TableName& events);
/// Binds {load:String}, {path:String}, {state:String}, {rows:UInt64}.
std::string mark_load(const TableName& loads);
/// load_id of loads that are neither committed nor undone.
std::string open_loads(const TableName& loads);

}  // namespace gapless::load_sql
