using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

internal sealed class ModelContext(DbContextOptions<ModelContext> options) : DbContext(options)
{
    public DbSet<Parcel> Parcels => Set<Parcel>();

    public DbSet<Evidence> Evidence => Set<Evidence>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Parcel>(parcel =>
        {
            parcel.ToTable("parcels");
            parcel.Property(p => p.Id).HasColumnName("id").ValueGeneratedNever();
            parcel.Property(p => p.Version).HasColumnName("version").IsConcurrencyToken();
            parcel.HasIndex(p => p.Title).IsUnique();
            parcel.Ignore(p => p.Stream);
        });
        modelBuilder.Entity<Evidence>(evidence =>
        {
            evidence.ToTable("evidence");
            evidence.Property(e => e.Id).HasColumnName("id").ValueGeneratedNever();
        });
    }
}
