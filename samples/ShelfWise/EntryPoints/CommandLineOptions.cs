using System.Globalization;

namespace ShelfWise.EntryPoints;

/// <summary>What the user asks for.</summary>
internal sealed record CommandLineOptions
{
    public const int MaxOrders = 100_000;

    public const string Help = """
        ShelfWise: a bookshop that places orders and tells everybody who needs to know.

        Usage: dotnet run --project samples/ShelfWise [-- options]

          --orders N        generate N orders (1 to 100000) instead of reading Data/orders.csv
          --database PATH   keep the SQLite database in this new file instead of a temporary one
          --help            this text

        It ends with 0 when its numbers add up, 1 when they do not or something
        is in the way, and 2 for options that it does not understand.
        """;

    /// <summary>How many orders to generate; <see langword="null"/>: those of the file.</summary>
    public int? Orders { get; private init; }

    /// <summary>Where to keep the database; <see langword="null"/>: nowhere.</summary>
    public string? Database { get; private init; }

    public bool ShowHelp { get; private init; }

    /// <exception cref="CommandLineException">An option is unknown, repeated, or its value is missing or wrong.</exception>
    public static CommandLineOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CommandLineOptions();
        var remaining = new Queue<string>(arguments);
        while (remaining.TryDequeue(out var argument))
        {
            var (name, inlineValue) = argument.Split('=', 2) is [var before, var after] ? (before, after) : (argument, null);
            options = name switch
            {
                "--help" or "-h" when inlineValue is null => options with { ShowHelp = true },
                "--orders" when options.Orders is null => options with { Orders = Count(name, Value(name, inlineValue, remaining)) },
                "--database" when options.Database is null => options with { Database = Value(name, inlineValue, remaining) },
                "--orders" or "--database" => throw new CommandLineException($"{name} is given twice."),
                _ => throw new CommandLineException($"Unknown option '{argument}'."),
            };
        }

        return options;
    }

    private static string Value(string name, string? inlineValue, Queue<string> remaining) =>
        inlineValue is { Length: > 0 } ? inlineValue
        : inlineValue is null && remaining.TryPeek(out var next) && next is not "" && !next.StartsWith("--", StringComparison.Ordinal)
            ? remaining.Dequeue()
            : throw new CommandLineException($"{name} needs a value.");

    private static int Count(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MaxOrders
            ? count
            : throw new CommandLineException($"{name} takes a whole number from 1 to {MaxOrders}, not '{value}'.");
}
