using ShelfWise.Domain;

namespace ShelfWise.Services.Ports;

internal interface IBookRepository
{
    ValueTask AddAsync(Book book, CancellationToken cancellationToken);

    /// <exception cref="OrderRefusedException">The shop has no such book.</exception>
    ValueTask<Book> GetAsync(string sku, CancellationToken cancellationToken);

    ValueTask SaveStockAsync(Book book, CancellationToken cancellationToken);
}
