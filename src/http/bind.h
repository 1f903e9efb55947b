#pragma once

#include <string>
#include <string_view>

#include "http/socket.h"

namespace gapless::http {

/// Who may be able to reach an address.
enum class Reach { kThisMachine, kOthers };

struct BoundSocket {
  FileDescriptor socket;  ///< listens, and does not block
  std::string address;    ///< as HOST:PORT, with the real port
  Reach reach = Reach::kOthers;
};

/// `who` will listen, as messages call it. Errors: kInvalidInput for what is not HOST:PORT, no address of this machine, or
/// reaches further than `most`; kConflict where the port is taken.
Result<BoundSocket> bind_to(std::string_view who, std::string_view listen, Reach most);

/// HOST of HOST:PORT, brackets included.
std::string_view host_of(std::string_view listen);

}  // namespace gapless::http
