using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Xml.Linq;

namespace DomainEvents.Architecture.Packages;

/// <summary>Who may know whom, checked on what was built and on what the packages will declare.</summary>
public sealed class DependencyTests
{
    private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    public static TheoryData<string> Packages => Package.Names;

    [Fact]
    public void Every_project_in_src_has_its_rules()
    {
        var projects = Repository.Files("src", "*.csproj").Select(Path.GetFileNameWithoutExtension);

        projects.Should().BeEquivalentTo(
            Package.All.Select(package => package.Name), "each package has an entry in tests/DomainEvents.Architecture.Tests/Packages/Package.cs");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_built_assembly_references_only_the_framework_and_what_its_package_may_depend_on(string name)
    {
        var package = Package.Named(name);

        foreach (var assembly in BuiltAssemblies(package))
        {
            References(assembly).Where(reference => !IsFramework(reference)).Except(package.Dependencies)
                .Should().BeEmpty("{0} may reference only {1}", assembly, string.Join(", ", package.Dependencies));
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_built_assembly_references_only_what_its_project_declares(string name)
    {
        foreach (var assembly in BuiltAssemblies(Package.Named(name)))
        {
            References(assembly).Where(reference => !IsFramework(reference)).Except(DeclaredByFamily(name))
                .Should().BeEmpty("{0} must not rely on what another package happens to bring", assembly);
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_project_declares_only_what_its_package_may_depend_on(string name) =>
        Declared(name).Except(Package.Named(name).Dependencies).Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_will_declare_the_same_dependencies_as_its_project_for_every_target(string name)
    {
        var path = Repository.PathOf("artifacts", "obj", name, "project.assets.json");
        using var assets = JsonDocument.Parse(File.ReadAllText(path));
        var project = assets.RootElement.GetProperty("project");

        foreach (var framework in project.GetProperty("frameworks").EnumerateObject())
        {
            // What pack writes into the nuspec: direct references that are not private.
            var packages = framework.Value.GetProperty("dependencies").EnumerateObject()
                .Where(dependency => !dependency.Value.TryGetProperty("suppressParent", out var hidden) || hidden.GetString() != "All")
                .Select(dependency => dependency.Name);
            var projects = project.GetProperty("restore").GetProperty("frameworks").GetProperty(framework.Name)
                .GetProperty("projectReferences").EnumerateObject()
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Name));

            packages.Concat(projects).Should().BeEquivalentTo(Declared(name), "that is what {0} declares ({1})", name, framework.Name);
        }
    }

    [Fact]
    public void The_core_knows_neither_databases_nor_transactions()
    {
        foreach (var assembly in BuiltAssemblies(Package.Named("DomainEvents")))
        {
            References(assembly).Should().NotContain(reference =>
                reference.StartsWith("System.Data", StringComparison.Ordinal) || reference.StartsWith("System.Transactions", StringComparison.Ordinal));
        }
    }

    private static string[] BuiltAssemblies(Package package)
    {
        // One folder for each target framework, or a single one.
        var folders = Directory.GetDirectories(Repository.PathOf("artifacts", "bin", package.Name), $"{Repository.Configuration}*");
        folders.Should().NotBeEmpty("{0} was built", package);
        return [.. folders.Select(folder => Path.Combine(folder, package.Name + ".dll")).Where(File.Exists)];
    }

    private static string[] References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => Package.Bringing(metadata.GetString(metadata.GetAssemblyReference(handle).Name)))];
    }

    private static bool IsFramework(string reference) => File.Exists(Path.Combine(FrameworkFolder, reference + ".dll"));

    private static string[] Declared(string name)
    {
        var project = XDocument.Load(Repository.PathOf("src", name, name + ".csproj"));
        return
        [
            .. project.Descendants("PackageReference").Where(reference => reference.Attribute("PrivateAssets")?.Value != "all")
                .Select(reference => reference.Attribute("Include")!.Value),
            .. project.Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)),
        ];
    }

    /// <summary>Its own declarations, and those of our packages that it depends on, which come in the same version.</summary>
    private static IEnumerable<string> DeclaredByFamily(string name) =>
        Declared(name).SelectMany(dependency =>
            Package.All.Any(package => package.Name == dependency) ? [dependency, .. DeclaredByFamily(dependency)] : new[] { dependency });
}
