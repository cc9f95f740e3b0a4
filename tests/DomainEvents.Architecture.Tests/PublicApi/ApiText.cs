using System.Reflection;
using System.Runtime.CompilerServices;

namespace DomainEvents.Architecture.PublicApi;

/// <summary>Prints what an assembly offers, as C# that can be read and compared: sorted, one declaration a line.</summary>
internal static class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var namespaces = assembly.GetExportedTypes().Where(type => !type.IsNested)
            .GroupBy(type => type.Namespace!).OrderBy(group => group.Key, StringComparer.Ordinal);
        var paragraphs = namespaces.SelectMany(group => group.OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => string.Join('\n', Lines(type, "  "))).Prepend($"namespace {group.Key}"));
        return string.Join("\n\n", paragraphs) + "\n";
    }

    private static IEnumerable<string> Lines(Type type, string indent) =>
    [
        .. ApiAttributes.Of(type).Select(attribute => indent + attribute),
        indent + ApiSignature.Of(type),
        .. ApiSignature.IsDelegate(type) ? [] : Members(type).Select(member => $"{indent}    {member}"),
        .. type.GetNestedTypes().OrderBy(nested => nested.Name, StringComparer.Ordinal).SelectMany(nested => Lines(nested, indent + "    ")),
    ];

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");
        }

        return type.GetMembers(Declared)
            .Where(IsOffered)
            .OrderBy(Kind).ThenBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.ToString(), StringComparer.Ordinal)
            .Select(member => string.Join(' ', [.. ApiAttributes.Of(member), ApiSignature.Of(member)]));
    }

    private static int Kind(MemberInfo member) => member switch
    {
        FieldInfo => 0,
        ConstructorInfo => 1,
        PropertyInfo => 2,
        EventInfo => 3,
        _ => 4,
    };

    private static bool IsOffered(MemberInfo member) => member switch
    {
        FieldInfo field => IsOffered(field.Attributes & FieldAttributes.FieldAccessMask),
        PropertyInfo { Name: "EqualityContract" } => false,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(accessor => IsOffered((MemberInfo)accessor, special: true)),
        EventInfo { AddMethod: { } add } => IsOffered((MemberInfo)add, special: true),
        MethodBase method => IsOffered(method, special: false),
        _ => false,
    };

    private static bool IsOffered(MemberInfo member, bool special)
    {
        var method = (MethodBase)member;
        return IsOffered((FieldAttributes)(method.Attributes & MethodAttributes.MemberAccessMask))
            && (special || method is ConstructorInfo || !method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
            // What the compiler adds to a record is told by the word record, except for how it is taken apart.
            && (special || method.Name == "Deconstruct" || !method.IsDefined(typeof(CompilerGeneratedAttribute)));
    }

    // The access masks of fields and methods have the same values.
    private static bool IsOffered(FieldAttributes access) =>
        access is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;
}
