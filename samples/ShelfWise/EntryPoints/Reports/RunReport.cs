using System.Globalization;
using System.Reflection;
using DomainEvents.Transactions;
using ShelfWise.Adapters.Csv;
using ShelfWise.Adapters.Database;
using ShelfWise.Domain;
using ShelfWise.Services;
using Spectre.Console;

namespace ShelfWise.EntryPoints.Reports;

/// <summary>Tells what happened, as tables.</summary>
internal sealed class RunReport(IAnsiConsole console)
{
    private const int TitlesShown = 3;

    public void WriteHeading(string title, OrderSource source, ShopDatabase database, Uri webhook)
    {
        console.Write(new Rule($"[bold]{title}[/]").LeftJustified());
        console.WriteLine($"{source.Rows.Count} rows of {source.Name}, {source.Books.Count} titles on the shelves");
        console.WriteLine($"Database: {database.Description}, the outbox in it");
        console.WriteLine($"Webhook:  HTTP on {webhook.Host}, a free port");
    }

    public void WriteOrders(IntakeReport intake)
    {
        var table = console.NewTable("Orders", "one transaction each").AddColumn("").AddNumbers("Rows").AddColumn("For instance");
        table.AddRow("[bold]placed[/]", $"[bold]{intake.Placed}[/]", "");
        foreach (var refused in intake.Refused.GroupBy(refusal => refusal.Reason).OrderByDescending(group => group.Count()).ThenBy(group => group.Key))
        {
            table.AddRow($"refused: {Words(refused.Key)}", $"{refused.Count()}", Markup.Escape($"line {refused.First().LineNumber}: {refused.First().Message}"));
        }

        table.AddRow("[bold]rows read[/]", $"[bold]{intake.Placed + intake.Refused.Count}[/]", "");
        console.Write(table);
    }

    public void WriteHandlers(Shop shop)
    {
        var table = console.NewTable("Handlers", "before the commit in its transaction, after it from the outbox")
            .AddNames("Handler").AddColumn("Reacts to").AddColumn("Commit").AddNumbers("Calls", "OK", "Failed", "Mean ms");
        foreach (var handler in shop.Handlers)
        {
            var calls = shop.Statistics.Of(handler.Name);
            var phase = handler.HandlerType?.GetCustomAttribute<TransactionPhaseAttribute>()?.Phase ?? TransactionPhase.AfterCommit;
            table.AddRow(
                handler.Name,
                handler.EventType.Name,
                phase == TransactionPhase.BeforeCommit ? "before" : "after",
                $"{calls.Total}",
                $"{calls.Succeeded}",
                calls.Failed.Alarming(),
                calls.Mean.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture));
        }

        console.Write(table);
        console.MarkupLine("[dim]A failure before the commit rolls back. After it the handler is tried again, and its siblings are not.[/]");
    }

    /// <summary>What handlers failed at before it ended well, or did not.</summary>
    /// <param name="shop">Whose handlers.</param>
    /// <param name="run">The end.</param>
    /// <param name="requeued">The events that were dead letters once.</param>
    public void WriteRetries(Shop shop, RunResult run, IReadOnlySet<Guid> requeued)
    {
        var dead = run.DeadLetters.Select(letter => (letter.HandlerName, letter.EventId)).ToHashSet();
        var failed = shop.Statistics.Failures.Where(failure => failure.Key.Handler != HandlerNames.ReserveInventory)
            .Select(failure => (
                failure.Key.Handler,
                End: dead.Contains(failure.Key) ? "a dead letter" : requeued.Contains(failure.Key.EventId) ? "a dead letter, requeued, handled" : "handled",
                Attempts: failure.Value + (dead.Contains(failure.Key) ? 0 : 1)))
            .GroupBy(failure => failure).OrderBy(group => group.Key).ToList();
        if (failed.Count == 0)
        {
            return;
        }

        var table = console.NewTable("Tried again", "alone, after a wait that grows")
            .AddNames("Handler").AddNumbers("Events", "Attempts each").AddColumn("In the end");
        foreach (var group in failed)
        {
            table.AddRow(group.Key.Handler, $"{group.Count()}", $"{group.Key.Attempts}", group.Key.End);
        }

        console.Write(table);
    }

    public void WriteEvents(ShopTotals totals)
    {
        var table = console.NewTable("Events", "as the audit log has them, by round of before-commit handlers")
            .AddNames("Event").AddColumn("Raised by").AddNumbers("Round", "Count");
        table.AddRow("shelfwise.order-placed", "Order", "1", Count("shelfwise.order-placed"));
        table.AddRow("shelfwise.stock-running-low", "Book, in reserve-inventory", "2", Count("shelfwise.stock-running-low"));
        console.Write(table);
        if (totals.RunningLow.Count > 0)
        {
            var titles = totals.RunningLow.Take(TitlesShown).Select(book => $"{book.Title} ({book.Stock})");
            var more = totals.RunningLow.Count > TitlesShown ? ", …" : "";
            console.MarkupLine($"[dim]Copies left: {Markup.Escape(string.Join(", ", titles))}{more}[/]");
        }

        string Count(string eventType) => $"{totals.AuditRows.GetValueOrDefault(eventType)}";
    }

    public void WriteSales(ShopTotals totals)
    {
        var table = console.NewTable("Sales", "as analytics has them")
            .AddColumn("Tenant").AddNumbers("Orders", "Copies").AddNumbers([.. Money.Currencies]);
        foreach (var tenant in totals.SalesReport.GroupBy(sum => sum.Tenant))
        {
            table.AddRow([Markup.Escape(tenant.Key), .. Figures(tenant)]);
        }

        table.AddRow(["[bold]all[/]", .. Figures(totals.SalesReport).Select(figure => $"[bold]{figure}[/]")]);
        console.Write(table);

        static IEnumerable<string> Figures(IEnumerable<SalesSum> sums) =>
        [
            $"{sums.Sum(sum => sum.Orders)}",
            $"{sums.Sum(sum => sum.Copies)}",
            .. Money.Currencies.Select(currency => sums.Where(sum => sum.Currency == currency).Sum(sum => sum.Total) is not 0 and var total
                ? total.ToString("N2", CultureInfo.InvariantCulture)
                : "–"),
        ];
    }

    private static string Words(RefusalReason reason) => reason switch
    {
        RefusalReason.Unreadable => "unreadable",
        RefusalReason.UnknownCurrency => "unknown currency",
        RefusalReason.InvalidQuantity => "invalid quantity",
        RefusalReason.InvalidPrice => "invalid price",
        RefusalReason.UnknownBook => "unknown book",
        RefusalReason.OutOfStock => "out of stock",
        RefusalReason.Duplicate => "duplicate",
        _ => reason.ToString(),
    };
}
