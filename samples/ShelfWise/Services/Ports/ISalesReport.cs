using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

/// <summary>A read model: sales by tenant and currency.</summary>
internal interface ISalesReport
{
    /// <summary>Counts an order; the same event again is not counted again.</summary>
    ValueTask AddAsync(OrderPlaced order, CancellationToken cancellationToken);
}
