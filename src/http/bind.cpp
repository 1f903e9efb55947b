#include "http/bind.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "util/ascii.h"

namespace gapless::http {
namespace {

constexpr int kBacklog = 512;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> look_up(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : listen.substr(colon + 1);
  std::string host(listen.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit) ||
      std::stoi(std::string(port)) > 65535)
    return fail(
        Fault::kInvalidInput,
        fmt::format("'{}' is no address to listen on; write HOST:PORT, as 127.0.0.1:8484 or [::1]:8484", listen));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::string(port).c_str(), &hints, &found); error != 0)
    return fail(Fault::kInvalidInput,
                fmt::format("cannot listen on {}: {}; name an address of this machine", listen, ::gai_strerror(error)));
  return Addresses(found);
}

bool is_loopback(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in ip4{};
    std::memcpy(&ip4, address, sizeof ip4);
    return (ntohl(ip4.sin_addr.s_addr) >> 24) == 127;
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 ip6{};
    std::memcpy(&ip6, address, sizeof ip6);
    return IN6_IS_ADDR_LOOPBACK(&ip6.sin6_addr);
  }
  return false;
}

std::string text_of_bound(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::getsockname(fd, generic, &size) != 0 || ::getnameinfo(generic, size, host.data(), host.size(), port.data(),
                                                              port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  const bool is_ip6 = address.ss_family == AF_INET6;
  return fmt::format("{}{}{}:{}", is_ip6 ? "[" : "", host.data(), is_ip6 ? "]" : "", port.data());
}

tl::unexpected<Error> cannot_listen(std::string_view listen, int error) {
  const std::string why = std::generic_category().message(error);
  if (error == EADDRINUSE)
    return fail(
        Fault::kConflict,
        fmt::format("cannot listen on {}: {}; end the program that has the port, or take another", listen, why));
  return fail(
      Fault::kInvalidInput,
      fmt::format("cannot listen on {}: {}; choose an address of this machine and a port above 1023", listen, why));
}

}  // namespace

std::string_view host_of(std::string_view listen) { return listen.substr(0, listen.rfind(':')); }

Result<BoundSocket> bind_to(std::string_view who, std::string_view listen, Reach most) {
  GAPLESS_ASSIGN(const Addresses addresses, look_up(listen));
  const addrinfo& first = *addresses;
  const Reach reach = is_loopback(first.ai_addr) ? Reach::kThisMachine : Reach::kOthers;
  if (reach == Reach::kOthers && most == Reach::kThisMachine)
    return fail(Fault::kInvalidInput,
                fmt::format("others can reach {0}, and {1} has no token. Make one with 'openssl rand -hex 32' and give "
                            "its SHA-256 (printf %s TOKEN | sha256sum) as a token of {1}, or listen on 127.0.0.1",
                            listen, who));
  FileDescriptor socket(::socket(first.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!socket.is_open() || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||  // connections inherit it
      ::bind(socket.get(), first.ai_addr, first.ai_addrlen) != 0 || ::listen(socket.get(), kBacklog) != 0)
    return cannot_listen(listen, errno);
  std::string address = text_of_bound(socket.get());
  return BoundSocket{std::move(socket), std::move(address), reach};
}

}  // namespace gapless::http
