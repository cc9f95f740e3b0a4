using System.Threading.Channels;
using DomainEvents.Outbox.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace DomainEvents.Outbox.Relay;

/// <summary>
/// Tells relays that something is committed: the one of this process at once, those of others through the database, by one call for
/// all commits that come while the last one is on its way.
/// </summary>
internal sealed class OutboxSignal(IServiceProvider services, StoreFailureLog failures) : IAsyncDisposable, IDisposable
{
    /// <summary>Before the next call, where commits came during the last one: each call costs the database as much as one of them.</summary>
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(1);

    private readonly Channel<bool> _commits = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _disposed = new();
    private readonly IOutboxWakeUp? _others = services.GetService<IOutboxWakeUp>();
    private RelayLoop? _relay;
    private Task? _notifying;

    /// <summary>A relay of this process begins: it is woken from now on.</summary>
    public void Begin(RelayLoop relay) => Volatile.Write(ref _relay, relay);

    /// <summary>It has ended. Another may have begun meanwhile.</summary>
    public void End(RelayLoop relay) => Interlocked.CompareExchange(ref _relay, null, relay);

    public void Committed()
    {
        var relay = Volatile.Read(ref _relay);
        relay?.Wake();
        if (_others is not null && relay is not { OwnsEverything: true } && _commits.Writer.TryWrite(true) && Volatile.Read(ref _notifying) is null)
        {
            Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (_notifying is { } notifying)
        {
            await notifying.ConfigureAwait(false);
        }
    }

    /// <summary>Waits for nothing.</summary>
    public void Dispose()
    {
        _commits.Writer.TryComplete();
        _disposed.CancelBeside();
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
                failures.Succeeded(StoreCalls.Notify);
                if (_commits.Reader.Count > 0) // not always: one who waits for the answer before the next commit would wait for this as well
                {
                    await Task.Delay(Spacing, TimeProvider.System, _disposed.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // relays also look by themselves
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures.Failed(StoreCalls.Notify, exception);
            }
        }
    }
}
