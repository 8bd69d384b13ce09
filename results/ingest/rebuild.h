// Makes the database of a store anew, from its journals alone.
#pragma once

#include <filesystem>

#include "framework/core/file_system.h"
#include "results/ingest/ingest.h"

namespace polysweep {

// Builds a new database beside the old one and puts it in its place in one
// step; until then the old one stays as it was. A damaged old file is kept as
// polysweep.db.damaged. Throws Error, with the old one in place, where another
// process uses the database, the file is another program's or of a newer
// polysweep, or there are no journals.
IngestReport rebuild(FileSystem& files, const std::filesystem::path& store);

}  // namespace polysweep
