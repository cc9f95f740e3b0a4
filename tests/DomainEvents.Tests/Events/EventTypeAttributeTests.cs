using System.Reflection;

namespace DomainEvents.Tests;

public sealed class EventTypeAttributeTests
{
    [Fact]
    public void The_version_starts_at_one()
    {
        var attribute = new EventTypeAttribute("shop.order-placed");

        attribute.Name.Should().Be("shop.order-placed");
        attribute.Version.Should().Be(1);
        new EventTypeAttribute("x") { Version = 7 }.Version.Should().Be(7);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void A_name_is_required(string? name) =>
        FluentActions.Invoking(() => new EventTypeAttribute(name!)).Should().Throw<ArgumentException>()
            .WithMessage("*needs a name, for instance*").WithParameterName(nameof(name));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_version_below_one_is_refused(int version) =>
        FluentActions.Invoking(() => new EventTypeAttribute("x") { Version = version })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*starts at 1*");

    [Theory]
    [InlineData(typeof(EventTypeAttribute))]
    [InlineData(typeof(EventHandlerAttribute))]
    public void A_derived_class_does_not_inherit_the_name_of_its_base(Type attribute)
    {
        var usage = attribute.GetCustomAttribute<AttributeUsageAttribute>()!;

        usage.ValidOn.Should().Be(AttributeTargets.Class);
        usage.Inherited.Should().BeFalse();
        usage.AllowMultiple.Should().BeFalse();
    }

    [Fact]
    public void The_name_of_an_event_is_its_attribute_or_its_full_name()
    {
        EventTypeName.Of(typeof(OrderShipped)).Should().Be("shop.order-shipped");
        EventTypeName.Of(typeof(OrderPlaced)).Should().Be("DomainEvents.Tests.OrderPlaced");
        EventTypeName.Of(typeof(Wrapped<OrderPlaced>)).Should().NotContain("Version=");
    }

    private sealed record Wrapped<T> : DomainEvent;
}
