#include "engine/tsv.h"

namespace gapless {
namespace {

/// The letter that stands for the character after a backslash, or 0 where it stands for itself.
char escape_letter(char character) {
  switch (character) {
    case '\b': return 'b';
    case '\f': return 'f';
    case '\r': return 'r';
    case '\n': return 'n';
    case '\t': return 't';
    case '\0': return '0';
    case '\\': return '\\';
    default: return 0;
  }
}

std::optional<char> unescape_letter(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'r': return '\r';
    case 'n': return '\n';
    case 't': return '\t';
    case '0': return '\0';
    case '\\': return '\\';
    case '\'': return '\'';
    default: return std::nullopt;
  }
}

void append_escaped(std::string& out, char character) {
  if (const char letter = escape_letter(character)) {
    out += '\\';
    out += letter;
  } else {
    out += character;
  }
}

}  // namespace

std::string tsv_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char character : text) append_escaped(out, character);
  return out;
}

std::string text_literal(std::string_view text) {
  std::string out = "'";
  for (const char character : text) {
    if (character == '\'') {
      out += "\\'";
    } else {
      append_escaped(out, character);
    }
  }
  out += '\'';
  return out;
}

std::optional<std::string> tsv_unescape(std::string_view field) {
  std::string out;
  out.reserve(field.size());
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\') {
      out += field[i];
      continue;
    }
    if (++i == field.size()) return std::nullopt;
    const auto character = unescape_letter(field[i]);
    if (!character) return std::nullopt;
    out += *character;
  }
  return out;
}

}  // namespace gapless
