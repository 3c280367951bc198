#include "tools/live_model.h"

#include "hilo/core/error.h"
#include "tools/messages.h"

namespace hilo::tools {

LiveModel::LiveModel(pjrt::Client client, std::filesystem::path run) : client_(std::move(client)), run_(std::move(run)) {
  std::vector<std::string> warnings;
  model_ = train::SavedModel::open(client_, run_, &warnings);
  for (const std::string& warning : warnings) warn(warning);
}

void LiveModel::refresh() {
  const std::vector<std::filesystem::path> all = train::list_checkpoints(run_);
  if (all.empty() || all.back() == model_->checkpoint().path || all.back() == refused_) return;
  try {
    auto newer = train::SavedModel::open(client_, all.back());
    if (newer.checkpoint().step > model_->checkpoint().step) model_ = std::move(newer);
  } catch (const Error& error) {
    refused_ = all.back();
    warn(std::string("going on with step ") + std::to_string(model_->checkpoint().step) + ": " + error.what());
  }
}

}  // namespace hilo::tools
