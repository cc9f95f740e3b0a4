using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Writing;

/// <summary>What goes with an event and is not part of it: the trace that it was made in, and what led to it.</summary>
/// <param name="TraceParent">W3C Trace Context, section 3.2.</param>
/// <param name="TraceState">W3C Trace Context, section 3.3.</param>
/// <param name="CorrelationId">The event that began the chain of events.</param>
/// <param name="CausationId">The event whose handler has caused this one.</param>
internal sealed record EventMetadata(
    [property: JsonPropertyName("traceparent")] string? TraceParent,
    [property: JsonPropertyName("tracestate")] string? TraceState,
    [property: JsonPropertyName("correlationid")] Guid? CorrelationId,
    [property: JsonPropertyName("causationid")] Guid? CausationId)
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>That of the flow of the caller, as it is stored; <see langword="null"/> if there is none.</summary>
    public static string? Current()
    {
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity : null;
        var cause = HandledEvent.Current;
        return trace is null && cause is null ? null : JsonSerializer.Serialize(
            new EventMetadata(trace?.Id, trace?.TraceStateString, cause?.CorrelationId, cause?.EventId), Options);
    }

    /// <summary>Reads it again. What is none disturbs nobody: an event does without.</summary>
    public static EventMetadata? Parse(string? stored)
    {
        if (stored is null)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<EventMetadata>(stored, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
