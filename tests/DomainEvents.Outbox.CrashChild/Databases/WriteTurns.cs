namespace DomainEvents.Outbox.CrashChild.Databases;

/// <summary>Lets one writer at a time to SQLite: whoever finds it locked sleeps, and a relay must not wait for all who sleep.</summary>
internal sealed class WriteTurns : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public async ValueTask<IDisposable?> EnterAsync()
    {
        await _turn.WaitAsync();
        return this;
    }

    /// <summary>Ends one turn.</summary>
    public void Dispose() => _turn.Release();
}
