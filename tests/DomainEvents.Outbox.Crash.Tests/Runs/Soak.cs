namespace DomainEvents.Outbox.Crash.Tests.Runs;

/// <summary>How long the tests go on: 50 kills a store and more, or 2,000.</summary>
internal static class Soak
{
    private const int Factor = 40;

    private static readonly bool IsOn = Environment.GetEnvironmentVariable("DOMAIN_EVENTS_SOAK") == "1";

    public static int Rounds(int rounds) => IsOn ? rounds * Factor : rounds;
}
