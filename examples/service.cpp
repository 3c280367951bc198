// A service in C++: several threads share one trained model and answer which class a picture is.
//     example_service runs/cifar *.jpg
// The run holds the network's program, so this file knows nothing of how it was trained.
#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "hilo/hilo.h"

using namespace hilo;

// Any size of picture becomes the model's: [H,W,C] as a batch of one.
Array picture_of(const std::string& file, const Shape& input) {
  const data::DecodeOptions options{.channels = static_cast<int>(input.dim(2))};
  const Array picture = data::cover(data::read_image(file, options), input.dim(0), input.dim(1));
  return picture.reshaped({1, input.dim(0), input.dim(1), input.dim(2)});
}

std::string answer(const train::SavedModel& model, const std::string& file) try {
  const auto [label, probabilities] = model.classify(picture_of(file, model.checkpoint().input)).front();
  const double percent = 100 * probabilities[static_cast<std::size_t>(label)];
  return file + ": " + model.class_name(label) + ", " + std::to_string(percent) + " %";
} catch (const FormatError& error) {
  return std::string("cannot read ") + error.what();  // one bad picture does not stop the others
}

int main(int argc, char** argv) try {
  if (argc < 3) throw UsageError("usage: example_service RUN PICTURE..");
  const std::vector<std::string> files(argv + 2, argv + argc);
  const auto model = train::SavedModel::open(pjrt::open("auto"), argv[1]);

  std::atomic<std::size_t> next = 0;
  std::mutex output;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      const std::string text = answer(model, files[i]);
      const std::lock_guard lock(output);
      std::cout << text << "\n";
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
