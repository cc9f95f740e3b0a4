namespace ShelfWise.Tests;

/// <summary>Somebody who is faster a number of times, and each time takes copies.</summary>
internal sealed class Rival(int times, int copies = 1)
{
    public int Copies => copies;

    /// <summary>How often an order has come as far as its before-commit handlers.</summary>
    public int Attempts { get; private set; }

    public bool IsFaster() => ++Attempts <= times;
}
