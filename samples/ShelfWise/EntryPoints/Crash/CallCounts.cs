namespace ShelfWise.EntryPoints.Crash;

/// <summary>Handler calls of one process, or of one handler.</summary>
internal sealed class CallCounts
{
    public int Begun { get; set; }

    public int Done { get; set; }

    public int Failed { get; set; }

    /// <summary>Calls with an event that the same handler had been given before, and had not failed with.</summary>
    public int Again { get; set; }
}
