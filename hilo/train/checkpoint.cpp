#include "hilo/train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hilo/core/crc32c.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/safetensors.h"
#include "hilo/pjrt/threads.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/version.h"

namespace hilo::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr std::uint64_t kMaxManifestBytes = 16ULL << 20;
// One picture at a time, and many.
constexpr Dim kProgramBatches[] = {1, 100};

std::string step_name(std::int64_t step) { return "step-" + std::to_string(step); }

// N of "step-N"; -1 for another name.
std::int64_t step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  std::int64_t step = -1;
  if (!name.starts_with("step-")) return -1;
  const auto [end, error] = std::from_chars(name.data() + 5, name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() ? step : -1;
}

std::map<std::string, std::string> describe_machine(const Trainer& trainer) {
  return {{"hilo", std::string(kVersion)},
          {"platform", trainer.client().platform_name()},
          {"plugin", trainer.client().plugin().file().content_id},
          {"cores", std::to_string(pjrt::usable_cpus())},
          {"seed", std::to_string(trainer.options().seed)},
          {"optimizer", std::string(trainer.optimizer().name())}};
}

formats::NamedArrays values_of(const nn::Store& store, bool is_optimizer) {
  formats::NamedArrays values;
  for (const auto& [path, variable] : store.variables()) {
    if ((variable.role == nn::Role::kOptimizer) == is_optimizer) values.emplace_back(path, variable.value.array());
  }
  return values;
}

// A file system's error as one of ours.
template <class F>
auto with_errors(F f) {
  try {
    return f();
  } catch (const fs::filesystem_error& e) {
    throw Error(e.path1().string() + ": " + e.code().message());
  }
}

// Whether the folder holds, whole, the trainer's state. A damaged one goes.
bool holds_state(const fs::path& folder, const Trainer& trainer) {
  try {
    formats::NamedArrays there = load_values(open_checkpoint(folder), true), here = values_of(trainer.store(), false);
    for (auto& value : values_of(trainer.store(), true)) here.push_back(std::move(value));
    std::ranges::sort(there, {}, &formats::NamedArrays::value_type::first);
    std::ranges::sort(here, {}, &formats::NamedArrays::value_type::first);
    return there == here;
  } catch (const FormatError&) {
    return false;
  }
}

// Steps behind the trainer's are of another training, which a save must not mix with this one.
void expect_own_run(const fs::path& run, std::int64_t step) {
  for (const fs::path& folder : list_checkpoints(run)) {
    if (step_of(folder) <= step) continue;
    try {
      open_checkpoint(folder);
    } catch (const FormatError&) {
      continue;  // damaged: what a resume passed over
    }
    throw Error(folder.string() + ": a later step than the one to save, " + std::to_string(step) +
                "; expected the run that this training began or resumed");
  }
}

void drop_old(const fs::path& run, int keep) {
  const std::vector<fs::path> all = list_checkpoints(run);
  const std::size_t count = all.size() - std::min(all.size(), static_cast<std::size_t>(keep));
  for (std::size_t i = 0; i < count; ++i) {
    std::error_code ignored;  // what cannot be removed stays
    fs::remove_all(all[i], ignored);
  }
}

}  // namespace

