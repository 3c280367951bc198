#pragma once
// What recipes of image classifiers share: for their sources.
#include "hilo/models/recipe.h"

namespace hilo::models {

/// Softmax cross-entropy, and accuracy.
Training classifier(nn::Model model, train::Optimizer optimizer);

/// Inputs with statistics that only fill their place: programs do not depend on them.
ImageInputs some_inputs(Shape input, Dim classes);

/// Whether a folder holds folders of pictures, a class each, and neither train/ nor test/.
bool holds_class_folders(const std::filesystem::path& dir);

}  // namespace hilo::models
