#pragma once

namespace dlt::app {

// What this machine offers dlt, and what slows it down.
void doctor(bool json);

}  // namespace dlt::app
