// Continues a text with a Gemma: example_gemma MODEL "Are bees and wasps similar?"
// MODEL is a folder of Hugging Face or Kaggle, or a .gguf file.
#include <exception>
#include <iostream>

#include "hilo/models/gemma/gemma.h"

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::cerr << "use: " << argv[0] << " MODEL PROMPT\n";
    return 2;
  }
  auto model = hilo::models::Gemma::open(hilo::pjrt::open(), argv[1]);
  std::cout << model.generate(argv[2]) << "\n";
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
