// ReportFindings as the database stores them: a JSON object with the members that say
// something, "" where none does.
#pragma once

#include <string>
#include <string_view>

#include "framework/journal/event.h"

namespace polysweep {

std::string findings_json(const ReportFindings& findings);
// Throws Error for anything that findings_json() does not write.
ReportFindings findings_of(std::string_view json);

}  // namespace polysweep
