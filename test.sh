#!/usr/bin/env bash
# Restores, builds, starts the servers that real-server tests need, runs all tests, and stops what
# it started. The last line is "N passed, N failed, N skipped".
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: ./test.sh [options]

  --filter EXPR   run only the tests that match (the syntax of dotnet test --filter)
  --coverage      also measure line coverage and print it per package
  --soak          also run the long tests (sets DOMAIN_EVENTS_SOAK=1)
  --help          this text

Environment:
  DOMAIN_EVENTS_POSTGRES            connection string of a PostgreSQL to use; none is started then
  DOMAIN_EVENTS_REQUIRE_SERVERS=1   a server that is missing is a failure, not a reason to skip
TEXT
}

filter=""
coverage=0
while [ $# -gt 0 ]; do
    case "$1" in
        --filter)
            [ $# -ge 2 ] || { echo "test.sh: --filter needs an expression" >&2; exit 2; }
            filter="$2"
            shift 2
            ;;
        --filter=*) filter="${1#--filter=}"; shift ;;
        --coverage) coverage=1; shift ;;
        --soak) export DOMAIN_EVENTS_SOAK=1; shift ;;
        -h | --help) usage; exit 0 ;;
        *) echo "test.sh: unknown option '$1'" >&2; usage >&2; exit 2 ;;
    esac
done

cd "$(dirname "${BASH_SOURCE[0]}")"
root="$PWD"
results="$root/artifacts/test-results"

# shellcheck source=.ci/postgres.sh
. "$root/.ci/postgres.sh"
# shellcheck source=.ci/test-results.sh
. "$root/.ci/test-results.sh"

# Whatever happens: the servers go down, and the last line is the counts.
counts="0 passed, 1 failed, 0 skipped"
finish() {
    local status=$?
    postgres_stop
    echo "$counts"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

echo "== Restore and build"
dotnet restore DomainEvents.sln
dotnet build DomainEvents.sln -c Release --no-restore

echo
echo "== Servers"
if ! postgres_start; then
    if [ "${DOMAIN_EVENTS_REQUIRE_SERVERS:-}" = 1 ]; then
        echo "test.sh: PostgreSQL is required (DOMAIN_EVENTS_REQUIRE_SERVERS=1) and could not be started." >&2
        exit 1
    fi
    echo "PostgreSQL: not available, its tests skip."
fi

echo
echo "== Tests"
rm -rf "$results"
arguments=(DomainEvents.sln -c Release --no-build -m:1 --logger trx --results-directory "$results")
if [ -n "$filter" ]; then
    arguments+=(--filter "$filter")
fi
if [ "$coverage" = 1 ]; then
    arguments+=(--collect "XPlat Code Coverage" --settings "$root/tests/coverage.runsettings")
fi
run_status=0
dotnet test "${arguments[@]}" || run_status=$?

if [ "$coverage" = 1 ]; then
    echo
    echo "== Line coverage"
    print_coverage "$results" "$root/src"
fi

echo
count_results "$results"    # sets passed, failed, skipped
if [ "$run_status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "The run broke off before its tests could report (see above): counted as one failure."
    failed=1
elif [ $((passed + failed)) -eq 0 ]; then
    echo "No test was executed: counted as one failure."
    failed=1
fi

counts="$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
