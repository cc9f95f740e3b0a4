using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace DomainEvents.Tests;

/// <summary>Listens to the meter of the bus, for one event type, so that other tests do not mix in.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measurement> _all = [];
    private readonly string _eventType;

    public Measurements(string eventType, params string[] instruments)
    {
        _eventType = eventType;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "DomainEvents" && (instruments.Length == 0 || instruments.Contains(instrument.Name)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Measurement> Of(string instrument) => [.. _all.Where(measurement => measurement.Instrument.Name == instrument)];

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
        if (Equals(all.GetValueOrDefault("messaging.destination.name"), _eventType))
        {
            _all.Enqueue(new Measurement(instrument, value, all));
        }
    }

    internal sealed record Measurement(Instrument Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
