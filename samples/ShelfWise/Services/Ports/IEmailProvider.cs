namespace ShelfWise.Services.Ports;

internal interface IEmailProvider
{
    /// <exception cref="IOException">The provider did not take the message.</exception>
    ValueTask SendAsync(string recipient, string subject, string text, CancellationToken cancellationToken);
}
