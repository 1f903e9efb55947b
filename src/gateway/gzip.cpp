#include "gateway/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace gapless::gateway {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr int kFast = 3;  // ClickHouse's http_zlib_compression_level
constexpr int kUsualMemory = 8;
constexpr std::size_t kPieceBytes = 64 * 1024;

void give(z_stream& stream, std::string_view bytes) {
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
  stream.avail_in = static_cast<uInt>(bytes.size());
}

struct EndsInflating {
  z_stream* stream;
  ~EndsInflating() { inflateEnd(stream); }
};

}  // namespace

Gzip::Gzip() : stream_(std::make_unique<z_stream>()) {
  if (deflateInit2(stream_.get(), kFast, Z_DEFLATED, kGzipWindow, kUsualMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

Gzip::~Gzip() { deflateEnd(stream_.get()); }

std::string Gzip::run(std::string_view bytes, bool is_last) {
  std::string out;
  std::array<char, kPieceBytes> piece;
  do {
    const std::string_view part = bytes.substr(0, kPieceBytes);
    bytes.remove_prefix(part.size());
    give(*stream_, part);
    do {
      stream_->next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_->avail_out = piece.size();
      deflate(stream_.get(), is_last && bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
      out.append(piece.data(), piece.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
  } while (!bytes.empty());
  return out;
}

Result<std::string> gunzipped(std::string_view packed, std::size_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return fail(Fault::kOverload, "no memory to unpack the body with");
  const EndsInflating ends{&stream};
  std::string out;
  std::array<char, kPieceBytes> piece;
  give(stream, packed);
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
    if (out.size() > most) return fail(Fault::kOverload, fmt::format("the body has more than {} bytes unpacked", most));
    if (state == Z_STREAM_END && stream.avail_in > 0) state = inflateReset(&stream);  // one more member
  }
  if (state != Z_STREAM_END) return fail(Fault::kInvalidInput, "the body is not gzip, or not all of it");
  return out;
}

}  // namespace gapless::gateway
