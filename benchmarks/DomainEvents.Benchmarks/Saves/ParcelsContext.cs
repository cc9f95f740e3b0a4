using Microsoft.EntityFrameworkCore;

namespace DomainEvents.Benchmarks.Saves;

internal sealed class ParcelsContext(DbContextOptions<ParcelsContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Parcel>(parcel =>
    {
        parcel.Property(p => p.Id).ValueGeneratedNever();
        parcel.Ignore(p => p.DomainEvents); // the same model with UseDomainEvents and without
    });
}
