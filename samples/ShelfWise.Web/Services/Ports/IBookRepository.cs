using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

internal interface IBookRepository
{
    /// <returns>The same object for the same book within a scope.</returns>
    /// <exception cref="OrderRefusedException">The shop has no such book.</exception>
    ValueTask<Book> GetAsync(string sku, CancellationToken cancellationToken);
}
