#include "api/families.h"

namespace dlt::api {

Entries box_operators() { return {}; }

}  // namespace dlt::api
