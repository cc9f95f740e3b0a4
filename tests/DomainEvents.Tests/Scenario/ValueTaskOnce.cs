using System.Threading.Tasks.Sources;

namespace DomainEvents.Tests;

/// <summary>A value task over a source, which may be awaited once only, as pooled libraries hand them out.</summary>
internal sealed class ValueTaskOnce : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };

    public int Awaited { get; private set; }

    public ValueTask Task => new(this, _core.Version);

    public static ValueTask Failed(Exception exception)
    {
        var source = new ValueTaskOnce();
        source._core.SetException(exception);
        return source.Task;
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
