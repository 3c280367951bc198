// A record of an OCDBT database. The first byte says which (bit 0: a manifest, else a node, whose
// height is in the bits 2 and 3) and whether the rest is the whole record (bit 1) or its body,
// which then gets the head and the checksum that no fuzzer would guess.
#include <string>

#include "fuzz/target.h"
#include "hilo/core/crc32c.h"
#include "hilo/formats/ocdbt_node.h"

namespace {

std::string whole_record(std::string_view body, bool is_manifest) {
  std::string record(is_manifest ? "\x0c\xdb\x3a\x2a" : "\x0c\xdb\x20\xde");
  const std::uint64_t length = record.size() + sizeof length + 2 + body.size() + 4;
  record.append(reinterpret_cast<const char*>(&length), sizeof length);
  record.append(2, '\0');  // version 0, not compressed
  record.append(body);
  const std::uint32_t sum = hilo::crc32c(std::as_bytes(std::span(record)));
  return record.append(reinterpret_cast<const char*>(&sum), sizeof sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  if (size == 0) return 0;
  const bool is_manifest = (data[0] & 1) != 0, is_whole = (data[0] & 2) != 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string record = is_whole ? std::string(rest) : whole_record(rest, is_manifest);
  fuzz::is_read([&] {
    formats::OcdbtBudget budget;
    const auto bytes = std::as_bytes(std::span(record));
    if (is_manifest) {
      static_cast<void>(formats::parse_ocdbt_manifest(bytes, "manifest", budget));
    } else {
      const int height = (data[0] >> 2) & 3;
      static_cast<void>(formats::parse_ocdbt_node(bytes, "node", height, "base/", "key", budget));
    }
  });
  return 0;
}
