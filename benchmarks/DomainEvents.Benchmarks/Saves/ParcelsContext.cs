using Microsoft.EntityFrameworkCore;

namespace DomainEvents.Benchmarks.Saves;

internal sealed class ParcelsContext(DbContextOptions<ParcelsContext> options) : DbContext(options)
{
    /// <summary>How many parcels there are to update, with the keys from 0 on: so many that writers seldom meet.</summary>
    public const int Rows = 1000;

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Parcel>(parcel =>
    {
        parcel.Property(p => p.Id).ValueGeneratedNever();
        parcel.Ignore(p => p.DomainEvents); // the same model with UseDomainEvents and without
    });
}
