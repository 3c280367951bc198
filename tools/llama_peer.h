#pragma once
#include <cstdint>
#include <string>

// llama.cpp as a peer to compare with: its own llama-bench, as a program.
namespace hilo::tools {

struct LlamaWork {
  std::string model{};  ///< a GGUF file
  int threads = 1;
  std::int64_t prompt = 512, tokens = 64;
};

class LlamaPeer {
 public:
  /// `place` is llama-bench or the folder that holds it. Throws UsageError if it is not there.
  LlamaPeer(const std::string& place, LlamaWork work);

  /// Tokens a second of reading the prompt, in a process of its own that has warmed up.
  [[nodiscard]] double prefill() const;
  /// The same of the tokens behind the prompt.
  [[nodiscard]] double decode() const;
  /// A process that loads the model, reads the prompt, and makes one token.
  struct Start {
    double seconds = 0;
    std::uint64_t peak_bytes = 0;
  };
  [[nodiscard]] Start first_token() const;

 private:
  std::string program_;
  LlamaWork work_;
};

}  // namespace hilo::tools
