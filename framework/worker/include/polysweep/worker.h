// All of the public library: how to write an experiment in C++ and make a worker
// of it (docs/guide/cpp.md).
#pragma once

#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/provenance.h"
#include "framework/core/random_stream.h"
#include "framework/sweep/experiment.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/value.h"
#include "framework/worker/worker_main.h"
