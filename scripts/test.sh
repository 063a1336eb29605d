#!/usr/bin/env bash
# Builds and runs the tests; the last line is `N passed, N failed`, the exit status 1 if any failed.
#   scripts/test.sh             include check, format, all tests, and the gradient checks in double
#   scripts/test.sh --sanitize  the fast tests under AddressSanitizer and UBSan (leaks too)
#   scripts/test.sh --threads   the fast tests under ThreadSanitizer
#   scripts/test.sh --tidy      clang-tidy on the files that differ from origin
#   scripts/test.sh --tidy-all  clang-tidy on every file
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

passed=0
failed=0

# check NAME COMMAND...: a step that counts as one test.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    say "FAILED: $name"
    failed=$((failed + 1))
  fi
}

# catch_cases OUTPUT: reads Catch's own summary, adds its test cases, and adds one failure if the
# program stopped without a summary or found nothing to run.
catch_cases() {
  local summary good bad
  summary=$(grep -E '^(All tests passed \(|test cases: |No tests ran)' "$1" | tail -n 1)
  case $summary in
    All*)
      good=$(sed -E 's/.* in ([0-9]+) test cases?\).*/\1/' <<<"$summary")
      bad=0
      ;;
    test*)
      good=$(sed -nE 's/.*\| *([0-9]+) passed.*/\1/p' <<<"$summary")
      bad=$(sed -nE 's/.*\| *([0-9]+) failed( *\||$).*/\1/p' <<<"$summary")
      ;;
    *) good=0 bad=1 ;;
  esac
  passed=$((passed + ${good:-0}))
  failed=$((failed + ${bad:-0}))
}

# run_catch PRESET ARGUMENT...: builds dlt_tests of that preset and runs it from the root.
run_catch() {
  local preset=$1 output status=0 before=$failed
  shift
  say "tests: $preset $*"
  if ! build_preset "$preset" dlt dlt_tests; then
    say "FAILED: the $preset build"
    failed=$((failed + 1))
    return
  fi
  output=build/$preset/dlt_tests.out
  "build/$preset/dlt_tests" "$@" 2>&1 | tee "$output" || status=$?
  catch_cases "$output"
  if ((status != 0 && failed == before)); then failed=$((failed + 1)); fi
}

check_format() {
  if ! command -v clang-format >/dev/null; then
    say "no clang-format here: format not checked"
    return
  fi
  local version
  version=$(clang-format --version | sed -E 's/.*version ([0-9]+).*/\1/')
  if [[ $version != 14 ]]; then
    say "clang-format $version formats differently from 14: format not checked"
    return
  fi
  check "clang-format (repair: git ls-files '*.h' '*.cpp' | xargs clang-format -i)" all_formatted
}

sources() { git ls-files -co --exclude-standard -- 'app/*.'{h,cpp} 'lib/*.'{h,cpp} 'tests/*.'{h,cpp}; }
all_formatted() { sources | xargs -r clang-format --dry-run -Werror; }

# The .cpp files that differ from where this branch left origin, and those beside changed headers.
changed_sources() {
  local base ref
  for ref in origin/HEAD origin/main origin/master; do
    if base=$(git merge-base HEAD "$ref" 2>/dev/null); then break; fi
  done
  if [[ -z ${base:-} ]]; then
    sources
    return
  fi
  { git diff --name-only --diff-filter=d "$base" && git ls-files -o --exclude-standard; } |
    sed -nE 's/^((app|lib|tests)\/.*)\.(h|cpp)$/\1.cpp/p' | sort -u
}

# Tidy has its own build folder, because clang cannot read g++'s precompiled headers.
tidy() {
  command -v clang-tidy >/dev/null || die "clang-tidy is not installed; run: scripts/packages.sh clang-tidy"
  cmake --preset dev -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >&2
  local file files=()
  while read -r file; do
    if [[ $file == *.cpp && -f $file ]]; then files+=("$file"); fi
  done
  say "clang-tidy: ${#files[@]} files"
  : >build/tidy/failures
  printf '%s\0' "${files[@]}" | xargs -0 -r -P "$(nproc)" -n 1 bash -c 'clang-tidy -p build/tidy \
    --quiet --extra-arg=-Wno-unknown-warning-option "$0" 2>/dev/null || echo "$0" >>build/tidy/failures'
  failed=$(wc -l <build/tidy/failures)
  passed=$((${#files[@]} - failed))
}

sanitized() {
  export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  export TSAN_OPTIONS=halt_on_error=1
  run_catch "$1" '~[.slow]~[cli-slow]'
}

scripts/packages.sh
case ${1:-} in
  '')
    check "includes point down" python3 scripts/check_includes.py
    check_format
    run_catch dev
    run_catch gradcheck '[gradcheck]'
    ;;
  --sanitize) sanitized asan ;;
  --threads) sanitized tsan ;;
  --tidy) tidy < <(changed_sources) ;;
  --tidy-all) tidy < <(sources) ;;
  *) die "unknown option '$1'; known: --sanitize --threads --tidy --tidy-all" ;;
esac

echo "$passed passed, $failed failed"
((failed == 0))
