using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ShelfWise.Adapters.Database;

internal sealed class AuditEntryMapping : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit_log");
        builder.HasKey(entry => entry.EventId);
        builder.Property(entry => entry.EventId).ValueGeneratedNever();
        builder.Property(entry => entry.Body).HasColumnType("jsonb");
    }
}
