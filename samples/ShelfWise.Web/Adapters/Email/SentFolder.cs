using System.Collections.Concurrent;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Email;

/// <summary>Sends nothing: keeps the latest messages in memory. Fails for two mail domains, always the same way.</summary>
internal sealed class SentFolder : IEmailProvider
{
    private const int Capacity = 1000;

    private readonly ConcurrentQueue<EmailMessage> _messages = new();

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<EmailMessage> Messages => [.. _messages];

    public ValueTask SendAsync(Guid messageId, string recipient, string subject, string text, CancellationToken cancellationToken)
    {
        switch (recipient.Split('@')[^1])
        {
            case "gone.example":
                throw new IOException($"550 mailbox unavailable: {recipient}");
            case "busy.example":
                throw new IOException($"421 service not available: {recipient}");
            default:
                _messages.Enqueue(new EmailMessage(recipient, subject, text));
                if (_messages.Count > Capacity)
                {
                    _messages.TryDequeue(out _);
                }

                return ValueTask.CompletedTask;
        }
    }
}
