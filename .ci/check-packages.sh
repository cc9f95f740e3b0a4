#!/usr/bin/env bash
# Packs every package under src and uses them the way a stranger would: from a folder outside of
# the repository, with the README's own quick start, on each target framework, and trimmed.
#
#   .ci/check-packages.sh [WORK-FOLDER]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
root="$PWD"

if [ $# -gt 0 ]; then
    work="$1"
else
    work=$(mktemp -d)
fi

# A version nobody has seen, so that no cache can answer with an older build.
prefix=$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' Directory.Build.props)
version="$prefix-ci.$(date +%s)"
global_packages=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: *//')

clean_up() {
    rm -rf "${global_packages%/}"/domainevents*/"$version" artifacts/obj/*/*/*."$version"*.nuspec
    rmdir "${global_packages%/}"/domainevents* 2>/dev/null || true
    if [ $# -gt 0 ]; then
        rm -rf "$1"
    fi
}
if [ $# -gt 0 ]; then
    trap 'clean_up' EXIT
else
    trap 'clean_up "$work"' EXIT
fi

echo "== Pack $version"
packages="$work/packages"
mkdir -p "$packages"
for project in src/*/*.csproj; do
    # PackageVersion, not Version: the assemblies that were tested are the ones that are packed.
    dotnet pack "$project" -c Release -o "$packages" -p:PackageVersion="$version" -v quiet -nologo
done
ls "$packages"

# A nuget.config beside a project adds to the sources that are set up already.
sources() {
    cat >"$1/nuget.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <packageSources>
    <add key="packed-here" value="$packages" />
  </packageSources>
</configuration>
XML
}

echo
echo "== Quick start of README.md, on net8.0 and net10.0"
. "$root/.ci/consumer-quick-start.sh"
consume_quick_start "$root/README.md" "$work/quick-start" "$version"

echo
echo "== Dependencies between the packages are exact, and no path of this machine is in them"
for nuspec in artifacts/obj/*/*/*."$version".nuspec; do
    id=$(basename "$nuspec" ".$version.nuspec")
    if grep '<dependency id="DomainEvents' "$nuspec" | grep -vF "version=\"[$version]\""; then
        echo "$id: depends on another package of the family without an exact version."
        exit 1
    fi
    if grep -F "$root" "$nuspec" | grep -v '<file '; then
        echo "$id: its nuspec holds a path of this machine."
        exit 1
    fi
    echo "$id: ok"
done

echo
echo "== Trimmed, the core alone"
. "$root/.ci/consumer-trimmed.sh"
consume_trimmed "$work/trimmed" "$version"
