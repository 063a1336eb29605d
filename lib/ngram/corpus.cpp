#include "ngram/corpus.h"

#include <algorithm>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "ngram/byte_stream.h"

namespace dlt::ngram {

// Plain files are mapped; everything else is a stream.
struct TextReader::Source {
  std::string name;
  MappedFile map;
  std::string_view text;  // of the map
  std::unique_ptr<ByteStream> stream;
  std::string held;       // of the stream: the lines given out, then the beginning of the next
  std::size_t given = 0;  // of the map or of `held`
  std::int64_t line = 1;
  std::size_t dropped = 0;  // of the map
  bool ended = false, begun = false;

  explicit Source(const std::string& path) : name(path) {}

  void open(Share share);
  void fill(std::size_t bytes);
  void drop();
  bool take(std::string_view all, std::size_t bytes, Block& block);
};

namespace {

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

bool is_stream(const std::string& path) {  // a pipe, a device
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

std::size_t behind_line(std::string_view text, double share) {
  if (share <= 0) return 0;
  if (share >= 1) return text.size();
  const std::size_t end =
      text.find('\n', static_cast<std::size_t>(static_cast<double>(text.size()) * share));
  return end == text.npos ? text.size() : end + 1;
}

}  // namespace

void TextReader::Source::open(Share share) {
  if (name != "-" && !is_stream(name)) {
    map = MappedFile(name, Exit::data);
    text = map.text();
    if (!is_gzip(text)) {
      given = behind_line(text, share.from);
      line += std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(given), '\n');
      text = text.substr(0, behind_line(text, share.to));
      return;
    }
  }
  require(share.whole(), Exit::usage,
          "'{}' is not a plain file, of which a part could be held out: name a text of its own",
          name);
  stream = std::make_unique<ByteStream>(name);
}

// Reads until there is a whole line at least `bytes` long in `held`, or the stream ends; or until
// there is any whole line and nothing more for now: somebody may be waiting for an answer to it.
void TextReader::Source::fill(std::size_t bytes) {
  held.erase(0, given);
  given = 0;
  std::size_t searched = 0;
  while (!ended) {
    if (held.size() >= bytes && held.find('\n', std::max(searched, bytes - 1)) != held.npos) return;
    if (!stream->ready() && held.find('\n') != held.npos) return;
    searched = held.size();
    const std::size_t more = std::max(bytes, std::size_t{1} << 16);
    held.resize(searched + more);
    const std::size_t got = stream->read(held.data() + searched, more);
    held.resize(searched + got);
    ended = got == 0;
  }
}

// Gives the pages that were read back to the system: a text is larger than memory now and then.
void TextReader::Source::drop() {
  constexpr std::size_t page = 1 << 16;  // a multiple of any system's
  const std::size_t end = given / page * page;
  if (end == dropped) return;
  char* begin = const_cast<char*>(map.text().data()) + dropped;
  ::madvise(begin, end - dropped, MADV_DONTNEED);
  dropped = end;
}

bool TextReader::Source::take(std::string_view all, std::size_t bytes, Block& block) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (!begun && given == 0 && all.starts_with(mark)) given = mark.size();
  begun = true;
  all.remove_prefix(given);
  if (all.empty()) return false;
  std::size_t end = bytes >= all.size() ? all.npos : all.find('\n', bytes - 1);
  const bool whole = stream == nullptr || ended;  // or the last line may go on
  if (end == all.npos && !whole) end = all.rfind('\n');
  end = end == all.npos ? all.size() : end + 1;
  block = {all.substr(0, end), line, &name};
  line += std::count(block.text.begin(), block.text.end(), '\n');
  given += end;
  return true;
}

TextReader::TextReader(const std::string& path, Share share)
    : source_(std::make_unique<Source>(path)) {
  source_->open(share);
}
TextReader::~TextReader() = default;
TextReader::TextReader(TextReader&&) noexcept = default;

bool TextReader::next(Block& block, std::size_t bytes) {
  if (source_->stream == nullptr) {
    source_->drop();
    return source_->take(source_->text, bytes, block);
  }
  source_->fill(bytes);
  return source_->take(source_->held, bytes, block);
}

void each_line(const Block& block,
               const std::function<void(std::string_view line, std::int64_t number)>& take) {
  std::string_view rest = block.text;
  for (std::int64_t number = block.line; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    take(rest.substr(0, end), number);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace dlt::ngram
