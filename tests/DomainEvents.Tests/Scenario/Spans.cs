using System.Collections.Concurrent;
using System.Diagnostics;

namespace DomainEvents.Tests;

/// <summary>Listens to the spans of the bus that belong to one trace, so that other tests do not mix in.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public Spans(ActivitySamplingResult sampling = ActivitySamplingResult.AllDataAndRecorded)
    {
        Root = new Activity("test").Start();
        var trace = Root.TraceId;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "DomainEvents",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == trace ? sampling : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace)
                {
                    _ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity Root { get; }

    public IReadOnlyList<Activity> Ended => [.. _ended];

    public void Dispose()
    {
        _listener.Dispose();
        Root.Dispose();
    }
}
