namespace DomainEvents;

/// <summary>The full name of a type without the versions of assemblies, which generic full names carry.</summary>
internal static class TypeNames
{
    public static string FullName(Type type) => (type.IsGenericType ? null : type.FullName) ?? type.ToString();
}
