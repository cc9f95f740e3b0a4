using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Tests;

internal sealed class BrokenDistributor : IDistributor
{
    public ValueTask NotifyAsync(OrderPlaced order, CancellationToken cancellationToken) =>
        throw new HttpRequestException("503: the warehouse is on fire");
}
