namespace ShelfWise.EntryPoints;

/// <summary>The program was called in a way that it does not understand.</summary>
internal sealed class CommandLineException(string message) : Exception(message);
