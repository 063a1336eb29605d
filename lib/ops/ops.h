#pragma once

// Differentiable functions. Each one checks shapes, calls a kernel, and records how to go back.
#include "ops/attention.h"
#include "ops/boxes.h"
#include "ops/conv.h"
#include "ops/elementwise.h"
#include "ops/linear_attention.h"
#include "ops/loss.h"
#include "ops/matmul.h"
#include "ops/norm.h"
#include "ops/pool.h"
#include "ops/recurrent.h"
#include "ops/reduce.h"
#include "ops/shape.h"
