using Npgsql;

namespace DomainEvents.PostgreSql;

/// <summary>Statements with positional parameters, whose types their values have.</summary>
internal static class Statement
{
    public static NpgsqlBatchCommand Of(string sql) => new(sql);

    public static NpgsqlBatchCommand Of<T1>(string sql, T1 first) => new(sql) { Parameters = { Parameter(first) } };

    public static NpgsqlBatchCommand Of<T1, T2>(string sql, T1 first, T2 second) =>
        new(sql) { Parameters = { Parameter(first), Parameter(second) } };

    public static NpgsqlBatchCommand Of<T1, T2, T3>(string sql, T1 first, T2 second, T3 third) =>
        new(sql) { Parameters = { Parameter(first), Parameter(second), Parameter(third) } };

    public static NpgsqlParameter<T> Parameter<T>(T value) => new() { TypedValue = value };
}
