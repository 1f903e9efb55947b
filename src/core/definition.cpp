#include "core/definition.h"

#include <openssl/sha.h>

#include <map>
#include <set>
#include <sstream>

#include "util/hex.h"

namespace gapless {
namespace {

std::string short_sha256(const std::string& text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return to_hex(std::span(digest).first(8));
}

std::map<std::string, std::string> lines_by_key(const std::string& text) {
  std::map<std::string, std::string> lines;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) {
    const auto colon = line.find(": ");
    lines.emplace(line.substr(0, colon), colon == std::string::npos ? "" : line.substr(colon + 2));
  }
  return lines;
}

}  // namespace

Definition::Definition(std::string text) : text_(std::move(text)), hash_(short_sha256(text_)) {}

std::vector<std::string> Definition::changed_keys(const std::string& before, const std::string& after) {
  const auto old_lines = lines_by_key(before);
  const auto new_lines = lines_by_key(after);
  std::set<std::string> changed;
  for (const auto& [key, value] : old_lines)
    if (const auto found = new_lines.find(key); found == new_lines.end() || found->second != value) changed.insert(key);
  for (const auto& [key, value] : new_lines)
    if (!old_lines.contains(key)) changed.insert(key);
  return {changed.begin(), changed.end()};
}

}  // namespace gapless
