using DomainEvents.EntityFrameworkCore.Outbox;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Adds to models what domain events need.</summary>
public static class DomainEventsModelBuilderExtensions
{
    /// <summary>
    /// Lets the database that belongs to the model have the tables of the outbox: migrations, <c>EnsureCreated</c> and
    /// <c>GenerateCreateScript</c> make them, as the SQL of the outbox's store. They are no entities of the model. The context needs
    /// <c>UseDomainEvents</c>, and its container the store.
    /// </summary>
    /// <param name="modelBuilder">The model.</param>
    /// <param name="schema">
    /// The database schema of the tables, the same as in <c>OutboxOptions.Schema</c>; <see langword="null"/> for the one that
    /// connections go by. A default schema of the model is not looked at.
    /// </param>
    /// <returns>The model, for chaining.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="modelBuilder"/> is <see langword="null"/>.</exception>
    public static ModelBuilder AddOutbox(this ModelBuilder modelBuilder, string? schema = null)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        return modelBuilder.HasAnnotation(OutboxTables.Annotation, schema ?? "");
    }
}
