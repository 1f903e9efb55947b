#include "app/command_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "cli/json.h"

namespace gapless {
namespace {

constexpr std::size_t kStreams = 3;
constexpr std::uint32_t kMostBytes = 16U << 20U;

std::string reason() { return std::generic_category().message(errno); }

/// A socket's address has room for some hundred characters only; so the directory is opened and named by its descriptor.
struct Address {
  explicit Address(const std::filesystem::path& path)
      : directory(open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    address.sun_family = AF_UNIX;
    fmt::format_to_n(address.sun_path, sizeof address.sun_path - 1, "/proc/self/fd/{}/{}", directory.get(),
                     path.filename().string());
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

  FileDescriptor directory;
  sockaddr_un address{};
};

bool send_all(int socket, const void* bytes, std::size_t size) {
  for (const auto* at = static_cast<const char*>(bytes); size > 0;) {
    const ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive_all(int socket, void* bytes, std::size_t size) {
  for (auto* at = static_cast<char*>(bytes); size > 0;) {
    const ssize_t received = recv(socket, at, size, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    at += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

/// A length, with which descriptors may come, and a JSON object of so many bytes.
bool send_message(int socket, const Json& message, const std::vector<int>& files) {
  const std::string text = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  auto length = static_cast<std::uint32_t>(text.size());
  iovec part{&length, sizeof length};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kStreams * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!files.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(files.size() * sizeof(int));
    cmsghdr* const lent = CMSG_FIRSTHDR(&header);
    lent->cmsg_level = SOL_SOCKET;
    lent->cmsg_type = SCM_RIGHTS;
    lent->cmsg_len = CMSG_LEN(files.size() * sizeof(int));
    std::memcpy(CMSG_DATA(lent), files.data(), files.size() * sizeof(int));
  }
  const ssize_t sent = sendmsg(socket, &header, MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(sizeof length) && send_all(socket, text.data(), text.size());
}

struct Message {
  Json content;
  std::vector<FileDescriptor> files;
};

std::optional<Message> receive_message(int socket) {
  std::uint32_t length = 0;
  iovec part{&length, sizeof length};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kStreams * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t received = -1;
  do received = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_WAITALL);
  while (received < 0 && errno == EINTR);
  Message message;
  for (cmsghdr* lent = CMSG_FIRSTHDR(&header); received > 0 && lent != nullptr; lent = CMSG_NXTHDR(&header, lent)) {
    if (lent->cmsg_level != SOL_SOCKET || lent->cmsg_type != SCM_RIGHTS) continue;
    std::vector<int> files((lent->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(files.data(), CMSG_DATA(lent), files.size() * sizeof(int));
    for (const int file : files) message.files.emplace_back(file);
  }
  if (received != static_cast<ssize_t>(sizeof length) || length > kMostBytes) return std::nullopt;
  std::string text(length, '\0');
  if (!receive_all(socket, text.data(), text.size())) return std::nullopt;
  message.content = Json::parse(text, nullptr, false);
  if (!message.content.is_object()) return std::nullopt;
  return message;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace

Result<std::optional<CommandRun::Outcome>> ask_daemon(const std::filesystem::path& path,
                                                      const std::vector<std::string>& words,
                                                      const Surroundings& surroundings, const std::stop_token& stop) {
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Address address(path);
  if (!socket.is_open() || !address.directory.is_open() ||
      connect(socket.get(), address.get(), sizeof address.address) != 0)
    return std::nullopt;
  const Json request = {{"version", the_manual().version},
                        {"words", words},
                        {"environment", surroundings.environment},
                        {"directory", std::filesystem::current_path().string()}};
  const tl::unexpected<Error> gone =
      fail(Fault::kUnavailable,
           "the daemon went away before the command ended; what it had begun is finished or undone by the"
           " next one: run the command again");
  std::fflush(surroundings.out);
  std::fflush(surroundings.err);
  if (!send_message(socket.get(), request, {STDIN_FILENO, fileno(surroundings.out), fileno(surroundings.err)}))
    return gone;
  const std::stop_callback pass_on(stop, [&] { send_all(socket.get(), "s", 1); });
  const auto answer = receive_message(socket.get());
  if (!answer) return gone;
  if (answer->content.contains("refused"))
    return fail(Fault::kConflict, answer->content.at("refused").get<std::string>());
  return CommandRun::Outcome{
      static_cast<ExitCode>(answer->content.value("code", 1)), answer->content.value("broken_pipe", false), {}};
}

Result<std::unique_ptr<CommandSocket>> CommandSocket::listen(const std::filesystem::path& path, Handler handler) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Address address(path);
  unlink(path.c_str());  // whoever had it is dead: the directory is locked
  const mode_t before = umask(0177);
  const bool good =
      socket.is_open() && address.directory.is_open() && bind(socket.get(), address.get(), sizeof address.address) == 0;
  umask(before);
  if (!good || ::listen(socket.get(), SOMAXCONN) != 0)
    return fail(Fault::kUnavailable, fmt::format("cannot listen at {}: {}", path.string(), reason()));
  return std::unique_ptr<CommandSocket>(new CommandSocket(path, std::move(socket), std::move(handler)));
}

CommandSocket::CommandSocket(std::filesystem::path path, FileDescriptor socket, Handler handler)
    : path_(std::move(path)),
      socket_(std::move(socket)),
      handler_(std::move(handler)),
      accepting_([this](const std::stop_token& stop) { accept_clients(stop); }) {}

CommandSocket::~CommandSocket() {
  unlink(path_.c_str());
  accepting_.request_stop();
  shutdown(socket_.get(), SHUT_RDWR);
  accepting_.join();
  for (Client& client : clients_) client.thread.request_stop();
  clients_.clear();
}

void CommandSocket::accept_clients(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    FileDescriptor client(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.is_open()) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (stop.stop_requested() || (errno != EMFILE && errno != ENFILE && errno != ENOMEM)) return;
      poll(nullptr, 0, 100);  // until others have ended
      continue;
    }
    const std::lock_guard lock(mutex_);
    std::erase_if(clients_, [](const Client& one) { return one.is_done; });
    Client& entry = clients_.emplace_back();
    entry.thread = std::jthread([this, &entry, file = std::move(client)](const std::stop_token& stopping) mutable {
      try {
        serve(std::move(file), stopping);
      } catch (const std::exception& error) {
        spdlog::error("a command that came over the socket was dropped: {}", error.what());
      }
      const std::lock_guard done_lock(mutex_);
      entry.is_done = true;
    });
  }
}

void CommandSocket::serve(FileDescriptor client, const std::stop_token& stop) const {
  auto request = receive_message(client.get());
  if (!request || request->files.size() != kStreams) return;
  const std::string version = request->content.value("version", "");
  if (version != the_manual().version) {
    send_message(
        client.get(),
        {{"refused", fmt::format("the daemon that has the data directory open is gapless {}, this is {}: restart"
                                 " it, or use the same",
                                 the_manual().version, version)}},
        {});
    return;
  }
  const File out(fdopen(request->files[1].release(), "w"));
  const File err(fdopen(request->files[2].release(), "w"));
  if (out == nullptr || err == nullptr) return;
  setvbuf(err.get(), nullptr, _IONBF, 0);
  Surroundings surroundings{request->content.value("environment", Environment{}),
                            {request->content.value("directory", "/"), request->files[0].get()},
                            out.get(),
                            err.get()};
  // A byte, or the client's end, asks the command to stop; so does the daemon's.
  std::stop_source stop_command;
  const std::stop_callback with_daemon(stop, [&] { stop_command.request_stop(); });
  const std::jthread watching([&](const std::stop_token& over) {
    pollfd wanted{client.get(), POLLIN, 0};
    while (!over.stop_requested())
      if (poll(&wanted, 1, 100) > 0) return static_cast<void>(stop_command.request_stop());
  });
  const CommandRun::Outcome outcome =
      handler_(request->content.value("words", std::vector<std::string>{}), surroundings, stop_command.get_token());
  send_message(client.get(), {{"code", static_cast<int>(outcome.code)}, {"broken_pipe", outcome.broken_pipe}}, {});
}

}  // namespace gapless