namespace {

fs::path write_checkpoint(const fs::path& run, const Trainer& trainer, const SaveOptions& options) {
  const fs::path target = run / step_name(trainer.step());
  if (fs::exists(target) && holds_state(target, trainer)) return target;
  fs::create_directories(run);
  expect_own_run(run, trainer.step());
  remove_stale_temporaries(run);
  StagedFolder folder(target);
  const nn::Store& store = trainer.store();
  formats::write_safetensors(folder.path() / "model.safetensors", values_of(store, false));
  formats::write_safetensors(folder.path() / "optimizer.safetensors", values_of(store, true));

  Json manifest;
  manifest["format"] = kFormat;
  manifest["step"] = trainer.step();
  manifest["recipe"] = options.info.recipe;
  manifest["settings"] = options.info.settings;
  manifest["machine"] = describe_machine(trainer);
  if (trainer.dataset()) {
    const Shape input = trainer.dataset()->input_shape();
    manifest["class_names"] = options.info.class_names.empty() ? trainer.dataset()->class_names() : options.info.class_names;
    manifest["input"] = {{"dtype", name(input.dtype)}, {"dims", input.dims}};
    manifest["arguments"] = nn::model_paths(store);
    manifest["programs"] = Json::array();
    for (Dim batch : kProgramBatches) {
      Shape shape = input;
      shape.dims.insert(shape.dims.begin(), batch);
      const std::string file = "inference-" + std::to_string(batch) + ".mlir";
      write_file_atomically(folder.path() / file,
                            stablehlo::emit(nn::inference_function(store, trainer.model(), shape), {.module_name = "inference", .has_shardings = false}));
      manifest["programs"].push_back({{"file", file}, {"batch", batch}});
    }
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path())) files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const MappedFile mapped(file);
    manifest["files"][file.filename().string()] = {{"bytes", mapped.bytes().size()}, {"crc32c", crc32c(mapped.bytes())}};
  }
  // Folder names may be of any bytes; JSON is UTF-8.
  write_file_atomically(folder.path() / "manifest.json", manifest.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  fs::remove_all(target);
  folder.publish();
  if (options.keep > 0) drop_old(run, options.keep);
  return target;
}

}  // namespace

fs::path save_checkpoint(const fs::path& run, const Trainer& trainer, const SaveOptions& options) {
  return with_errors([&] { return write_checkpoint(run, trainer, options); });
}

Callback save_to(fs::path run, SaveOptions options) {
  return [run = std::move(run), options = std::move(options)](Trainer& trainer, const Progress&) {
    save_checkpoint(run, trainer, options);
  };
}

Callback log_to(fs::path run) {
  const auto is_first = std::make_shared<bool>(true);
  return [run = std::move(run), is_first](Trainer&, const Progress& p) {
    const fs::path file = run / "metrics.jsonl";
    if (std::exchange(*is_first, false)) {
      with_errors([&] { fs::create_directories(run); });
      std::string kept;
      if (fs::exists(file)) {
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);) {
          const Json parsed = Json::parse(line, nullptr, false);
          if (parsed.is_object() && parsed.value("step", p.step) < p.step) kept += line + "\n";
        }
      }
      write_file_atomically(file, kept);
    }
    Json line = {{"step", p.step}, {"epoch", p.epoch}, {"loss", p.loss}};
    for (const auto& [name, value] : p.metrics) line[name] = value;
    line["images_per_second"] = p.examples_per_second;
    std::ofstream out(file, std::ios::app);
    out << line.dump() << "\n" << std::flush;
    if (!out) throw Error(file.string() + ": cannot write; is the disk full?");
  };
}

