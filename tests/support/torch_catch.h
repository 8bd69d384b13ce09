// LibTorch, then Catch2: in this order, so that CHECK is Catch2's.
//
// LibTorch's logging defines CHECK and its like as well; a test that used those
// would assert nothing.
#pragma once

#include <ATen/ATen.h>

#undef CHECK
#undef CHECK_EQ
#undef CHECK_NE
#undef CHECK_LT
#undef CHECK_LE
#undef CHECK_GT
#undef CHECK_GE
#undef CHECK_NOTNULL
#undef INFO
#undef WARN
#undef FAIL

#include "tests/support/catch.h"
