// The public library: what an experiment and the worker that runs it are made of
// (docs/guide/cpp.md). polysweep's own experiments use nothing else.
#pragma once

// An experiment, its spec, and main().
#include "framework/sweep/experiment.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/value.h"
#include "framework/worker/worker_main.h"

// Errors, files that survive a crash, reproducible random numbers.
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "framework/core/provenance.h"
#include "framework/core/random_stream.h"

// What checkpoints, data files and messages need.
#include "framework/core/bytes.h"
#include "framework/core/clock.h"
#include "framework/core/digest.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/value_reader.h"
#include "framework/worker/checkpoint_file.h"
