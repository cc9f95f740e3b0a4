using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

/// <summary>A read model: sales by tenant and currency.</summary>
internal interface ISalesReport
{
    ValueTask AddAsync(OrderPlaced order, CancellationToken cancellationToken);
}
