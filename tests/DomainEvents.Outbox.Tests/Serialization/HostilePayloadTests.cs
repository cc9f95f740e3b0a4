using System.Text;
using DomainEvents.Outbox.Tests.Relay;
using DomainEvents.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using static DomainEvents.Outbox.Tests.Serialization.Serializing;

namespace DomainEvents.Outbox.Tests.Serialization;

/// <summary>What is stored is hostile until it is parsed.</summary>
public sealed class HostilePayloadTests
{
    private const string Type = "shop.parcel-sent";

    public static TheoryData<string, string> Bad => new()
    {
        { "truncated", """{"address":"10 Secret Str""" },
        { "no JSON", "Secret" },
        { "nothing", "" },
        { "null", "null" },
        { "an array", """["Secret"]""" },
        { "a name twice", """{"address":"Secret","weight":1,"volume":2,"address":"Other"}""" },
        { "a name twice inside", """{"address":"a","weight":1,"volume":2,"labels":{"k":"Secret","k":"b"}}""" },
        { "65 levels", $$"""{"address":"Secret","weight":1,"volume":2,"nested":{{Nested(64)}}}""" },
        { "a thousand levels where nobody looks", $$"""{"address":"Secret","weight":1,"volume":2,"unknown":{{Nested(1_000)}}}""" },
        { "a number out of range", """{"address":"Secret","weight":1,"volume":1e400}""" },
        { "a negative one", """{"address":"Secret","weight":1,"volume":-1.5E+400}""" },
        { "a long one", $$"""{"address":"Secret","weight":1,"volume":{{new string('9', 400)}}}""" },
        { "a number for an integer", """{"address":"Secret","weight":1e400,"volume":2}""" },
        { "bytes behind the end", """{"address":"Secret","weight":1,"volume":2}x""" },
        { "an event behind the end", """{"address":"Secret","weight":1,"volume":2}{}""" },
        { "a comment", """{"address":"Secret",/* */"weight":1,"volume":2}""" },
        { "a comma at the end", """{"address":"Secret","weight":1,"volume":2,}""" },
        { "a missing member", """{"address":"Secret","volume":2}""" },
        { "null where there is none", """{"address":null,"weight":1,"volume":2}""" },
        { "a text for a number", """{"address":"a","weight":"Secret","volume":2}""" },
        { "a text for a time", """{"address":"a","weight":1,"volume":2,"occurredAt":"Secret"}""" },
        { "U+0000", """{"address":"Secret\u0000","weight":1,"volume":2}""" },
        { "U+0000 in a key", """{"address":"a","weight":1,"volume":2,"labels":{"\u0000":"Secret"}}""" },
        { "U+0000 as a character", """{"address":"Secret","weight":1,"volume":2,"shelf":"\u0000"}""" },
        { "half a character", """{"address":"Secret\ud800","weight":1,"volume":2}""" },
        { "half a character as a character", """{"address":"Secret","weight":1,"volume":2,"shelf":"\ud800"}""" },
        { "a type of its own", """{"$type":"System.Diagnostics.Process, System","address":"Secret"}""" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_no_event_is_refused_with_type_and_version_and_without_its_content(string what, string json)
    {
        var message = Stored.Event(Type, json) with { Version = 3 };
        var error = Serializer().Invoking(it => it.Read(message)).Should().Throw<InvalidOperationException>(what).Which;

        error.Message.Should().Contain($"no {Type} of version 3");
        error.ToString().Should().NotContain("Secret");
    }

    [Fact]
    public void Invalid_UTF8_is_refused() =>
        Serializer().Invoking(it => it.Read(Stored.Event(Type, [.. "{\"address\":\"a"u8, 0xC3, 0x28, .. "\",\"weight\":1,\"volume\":2}"u8])))
            .Should().Throw<InvalidOperationException>().WithMessage($"*{Type}*");

    [Fact]
    public void What_is_longer_than_the_limit_is_refused_before_it_is_parsed()
    {
        var serializer = Serializer(options => options.MaxPayloadBytes = 100);
        var message = Stored.Event(Type, new byte[101]);
        serializer.Invoking(it => it.Read(message)).Should().Throw<InvalidOperationException>().WithMessage($"*{Type} of version 1*101 bytes*MaxPayloadBytes*100*");
    }

    [Fact]
    public void What_is_deep_but_not_too_deep_is_read()
    {
        var message = Stored.Event(Type, $$"""{"address":"a","weight":1,"volume":2,"nested":{{Nested(63)}}}""");
        Serializer().Read(message).Should().BeOfType<ParcelSent>();
    }

    [Fact]
    public void A_damaged_row_is_refused_with_type_version_and_what_is_wrong() =>
        Serializer().Invoking(it => it.Read(Stored.Event(Type, "{}"), "event_id is 'x'")).Should().Throw<InvalidOperationException>()
            .WithMessage($"*{Type} of version 1*event_id is 'x'*");

    [Fact]
    public async Task Each_bad_event_is_a_dead_letter_at_once_and_the_others_go_on()
    {
        await using var application = new OutboxApplication(events => events.AddEvent<ParcelSent>().AddHandler<Deliver>());
        application.Store.Add(Good("first"));
        foreach (var row in Bad)
        {
            application.Store.Add(Stored.Event(Type, (string)row[1]) with { Version = 3 });
        }

        application.Store.Add(Good("last"));
        await application.Relay.DrainAsync().Soon();

        application.Journal.Entries.Should().BeEquivalentTo("first", "last");
        application.Store.Deliveries.Should().HaveCount(Bad.Count).And.OnlyContain(delivery =>
            delivery.Row.State == DeliveryState.Dead && delivery.Row.Attempts == 1 && delivery.Handler == "deliver"
            && delivery.Row.Error!.Contains("no shop.parcel-sent of version 3") && !delivery.Row.Error.Contains("Secret"));
        application.Log.Entries.Should().OnlyContain(entry => !entry.Message.Contains("Secret"));
    }

    [Theory]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process, Version=10.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a")]
    [InlineData("DomainEvents.Outbox.Tests.Serialization.ParcelSent")]
    [InlineData("SHOP.PARCEL-SENT")]
    [InlineData("shop.parcel-sent ")]
    [InlineData("shop.parcel-sent\0")]
    [InlineData("' or 1=1 --")]
    [InlineData("{0}{Position}%n")]
    [InlineData(null)]
    public async Task A_stored_name_chooses_no_class(string? name)
    {
        await using var application = new OutboxApplication(events => events.AddEvent<ParcelSent>().AddHandler<Deliver>());
        application.Store.Add(Stored.Event(name ?? new string('x', 10_000), "{}"));
        application.Store.Add(Good("next"));

        await application.Relay.DrainAsync().Soon();

        application.Journal.Entries.Should().Equal("next");
        application.Store.Deliveries.Should().ContainSingle().Which.Row.State.Should().Be(DeliveryState.Parked);
        application.Log.WithId(3004).Should().ContainSingle().Which.Message.Length.Should().BeLessThan(500);
    }

    [Fact]
    public void However_a_payload_is_mutated_there_is_an_event_or_one_kind_of_error()
    {
        var serializer = Serializer();
        var good = serializer.Stored(new ParcelSent("10 Street", 1, 2.5) { Labels = { ["k"] = "v" }, Nested = new Node(new Node(null)) });
        var random = new Random(20_260_101);
        var read = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var mutated = good with { Payload = Mutate(good.Payload.ToArray(), random) };
            try
            {
                serializer.Read(mutated).EventId.Should().Be(good.EventId);
                read++;
            }
            catch (InvalidOperationException)
            {
                // The only kind there is.
            }
        }

        read.Should().BeInRange(10, 1_990, "some mutations do no harm, and most do");
    }

    private static byte[] Mutate(byte[] payload, Random random)
    {
        string[] pieces = ["\"", "{", "}", "[", ",", ":", "null", "1e999", "\\u0000", "\\ud83e", "\u00ff", "-", "true", "\"address\":1,"];
        var bytes = payload.ToList();
        for (var times = random.Next(1, 5); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 10), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(0, random.Next(bytes.Count)));
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
    }

    private static string Nested(int levels) =>
        string.Concat(Enumerable.Repeat("{\"inner\":", levels - 1)) + "{\"inner\":null}" + new string('}', levels - 1);

    private static OutboxMessage Good(string address) => Stored.Event(Type, $$"""{"address":"{{address}}","weight":1,"volume":2}""") with { Version = 3 };

    [EventHandler(Name = "deliver")]
    private sealed class Deliver(Journal journal) : IEventHandler<ParcelSent>
    {
        public ValueTask HandleAsync(ParcelSent domainEvent, CancellationToken cancellationToken)
        {
            journal.Write(domainEvent.Address);
            return default;
        }
    }
}
