using System.Collections.Concurrent;
using ShelfWise.Adapters.Database;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Email;

/// <summary>
/// Sends nothing. One mail domain is too busy for the first attempts at a message, and one is gone until it is repaired. What the
/// provider has taken is in a table, so that it outlives this process as a real provider would.
/// </summary>
internal sealed class FakeEmailProvider(ShopDatabase database) : IEmailProvider
{
    /// <summary>So often a busy domain turns a message away.</summary>
    public const int BusyAttempts = 2;

    private readonly ConcurrentDictionary<Guid, int> _turnedAway = [];
    private volatile bool _isRepaired;

    /// <summary>From now on no domain is gone.</summary>
    public void Repair() => _isRepaired = true;

    public async ValueTask SendAsync(Guid messageId, string recipient, string subject, string text, CancellationToken cancellationToken)
    {
        switch (recipient.Split('@')[^1])
        {
            case "gone.example" when !_isRepaired:
                throw new IOException($"550 mailbox unavailable: {recipient}");
            case "busy.example" when _turnedAway.AddOrUpdate(messageId, 1, (_, attempts) => attempts + 1) <= BusyAttempts:
                throw new IOException($"421 service not available: {recipient}");
        }

        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command(
            "INSERT INTO emails (message_id, recipient, subject) VALUES (@id, @recipient, @subject) ON CONFLICT (message_id) DO NOTHING",
            ("@id", messageId),
            ("@recipient", recipient),
            ("@subject", subject));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
