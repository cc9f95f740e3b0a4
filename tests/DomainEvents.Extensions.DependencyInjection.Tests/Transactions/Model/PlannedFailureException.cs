namespace DomainEvents.Transactions.Model;

/// <summary>What handlers and callbacks of a program throw on purpose.</summary>
internal sealed class PlannedFailureException : Exception;
