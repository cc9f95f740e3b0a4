using System.Reflection;
using DomainEvents.Architecture.Packages;

namespace DomainEvents.Architecture.Consistency;

/// <summary>Rules that hold for the whole public API.</summary>
public sealed class ApiConsistencyTests
{
    /// <summary>Users implement these and are always given a token; a default would only hide that one was forgotten.</summary>
    private static readonly string[] TokenIsMandatory = ["IEventHandler`1.HandleAsync", "IEventMiddleware.InvokeAsync"];

    public static TheoryData<string> Packages => Package.Names;

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_method_is_named_Async_if_and_only_if_it_returns_a_task(string name)
    {
        foreach (var method in PublicMembers.Methods(Package.Named(name)))
        {
            method.Name.EndsWith("Async", StringComparison.Ordinal).Should().Be(IsAwaitable(method.ReturnType), "of the return type of {0}", NameOf(method));
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void An_asynchronous_method_takes_a_cancellation_token_last_and_lets_callers_omit_it(string name)
    {
        foreach (var method in PublicMembers.Methods(Package.Named(name)).Where(method => IsAwaitable(method.ReturnType) && method.Name != "DisposeAsync"))
        {
            var last = method.GetParameters().LastOrDefault();

            last?.ParameterType.Should().Be<CancellationToken>("it is the last parameter of {0}", NameOf(method));
            last.Should().NotBeNull("{0} can be cancelled", NameOf(method));
            last!.Name.Should().Be("cancellationToken", "that is its name in {0}, too", NameOf(method));
            last.HasDefaultValue.Should().Be(!TokenIsMandatory.Contains(NameOf(method)), "of {0}", NameOf(method));
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_public_type_lives_in_a_documented_namespace(string name)
    {
        var package = Package.Named(name);

        package.PublicTypes().Where(type => !package.Namespaces.Contains(type.Namespace)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Everything_public_has_documentation(string name)
    {
        var package = Package.Named(name);
        var docs = new XmlDocs(package.Assembly);
        MemberInfo[] members =
        [
            .. package.PublicTypes(), .. PublicMembers.Fields(package), .. PublicMembers.Constructors(package), .. PublicMembers.Properties(package),
            .. PublicMembers.Methods(package).Where(method => !IsOverrideOfObject(method)),
        ];

        members.Where(member => !docs.Has(member) && !(member is PropertyInfo property && docs.HasParameter(property)) && !IsPrimary(member, docs))
            .Select(XmlDocs.IdOf).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Documented_exceptions_are_of_the_framework_or_of_this_family(string name)
    {
        var ours = Package.All.SelectMany(package => package.Exceptions.Select(exception => $"T:{package.Namespaces[0]}.{exception}")).ToArray();
        var documented = new XmlDocs(Package.Named(name).Assembly).Members
            .SelectMany(member => member.Elements("exception")).Select(exception => exception.Attribute("cref")?.Value);

        documented.Where(exception => exception?.StartsWith("T:System.", StringComparison.Ordinal) != true && !ours.Contains(exception))
            .Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_defines_the_exceptions_that_are_planned_and_no_others(string name)
    {
        var package = Package.Named(name);

        package.PublicTypes().Where(type => type.IsSubclassOf(typeof(Exception))).Select(type => type.Name)
            .Should().BeEquivalentTo(package.Exceptions);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_class_is_sealed_or_meant_as_a_base(string name) =>
        Package.Named(name).PublicTypes().Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false }).Should().BeEmpty();

    private static bool IsAwaitable(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && new[] { typeof(Task<>), typeof(ValueTask<>), typeof(IAsyncEnumerable<>) }.Contains(type.GetGenericTypeDefinition()));

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static bool IsOverrideOfObject(MethodInfo method) => method.GetBaseDefinition().DeclaringType == typeof(object);

    /// <summary>A primary constructor is documented by the parameters of its type.</summary>
    private static bool IsPrimary(MemberInfo member, XmlDocs docs) =>
        member is ConstructorInfo constructor && docs.HasParameters(constructor.DeclaringType!, constructor.GetParameters());
}
