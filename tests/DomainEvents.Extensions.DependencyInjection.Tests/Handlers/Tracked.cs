using System.Collections.Concurrent;

namespace DomainEvents.Tests.Companion;

/// <summary>Knows every <see cref="Session"/> that was made.</summary>
internal sealed class Sessions
{
    private readonly ConcurrentQueue<Session> _all = [];

    public IReadOnlyList<Session> All => [.. _all];

    public void Add(Session session) => _all.Enqueue(session);
}

/// <summary>A scoped dependency, such as a database context, that may only be disposed asynchronously.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Session(Sessions sessions) => sessions.Add(this);

    public Task WhenDisposed => _disposed.Task;

    public int Disposed { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await Task.Yield();
        Disposed++;
        _disposed.TrySetResult();
    }
}
