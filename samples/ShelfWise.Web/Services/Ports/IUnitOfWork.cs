using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

/// <summary>What the repositories of one scope have changed.</summary>
internal interface IUnitOfWork
{
    /// <summary>Saves all of it in one transaction, runs the before-commit handlers in it, and the others after it.</summary>
    /// <exception cref="OrderRefusedException">A handler refused, or the shop has an order with this number.</exception>
    Task SaveAsync(CancellationToken cancellationToken);
}
