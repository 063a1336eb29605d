#include <array>

#include "base/error.h"
#include "text/tokenizer.h"
#include "text/utf8.h"

namespace dlt::text {
namespace {

struct Magic {
  std::string_view bytes, kind, remedy;
};

using namespace std::string_view_literals;
// First bytes of the files that are most often taken for text.
constexpr std::array<Magic, 7> known{{
    {"\x1F\x8B"sv, "a gzip file", "unpack it first with gunzip"},
    {"PK\x03\x04"sv, "a zip file", "unpack it first with unzip"},
    {"\xFD"
     "7zXZ\0"sv,
     "an xz file", "unpack it first with unxz"},
    {"\x28\xB5\x2F\xFD"sv, "a zstd file", "unpack it first with unzstd"},
    {"BZh"sv, "a bzip2 file", "unpack it first with bunzip2"},
    {"\xFF\xFE"sv, "UTF-16 text", "convert it first with iconv -f UTF-16 -t UTF-8"},
    {"\xFE\xFF"sv, "UTF-16 text", "convert it first with iconv -f UTF-16 -t UTF-8"},
}};

}  // namespace

void check_text(std::string_view text, const std::string& file) {
  require(!text.empty(), Exit::data, "{}: the file is empty; UTF-8 text is needed", file);
  const std::size_t nul = text.find('\0'), wrong = utf8_error(text);
  if (nul == text.npos && wrong == text.size()) return;
  for (const Magic& m : known) {
    require(!text.starts_with(m.bytes), Exit::data, "{}: this is {}, not UTF-8 text; {}", file,
            m.kind, m.remedy);
  }
  const Place place = place_of(text, nul != text.npos ? nul : wrong);
  require(nul == text.npos, Exit::data,
          "{}:{}:{}: a NUL byte, so this is likely a binary file; UTF-8 text is needed", file,
          place.line, place.column);
  fail(Exit::data,
       "{}:{}:{}: byte 0x{:02X} is not UTF-8; convert the file first, for example with iconv -f "
       "ISO-8859-1 -t UTF-8",
       file, place.line, place.column, static_cast<unsigned char>(text[wrong]));
}

}  // namespace dlt::text
