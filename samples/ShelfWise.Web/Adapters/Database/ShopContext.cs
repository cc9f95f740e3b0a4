using Microsoft.EntityFrameworkCore;
using ShelfWise.Domain;

namespace ShelfWise.Adapters.Database;

/// <summary>The tables, in a schema of their own. That aggregates have events is not part of the model.</summary>
internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public const string Schema = "shelfwise";

    public DbSet<Book> Books => Set<Book>();

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<BookSales> Sales => Set<BookSales>();

    public DbSet<AuditEntry> AuditLog => Set<AuditEntry>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.HasDefaultSchema(Schema).ApplyConfigurationsFromAssembly(typeof(ShopContext).Assembly);
}
