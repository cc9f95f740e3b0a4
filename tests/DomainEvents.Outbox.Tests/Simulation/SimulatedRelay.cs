using DomainEvents.Outbox.Relay;

namespace DomainEvents.Outbox.Tests.Simulation;

/// <summary>A relay of the simulation: its engine, and what it has asked for that is not answered yet.</summary>
internal sealed class SimulatedRelay(RelaySettings settings, bool isNew, Random random)
{
    public RelayEngine Engine { get; } = new(settings, random);

    public string Name => settings.Relay;

    /// <summary>Whether it is of the newer deployment, which knows more.</summary>
    public bool IsNew => isNew;

    public List<RelayCommand> Open { get; } = [];

    /// <summary>What the database has answered and is still on its way, and since when.</summary>
    public Dictionary<RelayCommand, (OutboxExchangeResult Result, TimeSpan Since)> Answers { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>How long the answer to the last read was on its way: so much later it knows what is due.</summary>
    public TimeSpan Lateness { get; set; }

    /// <summary>Until then the process is stopped in the middle of whatever it does.</summary>
    public TimeSpan StalledUntil { get; set; }

    /// <summary>What had changed when it was woken last, as a number of <see cref="SimulatedStore.Changes"/>.</summary>
    public int WokenAt { get; set; }

    /// <summary>Whether the host has lost patience: handlers are cancelled, and the relay is not told why.</summary>
    public bool CancelsHandlers { get; set; }

    public TimeSpan? LeasedAt { get; set; }

    public bool IsGone { get; set; }

    /// <summary>Whether it was gone, or has lost its lease, in its own opinion or the store's: what it did may be done again.</summary>
    public bool IsDisturbed { get; set; }

    /// <summary>When it does something by itself.</summary>
    public TimeSpan? WakesAt(TimeSpan now) => StalledUntil > now ? StalledUntil : Engine.WakeAt();

    public bool Handles(string handler, OutboxMessage message) =>
        settings.HandlersOf(message) is { } handlers && (handler.Length == 0 || handlers.Contains(handler, StringComparer.Ordinal));
}
