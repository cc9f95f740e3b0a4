using System.Collections.Concurrent;

namespace DomainEvents.Sqlite.Connections;

/// <summary>
/// Lets one writer of this process at a time to a database. SQLite would do the same, but whoever it sends away sleeps and tries
/// again; here the next one goes as soon as the last one is done.
/// </summary>
#pragma warning disable CA1001 // A gate lives as long as the process, and its semaphore holds nothing of the system.
internal sealed class WriteGate
#pragma warning restore CA1001
{
    // One for each file that this process has ever written to: they are small, and a writer may come back at any time.
    private static readonly ConcurrentDictionary<string, WriteGate> Gates = new();
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    private WriteGate()
    {
    }

    public static WriteGate Of(string file) => Gates.GetOrAdd(file, _ => new WriteGate());

    public void Enter() => _semaphore.Wait();

    public Task EnterAsync(CancellationToken cancellationToken) => _semaphore.WaitAsync(cancellationToken);

    public void Exit() => _semaphore.Release();
}
