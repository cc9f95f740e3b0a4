using ShelfWise.Domain;

namespace ShelfWise.EntryPoints;

/// <summary>A row that led to no order.</summary>
internal sealed record Refusal(int LineNumber, RefusalReason Reason, string Message);
