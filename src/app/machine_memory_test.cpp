#include "app/machine_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace gapless {
namespace {

class Cgroup : public testing::Test {
 protected:
  Cgroup() : root(std::filesystem::path(testing::TempDir()) / ("gapless_cgroup_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(root / "memory");
  }
  ~Cgroup() override { std::filesystem::remove_all(root); }
  std::filesystem::path root;
};

TEST_F(Cgroup, bounds_the_memory_of_the_machine) {
  EXPECT_EQ(memory_within_cgroup(1000, root), 1000U) << "no limit is written down";
  std::ofstream(root / "memory.max") << "max\n";
  EXPECT_EQ(memory_within_cgroup(1000, root), 1000U);
  std::ofstream(root / "memory.max") << "600\n";
  EXPECT_EQ(memory_within_cgroup(1000, root), 600U);
  std::ofstream(root / "memory/memory.limit_in_bytes") << "500\n";
  EXPECT_EQ(memory_within_cgroup(1000, root), 500U);
  EXPECT_EQ(memory_within_cgroup(100, root), 100U) << "more than the machine has is no limit";
}

TEST(MachineMemory, is_something) { EXPECT_GT(machine_memory_bytes(), 64ULL << 20U); }

TEST(MachineMemory, is_shared_as_the_limit_says) {
  EXPECT_EQ(resolve({std::nullopt, 60}, 1000), 600U);
  EXPECT_EQ(resolve({5000, 0}, 1000), 5000U);
}

}  // namespace
}  // namespace gapless
