#include "run/host.h"

#include <limits.h>
#include <unistd.h>

#include <array>

namespace gapless {

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

}  // namespace gapless
