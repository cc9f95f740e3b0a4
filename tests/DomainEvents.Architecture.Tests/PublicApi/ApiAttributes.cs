using System.Collections.ObjectModel;
using System.Reflection;

namespace DomainEvents.Architecture.PublicApi;

/// <summary>Prints the attributes that matter to a caller.</summary>
internal static class ApiAttributes
{
    private static readonly HashSet<string> Matter =
    [
        "AttributeUsageAttribute", "FlagsAttribute", "ObsoleteAttribute", "EditorBrowsableAttribute", "ExperimentalAttribute",
        "DynamicallyAccessedMembersAttribute", "RequiresUnreferencedCodeAttribute", "RequiresDynamicCodeAttribute",
        "NotNullWhenAttribute", "MaybeNullWhenAttribute", "MemberNotNullAttribute", "DoesNotReturnAttribute",
    ];

    public static IEnumerable<string> Of(MemberInfo member) => Print(member.GetCustomAttributesData());

    public static IEnumerable<string> Of(ParameterInfo parameter) => Print(parameter.GetCustomAttributesData());

    private static IEnumerable<string> Print(IEnumerable<CustomAttributeData> attributes) => attributes
        .Where(attribute => Matter.Contains(attribute.AttributeType.Name))
        .Select(Print)
        .Order(StringComparer.Ordinal);

    private static string Print(CustomAttributeData attribute)
    {
        string[] arguments =
        [
            .. attribute.ConstructorArguments.Select(Print),
            .. attribute.NamedArguments.OrderBy(named => named.MemberName, StringComparer.Ordinal)
                .Select(named => $"{named.MemberName} = {Print(named.TypedValue)}"),
        ];
        var name = attribute.AttributeType.Name[..^"Attribute".Length];
        return arguments.Length == 0 ? $"[{name}]" : $"[{name}({string.Join(", ", arguments)})]";
    }

    private static string Print(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        ReadOnlyCollection<CustomAttributeTypedArgument> several => $"[{string.Join(", ", several.Select(Print))}]",
        Type type => $"typeof({ApiSignature.NameOf(type)})",
        var value => ApiSignature.Literal(value, argument.ArgumentType),
    };
}
