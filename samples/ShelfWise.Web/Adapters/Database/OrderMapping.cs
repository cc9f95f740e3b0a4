using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ShelfWise.Domain;

namespace ShelfWise.Adapters.Database;

internal sealed class OrderMapping : IEntityTypeConfiguration<Order>
{
    public const string UniqueNumber = "ux_orders_number";

    public void Configure(EntityTypeBuilder<Order> builder)
    {
        builder.ToTable("orders");
        builder.Property(order => order.Id).ValueGeneratedNever();
        builder.HasIndex(order => order.Number).IsUnique().HasDatabaseName(UniqueNumber);
        builder.ComplexProperty(order => order.Customer);
        builder.ComplexProperty(order => order.Total, total => total.MapMoney());
        builder.HasOne<Book>().WithMany().HasForeignKey(order => order.Sku).OnDelete(DeleteBehavior.Restrict);
        builder.MapVersion();
    }
}
