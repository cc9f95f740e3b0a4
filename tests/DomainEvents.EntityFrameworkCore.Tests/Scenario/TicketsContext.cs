using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.Tests.Scenario;

internal sealed class TicketsContext(DbContextOptions<TicketsContext> options) : DbContext(options)
{
    public DbSet<Ticket> Tickets => Set<Ticket>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Ticket>(ticket =>
        {
            ticket.Property(t => t.Id).ValueGeneratedNever();
            ticket.Property(t => t.Version).IsConcurrencyToken();
            ticket.HasIndex(t => t.Title).IsUnique();
            ticket.HasMany(t => t.Children).WithOne().HasForeignKey("ParentId").OnDelete(DeleteBehavior.Restrict);
            ticket.HasMany(t => t.Notes).WithOne().HasForeignKey("TicketId").OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<Stamp>();
        modelBuilder.Entity<Note>().Property(note => note.Id).ValueGeneratedNever();
    }
}
