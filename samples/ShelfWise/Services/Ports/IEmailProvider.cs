namespace ShelfWise.Services.Ports;

internal interface IEmailProvider
{
    /// <summary>Sends a message; the same one again is not sent again.</summary>
    /// <exception cref="IOException">The provider did not take the message.</exception>
    ValueTask SendAsync(Guid messageId, string recipient, string subject, string text, CancellationToken cancellationToken);
}
