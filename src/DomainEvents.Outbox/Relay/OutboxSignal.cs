using System.Threading.Channels;
using DomainEvents.Outbox.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Relay;

/// <summary>
/// Tells relays that something is committed: the one of this process at once, those of others through the database, by one call for
/// all commits that come while the last one is on its way.
/// </summary>
internal sealed class OutboxSignal : IAsyncDisposable
{
    private readonly Channel<bool> _commits = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _disposed = new();
    private readonly IOutboxWakeUp? _others;
    private readonly StoreFailureLog _failures;
    private Task? _notifying;

    public OutboxSignal(IServiceProvider services, StoreFailureLog failures) => (_others, _failures) = (services.GetService<IOutboxWakeUp>(), failures);

    /// <summary>The relay of this process, while it runs.</summary>
    public RelayLoop? Relay { get; set; }

    public void Committed()
    {
        var relay = Relay;
        relay?.Wake();
        if (_others is not null && relay is not { OwnsEverything: true } && _commits.Writer.TryWrite(true) && Volatile.Read(ref _notifying) is null)
        {
            Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _commits.Writer.TryComplete();
        await _disposed.CancelAsync().ConfigureAwait(false);
        if (_notifying is { } notifying)
        {
            await notifying.ConfigureAwait(false);
        }

        _disposed.Dispose();
    }

    private void Start()
    {
        lock (_commits)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _notifying ??= Task.Run(NotifyAsync);
            }
        }
    }

    private async Task NotifyAsync()
    {
        await foreach (var _ in _commits.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                await _others!.NotifyAsync(_disposed.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // relays also look by themselves
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failures.Failed(exception);
            }
        }
    }
}
