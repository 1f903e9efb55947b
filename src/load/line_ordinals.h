#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/uuid.h"

namespace gapless {

/// Counts how often each of a file's lines came before. A line is known by its digest alone: 16 bytes a distinct line,
/// in tables that are kept between half and four fifths full.
class LineOrdinals {
 public:
  /// How many times this digest was given before; counting stops at 2^32-1.
  std::uint32_t next(const Uuid& digest);
  /// Begins to bring what next() will look at into the processor's cache.
  void prepare(const Uuid& digest) const;
  std::uint64_t distinct() const;

 private:
  struct Slot {
    std::array<std::uint32_t, 3> key{};  ///< 96 bits of the digest: two lines out of 2^32 share them once in 2^33 files
    std::uint32_t count = 0;             ///< 0: free
  };
  /// One of many tables, so that growing copies little at a time.
  class Table {
   public:
    std::uint32_t next(const Slot& wanted);
    void prepare(const Slot& wanted) const;
    std::uint64_t size() const { return used_; }

   private:
    std::size_t home_of(const Slot& slot) const;
    Slot& find(const Slot& wanted);
    void grow();
    std::vector<Slot> slots_;
    std::size_t used_ = 0;
  };
  static Slot slot_of(const Uuid& digest);
  std::array<Table, 256> tables_;
};

}  // namespace gapless
