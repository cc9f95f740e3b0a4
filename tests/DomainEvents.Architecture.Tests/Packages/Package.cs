using System.Reflection;

namespace DomainEvents.Architecture.Packages;

/// <summary>What is allowed to a package. The table of the architecture, one entry a package.</summary>
/// <param name="Name">Of the package, its project and its assembly.</param>
/// <param name="Dependencies">The packages it may depend on, besides the framework.</param>
/// <param name="Namespaces">Where its public types may live.</param>
/// <param name="Exceptions">The exceptions that it defines.</param>
internal sealed record Package(string Name, string[] Dependencies, string[] Namespaces, string[] Exceptions)
{
    private const string MicrosoftExtensions = "Microsoft.Extensions.";
    private const string EntityFrameworkCore = "Microsoft.EntityFrameworkCore";
    private const string Sqlite = "Microsoft.Data.Sqlite.Core";

    public static Package[] All { get; } =
    [
        new("DomainEvents",
            Dependencies: [MicrosoftExtensions + "Logging.Abstractions"],
            Namespaces: ["DomainEvents"],
            Exceptions: ["EventPublishException"]),
        new("DomainEvents.Extensions.DependencyInjection",
            Dependencies:
            [
                "DomainEvents", MicrosoftExtensions + "DependencyInjection.Abstractions", MicrosoftExtensions + "Options",
                MicrosoftExtensions + "Hosting.Abstractions", MicrosoftExtensions + "Logging.Abstractions",
            ],
            Namespaces: ["DomainEvents.Transactions", "DomainEvents.Background", "Microsoft.Extensions.DependencyInjection"],
            Exceptions: []),
        new("DomainEvents.EntityFrameworkCore",
            Dependencies:
            [
                "DomainEvents", "DomainEvents.Extensions.DependencyInjection", MicrosoftExtensions + "DependencyInjection.Abstractions",
                EntityFrameworkCore, EntityFrameworkCore + ".Relational",
            ],
            Namespaces: ["DomainEvents.EntityFrameworkCore", EntityFrameworkCore, "Microsoft.Extensions.DependencyInjection"],
            Exceptions: []),
        new("DomainEvents.Outbox",
            Dependencies:
            [
                "DomainEvents", "DomainEvents.Extensions.DependencyInjection", MicrosoftExtensions + "DependencyInjection.Abstractions",
                MicrosoftExtensions + "Diagnostics.HealthChecks", MicrosoftExtensions + "Diagnostics.HealthChecks.Abstractions",
                MicrosoftExtensions + "Hosting.Abstractions", MicrosoftExtensions + "Logging.Abstractions", MicrosoftExtensions + "Options",
            ],
            Namespaces: ["DomainEvents.Outbox", "Microsoft.Extensions.DependencyInjection"],
            Exceptions: []),
        new("DomainEvents.PostgreSql",
            Dependencies:
            [
                "DomainEvents.Outbox", "DomainEvents.Extensions.DependencyInjection", MicrosoftExtensions + "DependencyInjection.Abstractions",
                MicrosoftExtensions + "Options", "Npgsql",
            ],
            Namespaces: ["Microsoft.Extensions.DependencyInjection"],
            Exceptions: []),
        new("DomainEvents.Sqlite",
            Dependencies:
            [
                "DomainEvents.Outbox", "DomainEvents.Extensions.DependencyInjection", MicrosoftExtensions + "DependencyInjection.Abstractions",
                MicrosoftExtensions + "Options", Sqlite, "SQLitePCLRaw.core",
            ],
            Namespaces: ["Microsoft.Extensions.DependencyInjection"],
            Exceptions: []),
    ];

    public static TheoryData<string> Names { get; } = [.. All.Select(package => package.Name)];

    public Assembly Assembly => Assembly.Load(Name);

    public string ProjectFile => $"src/{Name}/{Name}.csproj";

    public static Package Named(string name) => All.Single(package => package.Name == name);

    /// <summary>Which package brings an assembly: nearly always the one of its name.</summary>
    public static string Bringing(string assembly) => assembly == "Microsoft.Data.Sqlite" ? Sqlite : assembly;

    public IEnumerable<Type> PublicTypes() => Assembly.GetExportedTypes();

    public override string ToString() => Name;
}
