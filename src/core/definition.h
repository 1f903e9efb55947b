#pragma once

#include <string>
#include <vector>

namespace gapless {

/// What the figures of a rollup mean, as a canonical text (one `key: value` line each, sorted), and its hash. Two
/// configurations that give the same figures have the same text; a comment or the order of keys changes nothing.
class Definition {
 public:
  /// `text` must already be canonical (sql/source.h makes it).
  explicit Definition(std::string text);

  const std::string& text() const { return text_; }
  /// The first 16 hexadecimal digits of the text's SHA-256.
  const std::string& hash() const { return hash_; }

  /// The keys whose lines differ between two canonical texts, sorted: what changed, for a person.
  static std::vector<std::string> changed_keys(const std::string& before, const std::string& after);

 private:
  std::string text_;
  std::string hash_;
};

}  // namespace gapless
