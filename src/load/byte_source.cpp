#include "load/byte_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "load/descriptor.h"

namespace gapless {
namespace {

constexpr std::size_t kInputBytes = 256 * 1024;
constexpr std::array<unsigned char, 2> kGzipMagic{0x1F, 0x8B};

/// What was read to look at it, then the rest of the file.
class Input {
 public:
  Input(Descriptor file, std::stop_token stop) : file_(std::move(file)), stop_(std::move(stop)), buffer_(kInputBytes) {}

  const Descriptor& file() const { return file_; }
  std::span<char> available() { return std::span(buffer_).subspan(begin_, end_ - begin_); }
  void consume(std::size_t count) { begin_ += count; }
  std::uint64_t consumed_bytes() const { return file_.bytes_read() - (end_ - begin_); }

  /// Reads until `count` bytes are available or the file ends.
  Status require(std::size_t count) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (begin_ > 0 && begin_ + count > buffer_.size()) {
      std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
      end_ -= std::exchange(begin_, 0);
    }
    while (end_ - begin_ < count) {
      GAPLESS_ASSIGN(const std::size_t got, file_.read(std::span(buffer_).subspan(end_), stop_));
      if (got == 0) break;
      end_ += got;
    }
    return {};
  }
  /// Past what is available, straight from the file.
  Result<std::size_t> read_on(std::span<char> into) { return file_.read(into, stop_); }

 private:
  Descriptor file_;
  std::stop_token stop_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(Input input) : input_(std::move(input)) {}

  Result<std::size_t> read(std::span<char> into) override {
    const std::span<char> looked_at = input_.available();
    if (looked_at.empty()) return input_.read_on(into);
    const std::size_t count = std::min(looked_at.size(), into.size());
    std::copy_n(looked_at.begin(), count, into.begin());
    input_.consume(count);
    return count;
  }
  std::uint64_t bytes_read() const override { return input_.file().bytes_read(); }
  std::optional<std::uint64_t> bytes_total() const override { return input_.file().bytes_total(); }

 private:
  Input input_;
};

/// One or more gzip members, one after the other; zero bytes after the last are padding.
class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(Input input) : input_(std::move(input)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<std::size_t> read(std::span<char> into) override {
    if (!ready_) return fail(Fault::kUnavailable, fmt::format("no memory to unpack {}", input_.file().name()));
    while (!between_members_ || !at_end_) {
      if (between_members_) {
        GAPLESS_TRY(begin_member());
        continue;
      }
      GAPLESS_ASSIGN(const std::size_t count, inflate_into(into));
      if (count > 0) return count;
    }
    return 0;
  }
  std::uint64_t bytes_read() const override { return input_.file().bytes_read(); }
  std::optional<std::uint64_t> bytes_total() const override { return input_.file().bytes_total(); }

 private:
  tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(Fault::kCorrupt,
                fmt::format("{}: {} at byte {} of the compressed file; get a whole copy of it, or unpack "
                            "what is good of it (zcat) and load that",
                            input_.file().name(), what, input_.consumed_bytes()));
  }

  Status begin_member() {
    for (;;) {
      GAPLESS_TRY(input_.require(kGzipMagic.size()));
      const std::span<char> bytes = input_.available();
      if (bytes.empty()) {
        at_end_ = true;
        return {};
      }
      if (bytes.front() != '\0') break;
      const auto padding = std::ranges::find_if(bytes, [](char c) { return c != '\0'; });
      input_.consume(static_cast<std::size_t>(padding - bytes.begin()));
    }
    if (static_cast<unsigned char>(input_.available().front()) != kGzipMagic[0]) {
      return damaged("there is something other than gzip data");
    }
    inflateReset(&stream_);
    between_members_ = false;
    return {};
  }

  Result<std::size_t> inflate_into(std::span<char> into) {
    GAPLESS_TRY(input_.require(1));
    const std::span<char> bytes = input_.available();
    if (bytes.empty()) return damaged("the gzip data ends in the middle");
    stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1u << 30));
    const uInt room = stream_.avail_out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    input_.consume(bytes.size() - stream_.avail_in);
    if (result == Z_STREAM_END) {
      between_members_ = true;
    } else if (result == Z_MEM_ERROR) {
      return fail(Fault::kUnavailable, fmt::format("no memory to unpack {}", input_.file().name()));
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return damaged(
          fmt::format("the gzip data is damaged ({})", stream_.msg == nullptr ? "no dictionary" : stream_.msg));
    }
    return room - stream_.avail_out;
  }

  Input input_;
  z_stream stream_{};
  bool ready_ = false;
  bool between_members_ = false;
  bool at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_bytes(const std::string& path, const Workplace& workplace,
                                               std::stop_token stop) {
  GAPLESS_ASSIGN(auto file, Descriptor::open_for_reading(path, workplace));
  Input input(std::move(file), std::move(stop));
  GAPLESS_TRY(input.require(kGzipMagic.size()));
  const std::span<char> start = input.available();
  const bool gzip = start.size() >= kGzipMagic.size() && static_cast<unsigned char>(start[0]) == kGzipMagic[0] &&
                    static_cast<unsigned char>(start[1]) == kGzipMagic[1];
  if (gzip) return std::make_unique<GzipSource>(std::move(input));
  return std::make_unique<PlainSource>(std::move(input));
}

std::string shown_path(const std::string& path) { return path == "-" ? "standard input" : path; }

}  // namespace gapless
