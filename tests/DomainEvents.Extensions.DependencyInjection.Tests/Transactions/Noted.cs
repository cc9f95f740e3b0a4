namespace DomainEvents.Tests.Transactions;

/// <summary>The event of these tests: something was noted.</summary>
public sealed record Noted(string Text) : DomainEvent;

/// <summary>An aggregate that notes things.</summary>
public sealed class Notebook : AggregateRoot
{
    public Noted Note(string text)
    {
        var noted = new Noted(text);
        Raise(noted);
        return noted;
    }

    public void Note(Noted noted) => Raise(noted);
}
