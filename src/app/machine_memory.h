#pragma once

#include <cstdint>
#include <filesystem>

#include "cli/settings.h"

namespace gapless {

/// The memory that this process may use at all: the machine's, or the cgroup's where that is less.
std::uint64_t machine_memory_bytes();
/// The smaller of `machine_bytes` and what the cgroup files under `cgroup_root` allow; for tests.
std::uint64_t memory_within_cgroup(std::uint64_t machine_bytes, const std::filesystem::path& cgroup_root);

std::uint64_t resolve(const MemoryLimit& limit, std::uint64_t machine_bytes);

}  // namespace gapless
