using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ShelfWise.Adapters.Database;

internal sealed class BookSalesMapping : IEntityTypeConfiguration<BookSales>
{
    public void Configure(EntityTypeBuilder<BookSales> builder)
    {
        builder.ToTable("sales");
        builder.HasKey(sales => sales.Sku);
        builder.Property(sales => sales.Revenue).HasPrecision(18, 2);
    }
}
