using ShelfWise.Domain;
using ShelfWise.Services.Ports;

namespace ShelfWise.Adapters.Database;

internal sealed class BookRepository(UnitOfWork unitOfWork) : IBookRepository
{
    public async ValueTask AddAsync(Book book, CancellationToken cancellationToken)
    {
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        await using var command = connection.Command(
            "INSERT INTO books (sku, title, initial_stock, stock) VALUES (@sku, @title, @stock, @stock)",
            ("@sku", book.Id),
            ("@title", book.Title),
            ("@stock", book.Stock));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask<Book> GetAsync(string sku, CancellationToken cancellationToken)
    {
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        await using var command = connection.Command("SELECT sku, title, stock FROM books WHERE sku = @sku", ("@sku", sku));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Book(reader.GetString(0), reader.GetString(1), reader.GetInt32(2))
            : throw new OrderRefusedException(RefusalReason.UnknownBook, $"there is no book {sku}");
    }

    public async ValueTask SaveStockAsync(Book book, CancellationToken cancellationToken)
    {
        var connection = await unitOfWork.ConnectAsync(cancellationToken);
        await using var command = connection.Command(
            "UPDATE books SET stock = @stock WHERE sku = @sku",
            ("@sku", book.Id),
            ("@stock", book.Stock));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