Checkpoint open_checkpoint(const fs::path& folder) {
  const fs::path path = folder / "manifest.json";
  const std::string text = read_text(path, kMaxManifestBytes);
  Checkpoint c;
  c.path = folder;
  try {
    const Json manifest = Json::parse(text);
    if (manifest.at("format") != kFormat) {
      throw FormatError(path.string(), "format " + manifest.at("format").dump() + ", expected " + std::to_string(kFormat));
    }
    c.step = manifest.at("step");
    c.info.recipe = manifest.at("recipe");
    c.info.settings = manifest.at("settings").get<std::map<std::string, std::string>>();
    c.machine = manifest.at("machine").get<std::map<std::string, std::string>>();
    if (manifest.contains("input")) {
      c.info.class_names = manifest.at("class_names").get<std::vector<std::string>>();
      const auto dtype = dtype_from_name(manifest.at("input").at("dtype").get<std::string>());
      if (!dtype) throw FormatError(path.string(), "input: unknown dtype " + manifest.at("input").at("dtype").dump());
      c.input = {*dtype, manifest.at("input").at("dims").get<Dims>()};
      if (std::ranges::any_of(c.input.dims, [](Dim d) { return d < 0; })) throw FormatError(path.string(), "input: negative dimension");
      c.arguments = manifest.at("arguments").get<std::vector<std::string>>();
      for (const Json& p : manifest.at("programs")) {
        c.programs.push_back({p.at("file"), p.at("batch")});
        if (c.programs.back().batch < 1) throw FormatError(path.string(), "a program for a batch of " + p.at("batch").dump() + ", expected 1 or more");
      }
      std::ranges::sort(c.programs, {}, &SavedProgram::batch);
    }
    for (const auto& [name, file] : manifest.at("files").items()) {
      if (name.find('/') != std::string::npos || name.starts_with(".")) throw FormatError(path.string(), "file name " + quote(name) + " leaves the folder");
      const MappedFile mapped(folder / name);
      if (mapped.bytes().size() != file.at("bytes").get<std::uint64_t>()) {
        throw FormatError((folder / name).string(), std::to_string(mapped.bytes().size()) + " bytes, expected " + file.at("bytes").dump());
      }
      if (crc32c(mapped.bytes()) != file.at("crc32c").get<std::uint32_t>()) {
        throw FormatError((folder / name).string(), "the checksum differs from the manifest's: the file is damaged");
      }
    }
    for (const char* needed : {"model.safetensors", "optimizer.safetensors"}) {
      if (!manifest.at("files").contains(needed)) throw FormatError(path.string(), std::string("no ") + needed + " among its files");
    }
    for (const SavedProgram& p : c.programs) {
      if (!manifest.at("files").contains(p.file)) throw FormatError(path.string(), "no " + quote(p.file) + " among its files");
    }
  } catch (const Json::exception& e) {
    throw FormatError(path.string(), std::string("not a checkpoint's manifest: ") + e.what());
  }
  return c;
}

std::vector<fs::path> list_checkpoints(const fs::path& run) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(run, error)) {
    if (entry.is_directory() && step_of(entry.path()) >= 0) folders.push_back(entry.path());
  }
  std::ranges::sort(folders, {}, step_of);
  return folders;
}

Checkpoint latest_checkpoint(const fs::path& run, std::vector<std::string>& warnings) {
  if (!fs::is_directory(run)) throw FormatError(run.string(), "no such folder; expected a RUN that training made");
  std::vector<fs::path> folders = list_checkpoints(run);
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    try {
      return open_checkpoint(*folder);
    } catch (const FormatError& e) {
      warnings.push_back(std::string("passed over a damaged checkpoint: ") + e.what());
    }
  }
  std::string found;
  for (const std::string& warning : warnings) found += "\n  " + warning;
  throw FormatError(run.string(), "no whole checkpoint in it; expected step-N folders" + found);
}

std::vector<std::pair<std::string, Array>> load_values(const Checkpoint& checkpoint, bool with_optimizer) {
  auto values = formats::SafetensorsFile::open(checkpoint.path / "model.safetensors").all();
  if (with_optimizer) {
    const auto rest = formats::SafetensorsFile::open(checkpoint.path / "optimizer.safetensors").all();
    values.insert(values.end(), rest.begin(), rest.end());
  }
  return values;
}

std::vector<std::string> resume(Trainer& trainer, const fs::path& run, const Shape& input) {
  std::vector<std::string> warnings;
  const Checkpoint checkpoint = latest_checkpoint(run, warnings);
  trainer.prepare(input);
  trainer.restore(load_values(checkpoint, true));
  const std::map<std::string, std::string> here = describe_machine(trainer);
  for (const auto& [key, value] : checkpoint.machine) {
    const auto found = here.find(key);
    if (found != here.end() && found->second != value) {
      const bool is_choice = key == "seed" || key == "optimizer";  // the rest is the machine's
      warnings.push_back("the run was made with " + key + " " + value + ", here it is " + found->second +
                         (is_choice ? ": the weights will not be those of a run without a stop"
                                    : ": weights may differ in the last bits"));
    }
  }
  return warnings;
}

}  // namespace hilo::train
