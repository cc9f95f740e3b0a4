using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>
/// No connection could be made. Npgsql's exception does not differ from that of a connection that breaks later; SQLSTATE 08001 (SQL:2016, part 2,
/// table 38: unable to establish connection) says that nothing was sent.
/// </summary>
internal sealed class UnreachableException(NpgsqlException inner) : NpgsqlException(inner.Message, inner)
{
    public override string SqlState => "08001";

    public override bool IsTransient => ((NpgsqlException)InnerException!).IsTransient;
}
