#include "app/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace gapless {

std::uint64_t machine_memory_bytes() {
  const auto pages = sysconf(_SC_PHYS_PAGES);
  const auto page_size = sysconf(_SC_PAGESIZE);
  const std::uint64_t bytes =
      pages > 0 && page_size > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size) : 0;
  return memory_within_cgroup(bytes, "/sys/fs/cgroup");
}

std::uint64_t memory_within_cgroup(std::uint64_t machine_bytes, const std::filesystem::path& cgroup_root) {
  std::uint64_t least = machine_bytes;
  // Of cgroups version 2 and 1. Inside a container its own group is mounted there; "max" is no number, and no limit.
  for (const char* name : {"memory.max", "memory/memory.limit_in_bytes"}) {
    std::ifstream file(cgroup_root / name);
    std::uint64_t limit = 0;
    if (file >> limit && limit > 0) least = machine_bytes == 0 ? limit : std::min(least, limit);
  }
  return least;
}

std::uint64_t resolve(const MemoryLimit& limit, std::uint64_t machine_bytes) {
  if (limit.bytes) return *limit.bytes;
  return static_cast<std::uint64_t>(static_cast<double>(machine_bytes) * limit.percent_of_machine / 100.0);
}

}  // namespace gapless
