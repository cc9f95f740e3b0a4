using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using ShelfWise.Adapters.Database;

namespace ShelfWise.EntryPoints;

/// <summary>What the user asks for.</summary>
internal sealed partial record CommandLineOptions
{
    public const int MaxOrders = 100_000;

    /// <summary>With fewer, the end may come before the crash.</summary>
    public const int MinOrdersToCrash = 20;

    public const string Help = """
        ShelfWise: a bookshop that places orders and tells everybody who needs to know.

        Usage: dotnet run --project samples/ShelfWise [-- options]

          --orders N            generate N orders (1 to 100000) instead of reading Data/orders.csv
          --crash               kill the shop twice in the middle, and show that nothing is lost
          --database PATH       keep the SQLite database in this new file instead of a temporary one
          --postgres CONNECTION use this PostgreSQL database, in a temporary schema
          --schema NAME         keep the PostgreSQL tables, in this new schema
          --help                this text

        It ends with 0 when its numbers add up, 1 when they do not or something
        is in the way, and 2 for options that it does not understand.
        """;

    /// <summary>How many orders to generate; <see langword="null"/>: those of the file.</summary>
    public int? Orders { get; private init; }

    /// <summary>Whether the shop is killed in the middle.</summary>
    public bool Crash { get; private init; }

    /// <summary>Where to keep the SQLite database; <see langword="null"/>: nowhere.</summary>
    public string? Database { get; private init; }

    /// <summary>The PostgreSQL database to use; <see langword="null"/>: SQLite.</summary>
    public string? Postgres { get; private init; }

    /// <summary>The schema to keep there; <see langword="null"/>: none.</summary>
    public string? Schema { get; private init; }

    /// <summary>
    /// For a process that <see cref="Crash"/> starts: the database is there already, the distributor listens here, and what handlers
    /// do is told on the standard output.
    /// </summary>
    public Uri? Resume { get; private init; }

    public bool ShowHelp { get; private init; }

    /// <exception cref="CommandLineException">An option is unknown or repeated, its value is missing or wrong, or it does not go with another.</exception>
    public static CommandLineOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CommandLineOptions();
        var given = new HashSet<string>();
        var remaining = new Queue<string>(arguments);
        while (remaining.TryDequeue(out var argument))
        {
            var (name, inlineValue) = argument.Split('=', 2) is [var before, var after] ? (before, after) : (argument, null);
            options = name switch
            {
                "--help" or "-h" when inlineValue is null => options with { ShowHelp = true },
                "--crash" when inlineValue is null => options with { Crash = true },
                "--orders" => options with { Orders = Count(name, Value()) },
                "--database" => options with { Database = Value() },
                "--postgres" => options with { Postgres = ConnectionString(name, Value()) },
                "--schema" => options with { Schema = SchemaName(name, Value()) },
                "--resume" => options with { Resume = Address(name, Value()) },
                _ => throw new CommandLineException($"Unknown option '{argument}'."),
            };
            if (!given.Add(name))
            {
                throw new CommandLineException($"{name} is given twice.");
            }

            string Value() =>
                inlineValue is { Length: > 0 } ? inlineValue
                : inlineValue is null && remaining.TryPeek(out var next) && next is not "" && !next.StartsWith("--", StringComparison.Ordinal)
                    ? remaining.Dequeue()
                    : throw new CommandLineException($"{name} needs a value.");
        }

        options.ThrowIfContradictory();
        return options;
    }

    /// <summary>A new database, as asked for.</summary>
    public async Task<ShopDatabase> CreateDatabaseAsync(CancellationToken cancellationToken) => Postgres is null
        ? await SqliteShopDatabase.CreateAsync(Database, cancellationToken)
        : await PostgreSqlShopDatabase.CreateAsync(Postgres, Schema, cancellationToken);

    /// <summary>The database that the process which started this one has made.</summary>
    public ShopDatabase OpenDatabase() => Postgres is null
        ? SqliteShopDatabase.Existing(Database!)
        : PostgreSqlShopDatabase.Existing(Postgres, Schema!);

    private void ThrowIfContradictory()
    {
        if (Postgres is not null && Database is not null)
        {
            throw new CommandLineException("--database is a file of SQLite: it does not go with --postgres.");
        }

        if (Postgres is null && Schema is not null)
        {
            throw new CommandLineException("--schema goes with --postgres only.");
        }

        if (Resume is not null && (Postgres is null ? Database : Schema) is null)
        {
            throw new CommandLineException("--resume needs a database that is there.");
        }

        if (Crash && Orders < MinOrdersToCrash)
        {
            throw new CommandLineException($"--crash needs {MinOrdersToCrash} orders or more.");
        }
    }

    private static int Count(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MaxOrders
            ? count
            : throw new CommandLineException($"{name} takes a whole number from 1 to {MaxOrders}, not '{value}'.");

    private static Uri Address(string name, string value) => Uri.TryCreate(value, UriKind.Absolute, out var address)
        ? address
        : throw new CommandLineException($"{name} takes an address, not '{value}'.");

    // The value may hold a password, so it is not repeated.
    private static string ConnectionString(string name, string value)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(value) is { Host.Length: > 0 }
                ? value
                : throw new CommandLineException($"{name} takes a connection string with a Host, like \"Host=127.0.0.1;Username=postgres;Database=shop\".");
        }
        catch (ArgumentException problem)
        {
            throw new CommandLineException($"{name} takes a connection string: {problem.Message}");
        }
    }

    private static string SchemaName(string name, string value) => PlainName().IsMatch(value)
        ? value
        : throw new CommandLineException($"{name} takes small letters, digits and underscores, at most 63 and no digit first, not '{value}'.");

    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,62}\z")]
    private static partial Regex PlainName();
}
