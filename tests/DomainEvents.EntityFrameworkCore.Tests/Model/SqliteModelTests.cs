using DomainEvents.TestSupport.Databases;
using Xunit.Abstractions;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>Beside <see cref="PostgreSqlModelTests"/>, so that both run at once.</summary>
public sealed class SqliteModelTests(ITestOutputHelper output)
{
    [Fact]
    public async Task In_random_programs_on_SQLite_the_rows_that_survive_are_the_events_that_were_published()
    {
        await using var desk = await ModelDesk.OpenAsync(DatabaseKind.Sqlite);
        EntityFrameworkModel.Check(desk, EntityFrameworkModel.IsSoak ? 20_000 : 2_000, output);
    }
}
