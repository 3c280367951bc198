// Runs a fuzz target on the files of folders, without libFuzzer.
// Usage: replay_NAME FOLDER..
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <vector>

#include "fuzz/target.h"
#include "hilo/core/file.h"

int main(int argc, char** argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      // A copy of exactly its size, so that a sanitizer sees a read beyond it.
      const std::vector<std::byte> bytes = hilo::read_file(entry.path());
      const std::vector<std::byte> exact(bytes.begin(), bytes.end());
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(exact.data()), exact.size());
      ++count;
    }
  }
  std::cout << count << " inputs";
  if (hilo::fuzz::most_memory() > 0)
    std::cout << ", at most " << hilo::fuzz::most_memory() / 1024 << " KiB of memory for one";
  std::cout << "\n";
  return count > 0 ? 0 : 1;
}
