using System.Text.Json;
using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.Transactions;
using Microsoft.Extensions.DependencyInjection;
using static DomainEvents.Outbox.Tests.Serialization.Serializing;

namespace DomainEvents.Outbox.Tests.Serialization;

/// <summary>What could not be read again is refused when it is published, and not when it is too late.</summary>
public sealed class RefusedWritesTests
{
    private static readonly ParcelSent Sent = new("10 Secret Street", 1, 2);

    public static TheoryData<string, IDomainEvent> Bad => new()
    {
        { "U+0000 in a value", Sent with { Address = "a\0b" } },
        { "U+0000 in a key", Sent with { Labels = new() { ["a\0"] = "" } } },
        { "U+0000 as a character", Sent with { Shelf = '\0' } },
        { "U+0000 in an object", new Anything("\0") },
        { "U+0000 in the tenant", Sent with { TenantId = "\0" } },
        { "half a character in a value", Sent with { Address = "a\ud800b" } },
        { "the other half", Sent with { Address = "\udc00" } },
        { "halves in the wrong order", Sent with { Address = "\udc00\ud800" } },
        { "half a character in a key", Sent with { Labels = new() { ["\ud83e"] = "" } } },
        { "half a character in a value of a dictionary", Sent with { Labels = new() { ["k"] = "\ud83e" } } },
        { "half a character as a character", Sent with { Shelf = '\ud800' } },
        { "half a character in the tenant", Sent with { TenantId = "\ud800" } },
        { "half a character in an object", new Anything(new[] { "\ud800" }) },
        { "infinity", Sent with { Volume = double.PositiveInfinity } },
        { "no number", Sent with { Volume = double.NaN } },
        { "a number that nobody can read", new Anything(JsonDocument.Parse("1e400").RootElement) },
        { "65 levels", Sent with { Nested = Nest(65) } },
        { "a getter that throws", new Broken() },
        { "what cannot be JSON", new Anything(typeof(string)) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_no_JSON_is_refused_with_the_name_and_the_id_of_the_event(string what, IDomainEvent domainEvent)
    {
        var serializer = Serializer();
        var type = serializer.TypeOf(domainEvent);

        var error = serializer.Invoking(it => it.Write(domainEvent, type)).Should().Throw<InvalidOperationException>(what).Which;

        error.Message.Should().Contain(type.Name).And.Contain(domainEvent.GetType().FullName).And.Contain($"{domainEvent.EventId}").And.Contain("cannot be stored");
        error.Message.Should().NotContain("Secret");
    }

    [Fact]
    public void What_only_looks_odd_is_stored()
    {
        var serializer = Serializer();
        var odd = Sent with { Address = "\u0001\uffff\ufffd🦄\\u0000 1e400 \\ud800", Volume = 1e308, Nested = Nest(60) };
        serializer.Json(serializer.RoundTrip(odd)).Should().Be(serializer.Json(odd));
        serializer.RoundTrip(new Anything(new string('1', 400) + "e999")).Value!.ToString().Should().HaveLength(404);
    }

    [Fact]
    public void An_event_may_be_as_long_as_the_limit_and_no_longer()
    {
        var length = Serializer().Json(Sent).Length;
        Serializer(options => options.MaxPayloadBytes = length).RoundTrip(Sent).Should().BeEquivalentTo(Sent);

        var tooShort = Serializer(options => options.MaxPayloadBytes = length - 1);
        tooShort.Invoking(it => it.Json(Sent)).Should().Throw<InvalidOperationException>()
            .WithMessage($"*shop.parcel-sent*{Sent.EventId}*{length} bytes*OutboxOptions.MaxPayloadBytes*{length - 1}*");
    }

    [Fact]
    public async Task An_event_that_is_not_registered_is_refused_where_it_is_published()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>());
        await using var transaction = application.Dispatcher.Begin();

        var enqueue = () => transaction.Enqueue(new NeverRegistered());
        enqueue.Should().Throw<InvalidOperationException>().WithMessage($"*{typeof(NeverRegistered).FullName}*AddEvent<NeverRegistered>()*");
        (await application.Awaiting(it => it.Dispatcher.PublishAsync(new NeverRegistered()).AsTask()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("*AddEvent<NeverRegistered>()*");

        transaction.Enqueue(new OrderPlaced("Emma"));
        await transaction.CommitAsync();
        application.Store.Written.Should().ContainSingle("the transaction goes on");
    }

    [Fact]
    public async Task A_bad_event_stops_its_commit_and_nothing_of_it_is_stored()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<OrderPlaced>().AddHandler<SendMail>());
        await using var transaction = application.Dispatcher.Begin();
        transaction.Enqueue(new OrderPlaced("Emma"));
        transaction.Enqueue(new OrderPlaced("\ud800"));

        (await transaction.Awaiting(it => it.CommitAsync().AsTask()).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*shop.order-placed*");

        application.Store.Written.Should().BeEmpty();
    }

    private static Node Nest(int levels) => levels == 1 ? new Node(null) : new Node(Nest(levels - 1));
}
