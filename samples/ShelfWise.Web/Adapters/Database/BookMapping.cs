using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ShelfWise.Domain;

namespace ShelfWise.Adapters.Database;

internal sealed class BookMapping : IEntityTypeConfiguration<Book>
{
    public void Configure(EntityTypeBuilder<Book> builder)
    {
        builder.ToTable("books", table => table.HasCheckConstraint("ck_books_stock", "\"Stock\" >= 0"));
        builder.Property(book => book.Title);
        builder.ComplexProperty(book => book.UnitPrice, price => price.MapMoney());
        builder.MapVersion();
    }
}
