#include "load/byte_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <random>
#include <thread>

#include "load/load_test_support.h"

namespace gapless {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Everything that the file gives, read in pieces of `size`.
Result<std::string> read_all(const std::string& path, std::size_t size = 4096, std::stop_token stop = {}) {
  GAPLESS_ASSIGN(auto source, open_bytes(path, {}, std::move(stop)));
  std::string all;
  std::string piece(size, '\0');
  for (;;) {
    GAPLESS_ASSIGN(const std::size_t count, source->read(piece));
    if (count == 0) return all;
    all.append(piece, 0, count);
  }
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random() % 64);
  return bytes;
}

struct ContentCase {
  const char* name;
  std::string stored;
  std::string content;
};
class Content : public testing::TestWithParam<ContentCase> {};

TEST_P(Content, IsReadWhole) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", GetParam().stored);
  for (const std::size_t size : {1u, 100u, 1u << 20}) {
    const auto content = read_all(path, size);
    ASSERT_TRUE(content) << content.error().message;
    EXPECT_TRUE(*content == GetParam().content) << "in pieces of " << size;
  }
}

INSTANTIATE_TEST_SUITE_P(ByteSource, Content,
                         testing::ValuesIn<ContentCase>({
                             {"empty", "", ""},
                             {"one_byte", "x", "x"},
                             {"half_a_magic", "\x1F", "\x1F"},
                             {"text", "a\nb\n", "a\nb\n"},
                             {"larger_than_the_buffer", noise(700'000), noise(700'000)},
                             {"gzip", gzip("a\nb\n"), "a\nb\n"},
                             {"gzip_of_nothing", gzip(""), ""},
                             {"large_gzip", gzip(noise(700'000)), noise(700'000)},
                             {"members", gzip("a\n") + gzip("") + gzip("b\n"), "a\nb\n"},
                             {"padded", gzip("a\n") + std::string(1000, '\0'), "a\n"},
                             {"padded_beyond_the_buffer", gzip("a\n") + std::string(600'000, '\0') + gzip("b\n"),
                              "a\nb\n"},
                         }),
                         kCaseName);

struct DamageCase {
  const char* name;
  std::string stored;
  const char* message;
};
class Damage : public testing::TestWithParam<DamageCase> {};

TEST_P(Damage, IsAnErrorThatSaysWhereAndWhatToDo) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("damaged.gz", GetParam().stored);
  const auto content = read_all(path);
  ASSERT_FALSE(content) << content->size() << " bytes were read";
  EXPECT_EQ(content.error().fault, Fault::kCorrupt);
  EXPECT_THAT(content.error().message, AllOf(HasSubstr(path), HasSubstr(GetParam().message),
                                             HasSubstr("of the compressed file"), HasSubstr("zcat")));
}

std::string with_byte_changed(std::string bytes, std::size_t position) {
  bytes[position] = static_cast<char>(bytes[position] ^ 0x55);
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    ByteSource, Damage,
    testing::ValuesIn<DamageCase>({
        {"only_the_magic", "\x1F\x8B", "ends in the middle at byte 2 "},
        {"truncated", gzip(noise(700'000)).substr(0, 300'000), "ends in the middle at byte 300000 "},
        {"checksum_cut_off", gzip("a\n").substr(0, gzip("a\n").size() - 1), "ends in the middle"},
        {"second_member_cut_off", gzip("a\n") + gzip("b\n").substr(0, 12), "ends in the middle"},
        {"checksum_wrong", with_byte_changed(gzip("a\n"), gzip("a\n").size() - 6), "damaged (incorrect data check)"},
        {"data_wrong", with_byte_changed(gzip(noise(5'000)), 12), "damaged"},
        {"method_wrong", "\x1F\x8B\x07xxxxxxxxxxxxxxx", "damaged (unknown compression method)"},
        {"rest", gzip("a\n") + "rest", "something other than gzip data"},
        {"half_a_header_after", gzip("a\n") + "\x1F", "ends in the middle"},
    }),
    kCaseName);

TEST(ByteSource, RefusesWhatIsNoReadableFile) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("file", "x");
  const auto missing = open_bytes(directory.path("missing"), {}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(missing.error().message, AllOf(HasSubstr(directory.path("missing")), HasSubstr("No such file")));
  const auto folder = open_bytes(directory.path(""), {}, {});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().fault, Fault::kInvalidInput);
  EXPECT_THAT(folder.error().message, HasSubstr("is a directory; name the files in it"));
  EXPECT_EQ(open_bytes(file + "/below", {}, {}).error().fault, Fault::kInvalidInput);
  EXPECT_EQ(open_bytes("", {}, {}).error().fault, Fault::kInvalidInput);
  EXPECT_EQ(open_bytes(std::string(5000, 'x'), {}, {}).error().fault, Fault::kInvalidInput);
  if (::geteuid() != 0) {
    ::chmod(file.c_str(), 0);
    EXPECT_THAT(open_bytes(file, {}, {}).error().message, HasSubstr("Permission denied; make it readable"));
  }
}

TEST(ByteSource, KnowsHowFarItIs) {
  const TemporaryDirectory directory;
  const std::string content = noise(600'000);
  for (const std::string& stored : {content, gzip(content)}) {
    auto source = open_bytes(directory.write("file", stored), {}, {});
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->bytes_total(), stored.size());
    EXPECT_LT((*source)->bytes_read(), stored.size());
    std::string piece(1 << 20, '\0');
    while ((*source)->read(piece).value() > 0) {
    }
    EXPECT_EQ((*source)->bytes_read(), stored.size());
  }
}

/// Puts a pipe in the place of standard input, and gives its other end.
class PipedInput {
 public:
  PipedInput() : saved_(::dup(STDIN_FILENO)) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    write_end_ = ends[1];
  }
  ~PipedInput() {
    close();
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  PipedInput(const PipedInput&) = delete;
  PipedInput& operator=(const PipedInput&) = delete;

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(write_end_, bytes.data(), bytes.size());
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void close() {
    if (write_end_ >= 0) ::close(std::exchange(write_end_, -1));
  }

 private:
  int saved_;
  int write_end_ = -1;
};

TEST(ByteSource, ReadsStandardInputPackedOrNot) {
  const std::string content = noise(300'000);
  for (const std::string& stored : {content, gzip(content), std::string()}) {
    PipedInput input;
    std::thread writer([&] {
      input.write(stored.substr(0, 1));  // the magic bytes need not come together
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      input.write(stored.substr(std::min<std::size_t>(1, stored.size())));
      input.close();
    });
    const auto read = read_all("-");
    writer.join();
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(*read == content || stored.empty());
    EXPECT_EQ(read->empty(), stored.empty());
  }
}

TEST(ByteSource, StandardInputHasNoKnownSizeAndIsLeftOpen) {
  PipedInput input;
  input.write("abc");
  {
    auto source = open_bytes("-", {}, {});
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->bytes_total(), std::nullopt);
    EXPECT_EQ((*source)->bytes_read(), 3u);
  }
  struct stat facts {};
  EXPECT_EQ(::fstat(STDIN_FILENO, &facts), 0);
}

TEST(ByteSource, AStopEndsTheWaitForAPipe) {
  PipedInput input;
  std::stop_source stop;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  const auto read = read_all("-", 4096, stop.get_token());
  stopper.join();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fault, Fault::kCancelled);
  EXPECT_THAT(read.error().message, HasSubstr("standard input"));
}

RC_GTEST_PROP(ByteSource, DamagedGzipNeverGivesWhatWasNotPacked, ()) {
  static const TemporaryDirectory directory;
  static const std::string content = noise(2'000);
  static const std::string packed = gzip(content);
  const auto position = *rc::gen::inRange<std::size_t>(10, packed.size());
  const bool cut = *rc::gen::arbitrary<bool>();
  const auto stored = cut ? packed.substr(0, position) : with_byte_changed(packed, position);
  const auto read = read_all(directory.write("file", stored));
  RC_ASSERT(!read);
  RC_ASSERT(read.error().fault == Fault::kCorrupt);
}

}  // namespace
}  // namespace gapless
