using System.Reflection;
using System.Xml.Linq;

namespace DomainEvents.Architecture.Consistency;

/// <summary>The documentation file of an assembly, and the ids that the compiler gives to members in it.</summary>
internal sealed class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocs(Assembly assembly) => _members = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    public IEnumerable<XElement> Members => _members.Values;

    public bool Has(MemberInfo member) =>
        _members.TryGetValue(IdOf(member), out var docs) && docs.Elements().Any(element => element.Name.LocalName is "summary" or "inheritdoc");

    /// <summary>A property that a record makes of a parameter is documented by the parameter.</summary>
    public bool HasParameter(PropertyInfo property) =>
        _members.TryGetValue(IdOf(property.DeclaringType!), out var docs)
        && docs.Elements("param").Any(parameter => parameter.Attribute("name")?.Value == property.Name);

    public bool HasParameters(Type type, ParameterInfo[] parameters) =>
        _members.TryGetValue(IdOf(type), out var docs)
        && parameters.All(parameter => docs.Elements("param").Any(param => param.Attribute("name")?.Value == parameter.Name));

    /// <summary>C# language specification, annex D.4.2.</summary>
    public static string IdOf(MemberInfo member) => member switch
    {
        Type type => "T:" + NameOf(type),
        FieldInfo field => $"F:{NameOf(field.DeclaringType!)}.{field.Name}",
        PropertyInfo property => $"P:{NameOf(property.DeclaringType!)}.{property.Name}",
        EventInfo raised => $"E:{NameOf(raised.DeclaringType!)}.{raised.Name}",
        ConstructorInfo constructor => $"M:{NameOf(constructor.DeclaringType!)}.#ctor{Parameters(constructor)}",
        MethodInfo method => $"M:{NameOf(method.DeclaringType!)}.{method.Name}"
            + (method.IsGenericMethod ? "``" + method.GetGenericArguments().Length : "") + Parameters(method),
        _ => throw new NotSupportedException(member.ToString()),
    };

    private static string NameOf(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string Parameters(MethodBase method)
    {
        var parameters = method.GetParameters();
        return parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Reference(parameter.ParameterType)))})";
    }

    private static string Reference(Type type) => type switch
    {
        { IsByRef: true } => Reference(type.GetElementType()!) + "@",
        { IsArray: true } => Reference(type.GetElementType()!) + "[]",
        { IsGenericMethodParameter: true } => "``" + type.GenericParameterPosition,
        { IsGenericTypeParameter: true } => "`" + type.GenericParameterPosition,
        { IsGenericType: true } => $"{NameOf(type)[..NameOf(type).LastIndexOf('`')]}{{{string.Join(',', type.GetGenericArguments().Select(Reference))}}}",
        _ => NameOf(type),
    };
}
