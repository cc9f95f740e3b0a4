using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class BookRepository(ShopContext context) : IBookRepository
{
    // A before-commit handler has the context of the use case: it finds the book there, with the version that was read.
    public async ValueTask<Book> GetAsync(string sku, CancellationToken cancellationToken) =>
        await context.Books.FindAsync([sku], cancellationToken)
        ?? throw new OrderRefusedException(RefusalReason.UnknownBook, $"there is no book {sku}");
}
