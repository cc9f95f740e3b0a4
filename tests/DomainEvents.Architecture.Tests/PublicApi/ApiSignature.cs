using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DomainEvents.Architecture.PublicApi;

/// <summary>Prints one declaration: types with their bases, members with nullability and default values.</summary>
internal static class ApiSignature
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(byte)] = "byte",
    };

    public static bool IsDelegate(Type type) => type.IsSubclassOf(typeof(Delegate));

    public static string Of(Type type)
    {
        var name = DeclaredName(type);
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"public delegate {NameOf(invoke.ReturnParameter)} {name}({Parameters(invoke)}){Constraints(type)};";
        }

        var bases = Bases(type).ToArray();
        return $"public {Modifiers(type)} {name}{(bases.Length == 0 ? "" : " : " + string.Join(", ", bases))}{Constraints(type)}";
    }

    public static string Of(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } field =>
            $"{Access(field)} const {NameOf(field.FieldType)} {field.Name} = {Literal(field.GetRawConstantValue(), field.FieldType)};",
        FieldInfo field => $"{Access(field)} {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}"
            + $"{NameOf(Nullability.Create(field))} {field.Name};",
        ConstructorInfo constructor => $"{Access(constructor)} {BareName(constructor.DeclaringType!)}({Parameters(constructor)});",
        PropertyInfo property => Of(property),
        EventInfo raised => $"{Access(raised.AddMethod!)} {Modifiers(raised.AddMethod!)}event {NameOf(Nullability.Create(raised))} {raised.Name};",
        MethodInfo method => $"{Access(method)} {Modifiers(method)}{NameOf(method.ReturnParameter)} "
            + $"{DeclaredName(method)}({Parameters(method)}){Constraints(method)};",
        _ => throw new NotSupportedException(member.ToString()),
    };

    public static string NameOf(Type type) => NameOf(type, null);

    public static string Literal(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ when (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } enumeration =>
            string.Join(" | ", Enum.ToObject(enumeration, value).ToString()!.Split(", ").Select(name => $"{enumeration.Name}.{name}")),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Of(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(accessor => Access(accessor) != "private").ToArray();
        var widest = accessors.Any(accessor => accessor.IsPublic) ? "public" : "protected";
        var parts = accessors.OrderBy(accessor => accessor.ReturnType == typeof(void)).Select(accessor =>
            (Access(accessor) == widest ? "" : Access(accessor) + " ") + (accessor.ReturnType != typeof(void) ? "get;" : IsInit(accessor) ? "init;" : "set;"));
        return $"{widest} {Modifiers(accessors[0])}{NameOf(Nullability.Create(property))} {property.Name} {{ {string.Join(' ', parts)} }}";
    }

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Modifiers(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (type.GetMethod("<Clone>$") is null ? "class" : "record"),
    };

    private static string Modifiers(MethodInfo method) => method switch
    {
        { DeclaringType.IsInterface: true } => method.IsStatic ? "static " : method.IsAbstract ? "" : "virtual ",
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } when method.GetBaseDefinition() != method => "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetUnderlyingType(type) is var underlying && underlying != typeof(int) ? [NameOf(underlying)] : [];
        }

        var inherited = type.GetInterfaces().SelectMany(implemented => implemented.GetInterfaces())
            .Concat(type.BaseType?.GetInterfaces() ?? []);
        var interfaces = type.GetInterfaces().Except(inherited).Select(NameOf).Order(StringComparer.Ordinal);
        return type is { IsClass: true, BaseType: { } parent } && parent != typeof(object) ? interfaces.Prepend(NameOf(parent)) : interfaces;
    }

    private static string DeclaredName(Type type) =>
        BareName(type) + TypeParameters(type.GetGenericArguments());

    private static string DeclaredName(MethodInfo method) => method.Name + TypeParameters(method.GetGenericArguments());

    private static string BareName(Type type) => type.Name.Split('`')[0];

    private static string TypeParameters(Type[] parameters) => parameters.Length == 0 ? "" : $"<{string.Join(", ", parameters.Select(parameter =>
        string.Join(' ', [.. ApiAttributes.Of(parameter), Variance(parameter) + parameter.Name])))}>";

    private static string Variance(Type parameter) => (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
    {
        GenericParameterAttributes.Contravariant => "in ",
        GenericParameterAttributes.Covariant => "out ",
        _ => "",
    };

    private static string Constraints(MemberInfo generic)
    {
        var parameters = generic is Type type ? type.GetGenericArguments() : ((MethodInfo)generic).GetGenericArguments();
        return string.Concat(parameters.Select(parameter =>
        {
            var flags = parameter.GenericParameterAttributes;
            string?[] words =
            [
                flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : null,
                flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint) ? "struct" : null,
                IsNotNull(parameter, generic) ? "notnull" : null,
                .. parameter.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)).Select(NameOf),
                flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) ? "new()" : null,
            ];
            var constraints = words.OfType<string>().ToArray();
            return constraints.Length == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", constraints)}";
        }));
    }

    /// <summary>The compiler says notnull as "not nullable" (1), on the parameter or around it, and no other constraint.</summary>
    private static bool IsNotNull(Type parameter, MemberInfo generic) =>
        !parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)
        && parameter.GetGenericParameterConstraints().Length == 0
        && (NullableFlag(parameter, "NullableAttribute") ?? NullableFlag(generic, "NullableContextAttribute")
            ?? (generic.DeclaringType is { } around ? NullableFlag(around, "NullableContextAttribute") : null)) == 1;

    private static byte? NullableFlag(MemberInfo member, string attribute) =>
        member.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType.Name == attribute)?.ConstructorArguments[0].Value as byte?;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var prefix = parameter switch
        {
            { Position: 0 } when method.IsDefined(typeof(ExtensionAttribute)) => "this ",
            { IsOut: true } => "out ",
            { IsIn: true, ParameterType.IsByRef: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            _ => "",
        };
        var suffix = parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return string.Join(' ', [.. ApiAttributes.Of(parameter), $"{prefix}{NameOf(parameter)} {parameter.Name}{suffix}"]);
    }));

    private static string NameOf(ParameterInfo parameter) => NameOf(Nullability.Create(parameter));

    private static string NameOf(NullabilityInfo info) => NameOf(info.Type, info);

    private static string NameOf(Type type, NullabilityInfo? info)
    {
        if (type.IsByRef)
        {
            return NameOf(type.GetElementType()!, info);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return NameOf(underlying, null) + "?";
        }

        var mark = !type.IsValueType && info is { ReadState: NullabilityState.Nullable } or { WriteState: NullabilityState.Nullable } ? "?" : "";
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword + mark;
        }

        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!, info?.ElementType)}[]{mark}";
        }

        if (!type.IsGenericType)
        {
            return type.Name + mark;
        }

        var arguments = type.GetGenericArguments().Select((argument, i) =>
            NameOf(argument, info?.GenericTypeArguments is { } inner && i < inner.Length ? inner[i] : null));
        return $"{BareName(type)}<{string.Join(", ", arguments)}>{mark}";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "public" : method.IsFamily || method.IsFamilyOrAssembly ? "protected" : "private";

    private static string Access(FieldInfo field) => field.IsPublic ? "public" : "protected";
}
