using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Email;

/// <summary>Sends nothing. Fails for two mail domains, always the same way.</summary>
internal sealed class FakeEmailProvider : IEmailProvider
{
    private int _accepted;

    /// <summary>Messages that it has taken.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public ValueTask SendAsync(string recipient, string subject, string text, CancellationToken cancellationToken)
    {
        switch (recipient.Split('@')[^1])
        {
            case "gone.example":
                throw new IOException($"550 mailbox unavailable: {recipient}");
            case "busy.example":
                throw new IOException($"421 service not available: {recipient}");
            default:
                Interlocked.Increment(ref _accepted);
                return ValueTask.CompletedTask;
        }
    }
}
