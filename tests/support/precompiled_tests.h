// Precompiled for the tests: Catch2 beside what all files read.
#pragma once

#include "cmake/precompiled.h"
#include "tests/support/catch.h"
