using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace DomainEvents.Outbox.Tests.Diagnostics;

/// <summary>Listens to the instruments of the outbox.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measurement> _all = [];

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "DomainEvents" && instrument.Name.StartsWith("domain_events.outbox.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Runs for each measurement, and may throw, as a broken listener would.</summary>
    public Action? OnMeasurement { get; set; }

    public IReadOnlyList<Measurement> Of(string instrument) =>
        [.. _all.Where(measurement => measurement.Instrument.Name == $"domain_events.outbox.{instrument}")];

    public double Sum(string instrument, string? outcome = null) =>
        Of(instrument).Where(measurement => outcome is null || Equals(measurement.Tags.GetValueOrDefault("domain_events.outcome"), outcome)).Sum(measurement => measurement.Value);

    /// <summary>What the gauges show now.</summary>
    public IReadOnlyDictionary<string, double> Gauges()
    {
        _all.Clear();
        _listener.RecordObservableInstruments();
        return _all.Where(measurement => measurement.Instrument.IsObservable).ToDictionary(measurement => measurement.Instrument.Name["domain_events.outbox.".Length..], measurement => measurement.Value);
    }

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _all.Enqueue(new Measurement(instrument, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
        OnMeasurement?.Invoke();
    }

    internal sealed record Measurement(Instrument Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
