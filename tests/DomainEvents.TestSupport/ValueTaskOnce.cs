using System.Threading.Tasks.Sources;

namespace DomainEvents.TestSupport;

/// <summary>A value task over a source, which may be awaited once only, as pooled libraries hand them out.</summary>
public sealed class ValueTaskOnce : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };

    /// <summary>How often somebody asked for the result, and so handed the source back.</summary>
    public int Awaited { get; private set; }

    public ValueTask Task => new(this, _core.Version);

    public static ValueTask Failed(Exception exception)
    {
        var source = new ValueTaskOnce();
        source._core.SetException(exception);
        return source.Task;
    }

    /// <summary>One that was awaited before: its source serves somebody else by now, and refuses every question.</summary>
    public static ValueTask Stale()
    {
        var source = new ValueTaskOnce();
        var task = source.Task;
        source._core.Reset();
        return task;
    }

    public void Complete() => _core.SetResult(true);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void GetResult(short token)
    {
        Awaited++;
        _core.GetResult(token);
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
