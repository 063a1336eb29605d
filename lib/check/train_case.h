#pragma once

#include <string>
#include <vector>

#include "check/outcome.h"

namespace dlt::check {

// A Hugging Face folder to start from, recipe.json (in words), and expected.safetensors: tokens
// [steps, batch, time], losses and grad_norms [steps], final_wte, the token table at the end.
// The layout fixes the recipe: AdamW with betas 0.9 and 0.95, epsilon 1e-8, weight decay 0.1 on
// tensors of rank 2 and more; rate 3e-3, linear warm-up of 5 steps, then a cosine to 0 at the last
// step, as PyTorch's LambdaLR counts; gradients clipped to norm 1, grad_norms are those before
// clipping; step i trains on tokens[i], position t predicts t + 1 within the row.
std::vector<Outcome> replay_training(const std::string& dir);

}  // namespace dlt::check
