#!/usr/bin/env bash
# Sourced by check-packages.sh, which defines sources().

# consume_trimmed FOLDER VERSION: publishes an application that holds nothing but the core, trimmed
# and self-contained; any trim warning is an error. Then runs it.
consume_trimmed() {
    local folder="$1" version="$2"
    local rid
    rid=$(dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1)
    mkdir -p "$folder"
    sources "$folder"

    cat >"$folder/Trimmed.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <RuntimeIdentifier>$rid</RuntimeIdentifier>
    <SelfContained>true</SelfContained>
    <PublishTrimmed>true</PublishTrimmed>
    <TrimmerSingleWarn>false</TrimmerSingleWarn>
    <InvariantGlobalization>true</InvariantGlobalization>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <WarningsNotAsErrors>NU1603;NU1900;NU1901;NU1902;NU1903;NU1904</WarningsNotAsErrors>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="DomainEvents" Version="$version" />
  </ItemGroup>
</Project>
XML

    cat >"$folder/Program.cs" <<'CSHARP'
using DomainEvents;

var bus = new InMemoryEventBus();
using var subscription = bus.Subscribe<OrderPlaced>((order, _) =>
{
    Console.WriteLine($"handled {order.OrderNumber}");
    return ValueTask.CompletedTask;
});
using var shipping = bus.Subscribe(new ShipOrder());

var result = await bus.PublishAsync(new OrderPlaced("A-17"));
result.ThrowIfFailed();
Console.WriteLine($"{result.HandlerCount} handlers");

public sealed record OrderPlaced(string OrderNumber) : DomainEvent;

public sealed class ShipOrder : IEventHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced domainEvent, CancellationToken cancellationToken)
    {
        Console.WriteLine($"shipped {domainEvent.OrderNumber}");
        return ValueTask.CompletedTask;
    }
}
CSHARP

    (cd "$folder" && dotnet publish -c Release -o published -v quiet -nologo)

    local output
    output=$("$folder/published/Trimmed" | tr -d '\r')
    if [ "$output" != "$(printf 'handled A-17\nshipped A-17\n2 handlers')" ]; then
        echo "The trimmed application printed:"
        echo "$output"
        return 1
    fi
    echo "$rid: no trim warning, and it runs ($(du -sh "$folder/published" | cut -f1))."
}
