#!/usr/bin/env bash
# Sourced by check-packages.sh, which defines sources().

# block_after MARKER FILE: the lines of the first fenced code block after the line that holds MARKER.
block_after() {
    awk -v marker="$1" '
        { sub(/\r$/, "") }
        !found && index($0, marker) { found = 1; next }
        found && !inside && /^```/ { inside = 1; next }
        inside && /^```/ { exit }
        inside { print }' "$2"
}

# consume_quick_start README FOLDER VERSION
consume_quick_start() {
    local readme="$1" folder="$2" version="$3"
    mkdir -p "$folder"
    sources "$folder"
    block_after '<!-- quick-start -->' "$readme" >"$folder/Program.cs"
    block_after '<!-- quick-start-output -->' "$readme" >"$folder/expected.txt"
    if ! [ -s "$folder/Program.cs" ] || ! [ -s "$folder/expected.txt" ]; then
        echo "README.md: no code block after <!-- quick-start -->, or none after <!-- quick-start-output -->."
        return 1
    fi

    # The packages README.md tells its reader to add, besides our own two and the container.
    local id references=""
    for id in $( { echo Microsoft.Extensions.DependencyInjection; sed -n 's/^ *dotnet add package \([A-Za-z0-9.]*\).*/\1/p' "$readme"; } | sort -u); do
        case "$id" in
            DomainEvents | DomainEvents.Extensions.DependencyInjection) ;;
            DomainEvents.*) references="$references<PackageReference Include=\"$id\" Version=\"$version\" />" ;;
            *) references="$references<PackageReference Include=\"$id\" Version=\"\$(Floor)\" />" ;;
        esac
    done

    cat >"$folder/QuickStart.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
    <RollForward>Major</RollForward>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <WarningsNotAsErrors>NU1603;NU1900;NU1901;NU1902;NU1903;NU1904</WarningsNotAsErrors>
    <Floor Condition="'\$(TargetFramework)' == 'net8.0'">8.0.0</Floor>
    <Floor Condition="'\$(TargetFramework)' != 'net8.0'">10.0.0</Floor>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="DomainEvents" Version="$version" />
    <PackageReference Include="DomainEvents.Extensions.DependencyInjection" Version="$version" />
    $references
  </ItemGroup>
</Project>
XML

    (cd "$folder" && dotnet build -c Release -v quiet -nologo)

    local framework
    for framework in net8.0 net10.0; do
        (cd "$folder" && dotnet "bin/Release/$framework/QuickStart.dll") | tr -d '\r' >"$folder/$framework.txt"
        if ! diff -u --label "README.md" --label "$framework" "$folder/expected.txt" "$folder/$framework.txt"; then
            echo "The quick start prints something else than README.md says, on $framework."
            return 1
        fi
        echo "$framework: prints what README.md says."
    done
}
