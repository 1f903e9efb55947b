#include "state/sqlite/connection.h"
#include "state/sqlite/sqlite_store.h"
#include "state/sqlite/statement.h"
#include "state/stored_values.h"

namespace gapless {
namespace {

std::uint64_t next_fence(SQLite::Database& database) {
  return static_cast<std::uint64_t>(
      database.execAndGet("UPDATE store SET last_fence = last_fence + 1 RETURNING last_fence").getInt64());
}

}  // namespace

// julianday() counts days as a double that resolves 0.04 ms and holds whole milliseconds; 2440587.5 is 1970-01-01.
std::int64_t SqliteStateStore::now_millis(SQLite::Database& database) const {
  const auto now =
      database.execAndGet("SELECT CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)").getInt64();
  return now + options_.clock_offset().count();
}

Result<std::variant<Lease, LeaseHeld>> SqliteStateStore::take_lease(std::string_view resource, std::string_view holder,
                                                                    std::chrono::milliseconds ttl) {
  using Taken = std::variant<Lease, LeaseHeld>;
  return connection_->write("taking a lease", [&](SQLite::Database& database) -> Result<Taken> {
    const std::int64_t now = now_millis(database);
    auto held = statement(database,
                          "SELECT holder, expires_at_millis FROM leases"
                          " WHERE resource = ? AND holder <> ? AND expires_at_millis > ?",
                          resource, holder, now);
    if (held.executeStep()) {
      return LeaseHeld{held.getColumn(0).getString(), from_millis(held.getColumn(1).getInt64())};
    }
    const Lease lease{std::string(resource), std::string(holder), next_fence(database), from_millis(now + ttl.count())};
    statement(database,
              "INSERT OR REPLACE INTO leases (resource, holder, fence, expires_at_millis) VALUES (?, ?, ?, ?)",
              resource, holder, lease.fence, now + ttl.count())
        .exec();
    return lease;
  });
}

Result<bool> SqliteStateStore::renew_lease(const Lease& lease, std::chrono::milliseconds ttl) {
  return connection_->write("renewing a lease", [&](SQLite::Database& database) -> Result<bool> {
    const std::int64_t now = now_millis(database);
    return statement(database,
                     "UPDATE leases SET expires_at_millis = ?"
                     " WHERE resource = ? AND holder = ? AND fence = ? AND expires_at_millis > ?",
                     now + ttl.count(), lease.resource, lease.holder, lease.fence, now)
               .exec() == 1;
  });
}

Status SqliteStateStore::release_lease(const Lease& lease) {
  return connection_->write("releasing a lease", [&](SQLite::Database& database) -> Status {
    statement(database, "DELETE FROM leases WHERE resource = ? AND holder = ? AND fence = ?", lease.resource,
              lease.holder, lease.fence)
        .exec();
    return {};
  });
}

Status SqliteStateStore::raise_fences(std::uint64_t above) {
  return connection_->write("raising the fences", [&](SQLite::Database& database) -> Status {
    statement(database, "UPDATE store SET last_fence = max(last_fence, ?)", above).exec();
    return {};
  });
}

Result<std::vector<Lease>> SqliteStateStore::leases() {
  return connection_->read("reading the leases", [&](SQLite::Database& database) -> Result<std::vector<Lease>> {
    auto query = statement(database,
                           "SELECT resource, holder, fence, expires_at_millis FROM leases"
                           " WHERE expires_at_millis > ? ORDER BY resource",
                           now_millis(database));
    std::vector<Lease> leases;
    while (query.executeStep()) {
      leases.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                        static_cast<std::uint64_t>(query.getColumn(2).getInt64()),
                        from_millis(query.getColumn(3).getInt64())});
    }
    return leases;
  });
}

}  // namespace gapless
