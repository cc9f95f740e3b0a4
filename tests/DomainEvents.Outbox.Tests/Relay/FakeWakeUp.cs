using System.Threading.Channels;

namespace DomainEvents.Outbox.Tests.Relay;

/// <summary>The way from process to process, as a test wants it.</summary>
internal sealed class FakeWakeUp : IOutboxWakeUp
{
    private readonly Channel<Action> _listening = Channel.CreateUnbounded<Action>();
    private readonly Channel<bool> _notified = Channel.CreateUnbounded<bool>();
    private TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _listeners;
    private int _notifications;

    /// <summary>How often somebody began to listen.</summary>
    public int Listeners => Volatile.Read(ref _listeners);

    public int Notifications => Volatile.Read(ref _notifications);

    /// <summary>Awaited by each notification.</summary>
    public Func<ValueTask>? OnNotify { get; set; }

    /// <summary>The next one that begins to listen, and what wakes it.</summary>
    public async Task<Action> NextListenerAsync() => await _listening.Reader.ReadAsync();

    public async Task NextNotificationAsync() => await _notified.Reader.ReadAsync();

    public void Lose(Exception exception) => Interlocked.Exchange(ref _lost, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetException(exception);

    public async ValueTask NotifyAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _notifications);
        _notified.Writer.TryWrite(true);
        if (OnNotify is { } notify)
        {
            await notify();
        }
    }

    public async Task ListenAsync(Action wake, CancellationToken cancellationToken = default)
    {
        var lost = Volatile.Read(ref _lost);
        Interlocked.Increment(ref _listeners);
        wake();
        _listening.Writer.TryWrite(wake);
        await lost.Task.WaitAsync(cancellationToken);
    }
}
