using DomainEvents.EntityFrameworkCore.TestSupport;
using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests;

/// <summary>The one table that a <see cref="TestDatabase"/> has.</summary>
internal sealed class OrdersContext(TestDatabase database) : DbContext
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseDatabase(database);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>(order =>
    {
        order.ToTable(TestDatabase.Table);
        order.Property(o => o.Id).HasColumnName("id").ValueGeneratedNever();
    });
}
