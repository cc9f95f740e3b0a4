using System.Text;

namespace DomainEvents.Outbox;

/// <summary>What is left of an event for a handler once the outbox lets go of the event.</summary>
/// <param name="Handler">The name of the handler; empty for all of them.</param>
/// <param name="State">What is the matter.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Delay">When it is due, counted from the acknowledgement by the clock of the database.</param>
/// <param name="Error">
/// The last error, <see langword="null"/> if there was none. Messages of exceptions hold anything, and no database takes all of that: the character
/// zero and halves of surrogate pairs become U+FFFD.
/// </param>
public sealed record Delivery(string Handler, DeliveryState State, int Attempts = 0, TimeSpan Delay = default, string? Error = null)
{
    /// <summary>The name that stands for all handlers: of an event that nobody has looked at yet.</summary>
    public const string AllHandlers = "";

    /// <summary>The last error, as text that every database takes; <see langword="null"/> if there was none.</summary>
    public string? Error { get; init => field = Storable(value); } = Storable(Error);

    private static string? Storable(string? error) =>
        error is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(error)).Replace('\0', '\uFFFD');
}
