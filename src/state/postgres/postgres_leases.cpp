#include "state/postgres/postgres_session.h"
#include "state/postgres/postgres_store.h"

namespace gapless {
namespace {

using Kind = PostgresSession::Kind;

/// Milliseconds since 1970 by the server's clock, at this moment of the transaction.
std::int64_t now_millis(PostgresTransaction& transaction, std::chrono::milliseconds offset) {
  return read_signed(
      transaction.exec("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + $1::bigint", offset)[0],
      0);
}

}  // namespace

// Takers come one after the other, from before they look at the clock until they have committed: so fences grow in the order
// in which leases become visible.
Result<std::variant<Lease, LeaseHeld>> PostgresStateStore::take_lease(std::string_view resource,
                                                                      std::string_view holder,
                                                                      std::chrono::milliseconds ttl) {
  using Taken = std::variant<Lease, LeaseHeld>;
  return calls_->run(Kind::kTake, "taking a lease", [&](PostgresTransaction& transaction) -> Result<Taken> {
    const std::int64_t now = now_millis(transaction, options_.clock_offset());
    const auto held = transaction.exec(
        "SELECT holder, expires_at_millis FROM leases WHERE resource = $1 AND holder <> $2 AND expires_at_millis > $3",
        resource, holder, now);
    if (!held.empty()) return LeaseHeld{read_text(held[0], 0), from_millis(read_signed(held[0], 1))};
    const auto taken = transaction.exec(
        "WITH next AS (UPDATE store SET last_fence = last_fence + 1 RETURNING last_fence)"
        " INSERT INTO leases (resource, holder, fence, expires_at_millis) SELECT $1, $2, last_fence, $3::bigint FROM "
        "next"
        " ON CONFLICT (resource) DO UPDATE SET holder = excluded.holder, fence = excluded.fence,"
        " expires_at_millis = excluded.expires_at_millis RETURNING fence",
        resource, holder, now + ttl.count());
    return Lease{std::string(resource), std::string(holder), read_count(taken[0], 0), from_millis(now + ttl.count())};
  });
}

Result<bool> PostgresStateStore::renew_lease(const Lease& lease, std::chrono::milliseconds ttl) {
  return pulse_->run(Kind::kWrite, "renewing a lease", [&](PostgresTransaction& transaction) -> Result<bool> {
    const std::int64_t now = now_millis(transaction, options_.clock_offset());
    const auto renewed = transaction.exec(
        "UPDATE leases SET expires_at_millis = $1"
        " WHERE resource = $2 AND holder = $3 AND fence = $4 AND expires_at_millis > $5",
        now + ttl.count(), lease.resource, lease.holder, lease.fence, now);
    return renewed.affected_rows() == 1;
  });
}

Status PostgresStateStore::release_lease(const Lease& lease) {
  return pulse_->run(Kind::kWrite, "releasing a lease", [&](PostgresTransaction& transaction) -> Status {
    transaction.exec("DELETE FROM leases WHERE resource = $1 AND holder = $2 AND fence = $3", lease.resource,
                     lease.holder, lease.fence);
    return {};
  });
}

Status PostgresStateStore::raise_fences(std::uint64_t above) {
  return calls_->run(Kind::kTake, "raising the fences", [&](PostgresTransaction& transaction) -> Status {
    transaction.exec("UPDATE store SET last_fence = greatest(last_fence, $1)", above);
    return {};
  });
}

Result<std::vector<Lease>> PostgresStateStore::leases() {
  using Leases = std::vector<Lease>;
  return calls_->run(Kind::kRead, "reading the leases", [&](PostgresTransaction& transaction) -> Result<Leases> {
    const std::int64_t now = now_millis(transaction, options_.clock_offset());
    Leases leases;
    for (const pqxx::row row : transaction.exec("SELECT resource, holder, fence, expires_at_millis FROM leases"
                                                " WHERE expires_at_millis > $1 ORDER BY resource",
                                                now))
      leases.push_back({read_text(row, 0), read_text(row, 1), read_count(row, 2), from_millis(read_signed(row, 3))});
    return leases;
  });
}

// Written where the last one is old: a beat costs a look, and every few seconds a write.
Result<bool> PostgresStateStore::heartbeat(std::string_view run_id) {
  return pulse_->run(Kind::kWrite, "keeping that a run lives", [&](PostgresTransaction& transaction) -> Result<bool> {
    const std::int64_t now = now_millis(transaction, options_.clock_offset());
    transaction.exec(
        "UPDATE runs SET heard_at_millis = $2::bigint WHERE id = $1 AND heard_at_millis <= $2::bigint - $3", run_id,
        now, options_.heartbeat_every);
    return !transaction.exec("SELECT 1 FROM runs WHERE id = $1 AND cancel_requested", run_id).empty();
  });
}

}  // namespace gapless
