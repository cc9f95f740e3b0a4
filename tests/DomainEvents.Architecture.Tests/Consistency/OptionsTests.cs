using System.Reflection;
using DomainEvents.Architecture.Packages;

namespace DomainEvents.Architecture.Consistency;

/// <summary>Nonsense is refused where it is set, with the name of the option, and not when it is used.</summary>
public sealed class OptionsTests
{
    /// <summary>Every value means something: orders run from the smallest to the largest integer.</summary>
    private static readonly string[] TakesAnything = ["SubscribeOptions.Order"];

    public static TheoryData<string> Packages => Package.Names;

    [Theory]
    [MemberData(nameof(Packages))]
    public void An_option_refuses_nonsense_and_keeps_its_value(string name)
    {
        foreach (var type in Options(name))
        {
            foreach (var property in Settable(type).Where(property => !TakesAnything.Contains($"{type.Name}.{property.Name}")))
            {
                foreach (var nonsense in Nonsense(property))
                {
                    var options = Activator.CreateInstance(type);
                    var before = property.GetValue(options);

                    var set = () => property.SetValue(options, nonsense, BindingFlags.DoNotWrapExceptions, null, null, null);

                    set.Should().Throw<ArgumentException>("{0}.{1} = {2} is nonsense", type.Name, property.Name, nonsense ?? "null")
                        .Where(exception => nonsense == null
                            ? exception is ArgumentNullException
                            : exception is ArgumentOutOfRangeException && exception.Message.Contains(property.Name, StringComparison.Ordinal));
                    property.GetValue(options).Should().Be(before);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void An_option_takes_its_own_default(string name)
    {
        foreach (var type in Options(name))
        {
            foreach (var property in Settable(type))
            {
                var options = Activator.CreateInstance(type);

                var set = () => property.SetValue(options, property.GetValue(options), BindingFlags.DoNotWrapExceptions, null, null, null);

                set.Should().NotThrow("{0}.{1} may be set to what it is anyway", type.Name, property.Name);
            }
        }
    }

    private static IEnumerable<Type> Options(string name) =>
        Package.Named(name).PublicTypes().Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetConstructor([]) is not null);

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties().Where(property => property.SetMethod is { IsPublic: true });

    private static IEnumerable<object?> Nonsense(PropertyInfo property)
    {
        var type = property.PropertyType;
        var value = Nullable.GetUnderlyingType(type) ?? type;
        if (value.IsEnum)
        {
            return [Enum.ToObject(value, -1), Enum.ToObject(value, 4711)];
        }

        if (value == typeof(int))
        {
            return [0, -1, int.MinValue];
        }

        if (value == typeof(TimeSpan))
        {
            return [TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.MinValue];
        }

        return !type.IsValueType && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.NotNull ? [null] : [];
    }
}
