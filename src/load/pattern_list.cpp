#include "load/pattern_list.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <cstdint>

namespace gapless {
namespace {

// What one of a thousand patterns may use for its automaton, which grows with the texts that it sees.
constexpr std::int64_t kPatternBytes = 512 * 1024;
constexpr int kGroups = 10;  // the whole match, and $1 to $9
using Groups = std::array<re2::StringPiece, kGroups>;

std::string_view view(const re2::StringPiece& piece) { return {piece.data(), piece.size()}; }

std::string without_spaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::string expand(std::string_view replacement, const Groups& groups) {
  std::string out;
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const bool group =
        replacement[i] == '$' && i + 1 < replacement.size() && replacement[i + 1] >= '1' && replacement[i + 1] <= '9';
    if (group) {
      out += view(groups[static_cast<std::size_t>(replacement[++i] - '0')]);
    } else {
      out += replacement[i];
    }
  }
  return without_spaces(out);
}

}  // namespace

Result<PatternList> PatternList::compile(std::vector<Pattern> patterns) {
  PatternList list;
  for (const Pattern& pattern : patterns) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternBytes);
    options.set_case_sensitive(!pattern.ignore_case);
    int id = 0;
    if (list.filter_.Add(pattern.regex, options, &id) != RE2::NoError) {
      return fail(Fault::kCorrupt, fmt::format("the user agent pattern '{}' is no regular expression", pattern.regex));
    }
  }
  std::vector<std::string> atoms;
  list.filter_.Compile(&atoms);
  list.atoms_ = std::make_unique<const TextMatcher>(atoms);
  list.patterns_ = std::move(patterns);
  return list;
}

std::optional<PatternList::Match> PatternList::first_match(std::string_view text) const {
  const re2::StringPiece piece(text.data(), text.size());
  const int first = filter_.FirstMatch(piece, atoms_->find_in(text));
  if (first < 0) return std::nullopt;
  const RE2& regex = filter_.GetRE2(first);
  Groups groups;
  regex.Match(piece, 0, text.size(), RE2::UNANCHORED, groups.data(),
              std::min(kGroups, regex.NumberOfCapturingGroups() + 1));
  const Pattern& pattern = patterns_[static_cast<std::size_t>(first)];
  return Match{pattern.family ? expand(*pattern.family, groups) : without_spaces(view(groups[1])),
               pattern.brand ? expand(*pattern.brand, groups) : std::string()};
}

}  // namespace gapless
