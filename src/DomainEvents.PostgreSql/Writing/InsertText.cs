using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace DomainEvents.PostgreSql;

/// <summary>The INSERT as SQL. It is the same for the same number of events, so that a server that prepares statements knows it again. Thread-safe.</summary>
internal sealed class InsertText(OutboxTables tables)
{
    /// <summary>From then on one array a column is less to send and to parse than one parameter a value.</summary>
    public const int MaxValues = 20;

    /// <summary>Commands with more parameters of their own are too rare to remember them.</summary>
    private const int MaxFirst = 64;

    private static readonly string[] ColumnTypes = ["uuid", "text", "int", "text", "text", "text", "text", "smallint", "timestamptz"];

    private readonly string _insert =
        $"insert into {tables.Outbox} (event_id, event_type, version, payload, metadata, tenant_id, stream, partition, occurred_at) ";

    private readonly ConcurrentDictionary<int, string> _positional = new();
    private readonly ConcurrentDictionary<(int First, int Events), (string Sql, string[] Names)> _named = new();

    /// <summary>With <c>$1</c> and so on.</summary>
    public string Positional(int events) => _positional.GetOrAdd(
        Kind(events), static (kind, text) => text.Of(kind, index => string.Create(CultureInfo.InvariantCulture, $"${index + 1}")), this);

    /// <summary>With names, behind so many parameters of a command that one INSERT can stand behind another.</summary>
    public (string Sql, string[] Names) Named(int first, int events) => first > MaxFirst
        ? Of((first, Kind(events)), this)
        : _named.GetOrAdd((first, Kind(events)), Of, this);

    private static (string Sql, string[] Names) Of((int First, int Kind) key, InsertText text)
    {
        var names = new string[Math.Max(key.Kind, 1) * ColumnTypes.Length];
        for (var index = 0; index < names.Length; index++)
        {
            names[index] = string.Create(CultureInfo.InvariantCulture, $"domain_event_{key.First + index}");
        }

        return (text.Of(key.Kind, index => "@" + names[index]), names);
    }

    /// <summary>The number of rows, or 0 for arrays.</summary>
    private static int Kind(int events) => events <= MaxValues ? events : 0;

    private string Of(int kind, Func<int, string> placeholder)
    {
        var sql = new StringBuilder(_insert);
        if (kind == 0)
        {
            return sql.Append("select * from unnest(").AppendJoin(", ", ColumnTypes.Select((type, index) => $"{placeholder(index)}::{type}[]")).Append(')').ToString();
        }

        var rows = Enumerable.Range(0, kind).Select(row => $"({string.Join(", ", ColumnTypes.Select((_, column) => placeholder((row * ColumnTypes.Length) + column)))})");
        return sql.Append("values ").AppendJoin(", ", rows).ToString();
    }
}
