#include "load/line_ordinals.h"

#include <limits>
#include <numeric>
#include <utility>

namespace gapless {

LineOrdinals::Slot LineOrdinals::slot_of(const Uuid& digest) {
  return {{static_cast<std::uint32_t>(digest.high()), static_cast<std::uint32_t>(digest.high() >> 32),
           static_cast<std::uint32_t>(digest.low())},
          0};
}

std::uint32_t LineOrdinals::next(const Uuid& digest) { return tables_[digest.low() >> 56].next(slot_of(digest)); }

void LineOrdinals::prepare(const Uuid& digest) const { tables_[digest.low() >> 56].prepare(slot_of(digest)); }

std::uint64_t LineOrdinals::distinct() const {
  return std::accumulate(tables_.begin(), tables_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Table& table) { return sum + table.size(); });
}

std::uint32_t LineOrdinals::Table::next(const Slot& wanted) {
  if ((used_ + 1) * 5 > slots_.size() * 4) grow();
  Slot& slot = find(wanted);
  if (slot.count == 0) {
    slot.key = wanted.key;
    ++used_;
  }
  const std::uint32_t before = slot.count;
  if (before != std::numeric_limits<std::uint32_t>::max()) ++slot.count;
  return before;
}

void LineOrdinals::Table::prepare(const Slot& wanted) const {
  if (!slots_.empty()) __builtin_prefetch(&slots_[home_of(wanted)]);
}

// The key is part of a digest, so it is its own hash; the product spreads it over any number of slots.
std::size_t LineOrdinals::Table::home_of(const Slot& slot) const {
  return static_cast<std::size_t>(static_cast<std::uint64_t>(slot.key[0]) * slots_.size() >> 32);
}

LineOrdinals::Slot& LineOrdinals::Table::find(const Slot& wanted) {
  std::size_t at = home_of(wanted);
  while (slots_[at].count != 0 && slots_[at].key != wanted.key) at = at + 1 == slots_.size() ? 0 : at + 1;
  return slots_[at];
}

void LineOrdinals::Table::grow() {
  constexpr std::size_t kFirstSize = 16;
  std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(std::max(kFirstSize, slots_.size() * 3 / 2)));
  for (const Slot& slot : old) {
    if (slot.count != 0) find(slot) = slot;
  }
}

}  // namespace gapless
