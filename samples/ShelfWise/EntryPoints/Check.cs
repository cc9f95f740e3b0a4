namespace ShelfWise.EntryPoints;

/// <summary>Two numbers from different sources that must be equal.</summary>
internal sealed record Check(string Left, int LeftValue, string Right, int RightValue)
{
    public bool Holds => LeftValue == RightValue;
}
