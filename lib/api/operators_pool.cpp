#include "api/families.h"

namespace dlt::api {

Entries pool_operators() { return {}; }

}  // namespace dlt::api
