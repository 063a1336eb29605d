#pragma once

// Layers are plain values: a constructor that makes parameters in a Scope, and a call operator.
// There is no base class; a model that owns layers is just a struct. What has neither parameters
// nor a training behaviour is a function of ops.
#include "nn/attention.h"
#include "nn/conv.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "nn/norm.h"
#include "nn/recurrent.h"
