using DomainEvents.TestSupport.Databases;
using Microsoft.EntityFrameworkCore;

namespace DomainEvents.EntityFrameworkCore.TestSupport;

/// <summary>Entity Framework Core on a <see cref="TestDatabase"/>.</summary>
public static class TestDatabaseExtensions
{
    /// <summary>The context opens a connection of its own to the database when it needs one, and disposes of it with itself.</summary>
    public static TBuilder UseDatabase<TBuilder>(this TBuilder options, TestDatabase database)
        where TBuilder : DbContextOptionsBuilder
    {
        _ = database is SqliteDatabase
            ? options.UseSqlite(database.CreateConnection(), contextOwnsConnection: true)
            : options.UseNpgsql(database.CreateConnection(), contextOwnsConnection: true);
        return options;
    }
}
