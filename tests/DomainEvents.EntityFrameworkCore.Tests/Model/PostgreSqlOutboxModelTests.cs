using DomainEvents.TestSupport.Databases;
using Xunit.Abstractions;

namespace DomainEvents.EntityFrameworkCore.Tests.Model;

/// <summary>Beside <see cref="SqliteOutboxModelTests"/>, so that both run at once.</summary>
public sealed class PostgreSqlOutboxModelTests(ITestOutputHelper output)
{
    [PostgreSqlFact]
    public async Task In_random_programs_on_PostgreSQL_the_rows_that_survive_are_the_events_in_the_outbox()
    {
        await using var desk = await ModelDesk.OpenAsync(DatabaseKind.PostgreSql, hasOutbox: true);
        EntityFrameworkModel.Check(desk, EntityFrameworkModel.IsSoak ? 20_000 : 1_000, output);
    }
}
