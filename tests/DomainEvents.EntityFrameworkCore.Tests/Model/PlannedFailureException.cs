namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>What handlers and interceptors of a program throw on purpose.</summary>
internal sealed class PlannedFailureException : Exception;
