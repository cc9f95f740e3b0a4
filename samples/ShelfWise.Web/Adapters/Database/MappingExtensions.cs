using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ShelfWise.Domain;

namespace ShelfWise.Adapters.Database;

/// <summary>What several mappings have in common.</summary>
internal static class MappingExtensions
{
    /// <summary>Two columns; EF Core finds them as parameters of the constructor when it reads.</summary>
    public static void MapMoney(this ComplexPropertyBuilder<Money> builder)
    {
        builder.Property(money => money.Amount).HasPrecision(18, 2);
        builder.Property(money => money.Currency).HasMaxLength(3);
    }

    /// <summary>
    /// Optimistic concurrency: an UPDATE names the version that was read, PostgreSQL's system column xmin, and when
    /// somebody else was faster it fails with a <see cref="DbUpdateConcurrencyException"/>.
    /// </summary>
    public static void MapVersion<T>(this EntityTypeBuilder<T> builder)
        where T : class => builder.Property<uint>("Version").IsRowVersion();
}
