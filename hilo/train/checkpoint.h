#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "hilo/train/trainer.h"

namespace hilo::train {

/// What a RUN folder says of itself besides the weights.
struct RunInfo {
  std::string recipe{};                               ///< "cifar10", or a user's own name
  std::map<std::string, std::string> settings{};      ///< as given: "batch" -> "64"
  std::vector<std::string> class_names{};             ///< empty: those of the data
};

struct SaveOptions {
  int keep = 3;         ///< newest checkpoints that stay; 0: all
  RunInfo info{};
};

/// A RUN is a folder of checkpoints, `step-N/`, and `metrics.jsonl`. A checkpoint holds
///   model.safetensors      weights and states by path: what inference needs
///   optimizer.safetensors  moments, step, random key: what a resume needs besides
///   inference-B.mlir       the model's inference program for B inputs, weights as arguments by path
///   manifest.json          files with sizes and checksums, class names, input, settings, machine, plugin
/// It appears whole or not at all: written to a temporary folder, synced, renamed. Equal states are equal bytes.
/// Throws:  Error naming the file and what the system said, a full disk, say; older checkpoints stay good.
std::filesystem::path save_checkpoint(const std::filesystem::path& run, const Trainer& trainer, const SaveOptions& options = {});

/// The same as a callback: `trainer.on_step(every(1'000), save_to("runs/cifar", {.keep = 3}))`.
Callback save_to(std::filesystem::path run, SaveOptions options = {});

/// Appends a line of JSON to RUN/metrics.jsonl: step, epoch, loss, metrics, images_per_second. Lines of later steps that a
/// resumed run does again are dropped first.
Callback log_to(std::filesystem::path run);

/// A program kept in a checkpoint.
struct SavedProgram {
  std::string file;
  Dim batch = 0;
};

/// A checkpoint that was found whole: every file is there with its size and checksum.
struct Checkpoint {
  std::filesystem::path path;
  std::int64_t step = 0;
  RunInfo info;
  Shape input;                          ///< of one example: u8[32,32,3]
  std::vector<std::string> arguments;   ///< paths of the program's arguments, before the input
  std::vector<SavedProgram> programs;   ///< by batch, ascending
  std::map<std::string, std::string> machine;  ///< plugin, platform, cores, seed, hilo: what a resume compares
};

/// Reads and checks one `step-N` folder. Throws FormatError naming the file and what is wrong with it.
Checkpoint open_checkpoint(const std::filesystem::path& step_folder);
/// Checkpoints of a RUN by step, ascending; not checked.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& run);
/// The newest one that is whole. Those that are not are passed over and named in `warnings`.
/// Throws FormatError if there is none.
Checkpoint latest_checkpoint(const std::filesystem::path& run, std::vector<std::string>& warnings);

/// Values of model.safetensors, and with `with_optimizer` of the other file too.
std::vector<std::pair<std::string, Array>> load_values(const Checkpoint& checkpoint, bool with_optimizer);

/// Goes on where the RUN's newest whole checkpoint stopped; `input` is the shape of a batch.
/// Returns warnings: checkpoints passed over, and what differs of the machine, so that the result may not be bit-equal.
/// Throws:  FormatError if there is no whole checkpoint, Error with the differences if it is of another model.
std::vector<std::string> resume(Trainer& trainer, const std::filesystem::path& run, const Shape& input);

}  // namespace hilo::train
