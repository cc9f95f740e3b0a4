using System.Text.Json;
using System.Text.Json.Serialization;
using static DomainEvents.Outbox.Tests.Serialization.Serializing;

namespace DomainEvents.Outbox.Tests.Serialization;

public sealed class RoundTripTests
{
    [Fact]
    public void An_event_comes_back_as_it_was_with_its_time_to_the_tick()
    {
        var serializer = Serializer();
        var sent = new ParcelSent("Bücher \"🦄\"\r\n\u2028", int.MinValue, double.Epsilon)
        {
            TenantId = "north",
            OccurredAt = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromMinutes(330)).AddTicks(1_234_567),
            Labels = { [""] = "", ["ключ"] = "🦄" },
            Shelf = 'ß',
            Nested = new Node(new Node(null)),
        };

        var read = serializer.RoundTrip(sent);

        read.Should().BeEquivalentTo(sent);
        (read.EventId, read.TenantId, read.OccurredAt, read.OccurredAt.Offset).Should().Be((sent.EventId, "north", sent.OccurredAt, TimeSpan.FromMinutes(330)));
    }

    [Fact]
    public void Id_and_tenant_are_not_part_of_the_payload_and_what_it_says_of_them_counts_for_nothing()
    {
        var serializer = Serializer();
        var changed = new OrderChanged(5) { TenantId = "north" };
        serializer.Json(changed).Should().NotContainAny("ventId", "enantId", "north", changed.EventId.ToString());

        var forged = serializer.Stored(changed) with { Payload = "{\"number\":5,\"eventId\":\"00000000-0000-0000-0000-000000000001\",\"tenantId\":\"south\"}"u8.ToArray() };
        var read = (OrderChanged)serializer.Read(forged);
        (read.EventId, read.TenantId).Should().Be((changed.EventId, "north"));
    }

    [Fact]
    public void An_event_without_the_base_class_comes_back_with_its_own_id()
    {
        var happened = new LegacyEvent { What = "fire", OccurredAt = DateTimeOffset.UnixEpoch.AddTicks(7) };
        Serializer().RoundTrip(happened).Should().BeEquivalentTo(happened);
    }

    [Fact]
    public void An_event_whose_id_cannot_be_set_teaches_how()
    {
        var serializer = Serializer();
        var stored = serializer.Stored(new ForgetfulEvent());
        serializer.Invoking(it => it.Read(stored)).Should().Throw<InvalidOperationException>().WithMessage("*legacy.forgetful*version 1*another id*EventId*init accessor*");
    }

    [Fact]
    public void The_runtime_type_decides_what_is_stored()
    {
        var serializer = Serializer();
        OrderChanged split = new OrderSplit(5, 2);

        var stored = serializer.Stored(split);

        stored.EventType.Should().Be("shop.order-split");
        serializer.Read(stored).Should().BeOfType<OrderSplit>().Which.Parts.Should().Be(2);
        serializer.RoundTrip(new OrderChanged(6)).Number.Should().Be(6);
    }

    [Fact]
    public void A_class_whose_constructor_asks_for_the_tenant_gets_it()
    {
        var read = Serializer().RoundTrip(new TenantMoved("north", "south"));
        (read.TenantId, read.To).Should().Be(("north", "south"));
    }

    [Fact]
    public void A_class_may_write_itself()
    {
        var serializer = Serializer();
        var counted = new Counted(42) { TenantId = "north" };
        serializer.Json(counted).Should().Be("42");
        var read = serializer.RoundTrip(counted);
        (read.Count, read.EventId, read.TenantId).Should().Be((42, counted.EventId, "north"));
    }

    [Fact]
    public void The_options_of_the_application_are_followed_and_left_as_they_are()
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper, Converters = { new Reversed(), new JsonStringEnumConverter() } };
        var serializer = Serializer(it => it.SerializerOptions = options);
        var sent = new ParcelSent("abc", 1, 2);

        serializer.Json(sent).Should().Contain("\"ADDRESS\":\"cba\"").And.Contain("OCCURRED_AT");
        serializer.RoundTrip(sent).Address.Should().Be("abc");
        serializer.Invoking(it => it.Json(sent with { Address = "a\0" })).Should().Throw<InvalidOperationException>("a converter of the application is checked, too");
        options.IsReadOnly.Should().BeFalse();
        options.Converters.Should().HaveCount(2);
    }

    [Fact]
    public void Generated_code_serializes_as_reflection_does()
    {
        var serializer = Serializer(options => options.SerializerOptions = ShopJson.Default.Options, typeof(ParcelSent), typeof(OrderChanged));
        var sent = new ParcelSent("abc", 1, 2) { TenantId = "north", Labels = { ["k"] = "v" } };

        serializer.RoundTrip(sent).Should().BeEquivalentTo(sent);
        serializer.Json(sent).Should().NotContainAny("EventId", "TenantId");
        serializer.Invoking(it => it.Json(sent with { Shelf = '\ud800' })).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_type_that_generated_code_does_not_know_shows_at_once() =>
        FluentActions.Invoking(() => Serializer(options => options.SerializerOptions = ShopJson.Default.Options, typeof(Anything)))
            .Should().Throw<NotSupportedException>().WithMessage("*Anything*");

    private sealed class Reversed : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } value ? new string([.. value.Reverse()]) : null;

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(new string([.. value.Reverse()]));
    }
}
