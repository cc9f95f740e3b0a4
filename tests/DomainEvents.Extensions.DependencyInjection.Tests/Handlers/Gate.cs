using DomainEvents.TestSupport;

namespace DomainEvents.Tests.Companion;

/// <summary>Holds up whoever passes until it is opened, and says when the first has come.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Entered => _entered.Task.Soon();

    public void Open() => _opened.TrySetResult();

    public async ValueTask PassAsync(CancellationToken cancellationToken = default)
    {
        _entered.TrySetResult();
        await _opened.Task.WaitAsync(Signals.Timeout, cancellationToken);
    }
}
