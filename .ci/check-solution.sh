#!/usr/bin/env bash
# A project that nobody added to the solution is built and tested by nobody.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

in_folders=$(find src tests samples benchmarks -name '*.csproj' | LC_ALL=C sort)
in_solution=$(dotnet sln DomainEvents.sln list | tr -d '\r' | sed 's:\\:/:g' | grep '\.csproj$' | LC_ALL=C sort)

if [ "$in_folders" != "$in_solution" ]; then
    echo "Folders (-) and DomainEvents.sln (+) differ; add a project with: dotnet sln DomainEvents.sln add PATH --solution-folder FOLDER"
    diff -u <(echo "$in_folders") <(echo "$in_solution") || true
    exit 1
fi
