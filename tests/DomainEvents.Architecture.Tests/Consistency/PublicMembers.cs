using System.Reflection;
using System.Runtime.CompilerServices;
using DomainEvents.Architecture.Packages;

namespace DomainEvents.Architecture.Consistency;

/// <summary>What a package offers, without what the compiler adds to it.</summary>
internal static class PublicMembers
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<MethodInfo> Methods(Package package) => package.PublicTypes()
        .Where(type => !type.IsSubclassOf(typeof(Delegate)))
        .SelectMany(type => type.GetMethods(Declared))
        .Where(method => (method.IsPublic || method.IsFamily) && !method.IsSpecialName && !IsGenerated(method));

    public static IEnumerable<PropertyInfo> Properties(Package package) => package.PublicTypes()
        .SelectMany(type => type.GetProperties(Declared))
        .Where(property => property.Name != "EqualityContract"
            && property.GetAccessors(nonPublic: true).Any(accessor => accessor.IsPublic || accessor.IsFamily));

    public static IEnumerable<FieldInfo> Fields(Package package) => package.PublicTypes()
        .SelectMany(type => type.GetFields(Declared)).Where(field => field.IsPublic && !field.IsSpecialName);

    /// <summary>Those that somebody wrote: the one that a class has anyway cannot be documented.</summary>
    public static IEnumerable<ConstructorInfo> Constructors(Package package) => package.PublicTypes()
        .Where(type => !type.IsSubclassOf(typeof(Delegate)))
        .SelectMany(type => type.GetConstructors(Declared))
        .Where(constructor => (constructor.IsPublic || constructor.IsFamily) && constructor.GetParameters().Length > 0 && !IsGenerated(constructor));

    private static bool IsGenerated(MethodBase method) => method.IsDefined(typeof(CompilerGeneratedAttribute));
}
