using System.Globalization;
using System.Reflection;
using DomainEvents.Transactions;
using ShelfWise.Adapters.Csv;
using ShelfWise.Domain;
using ShelfWise.Services;
using Spectre.Console;

namespace ShelfWise.EntryPoints;

/// <summary>Tells what happened, as tables.</summary>
internal sealed class ReportWriter(IAnsiConsole console)
{
    private const int FailuresShown = 5;
    private const int TitlesShown = 3;

    public void WriteHeading(OrderSource source, Shop shop)
    {
        console.Write(new Rule("[bold]ShelfWise[/]").LeftJustified());
        console.WriteLine($"{source.Rows.Count} rows of {source.Name}, {source.Books.Count} titles on the shelves");
        console.WriteLine($"Database: {(shop.Database.IsTemporary ? "a temporary SQLite file" : shop.Database.Path)}");
        console.WriteLine($"Webhook:  HTTP on {shop.Endpoint.Webhook.Host}, a free port");
    }

    public void Write(IntakeReport intake, ShopTotals totals, Shop shop, IReadOnlyList<Check> checks, TimeSpan elapsed)
    {
        WriteOrders(intake);
        WriteHandlers(shop);
        WriteEvents(totals);
        WriteSales(totals);
        WriteFailures(intake);
        WriteChecks(checks);
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[dim]{intake.RowsRead} rows in {elapsed.TotalSeconds:F2} s[/]"));
    }

    private void WriteOrders(IntakeReport intake)
    {
        var table = NewTable("Orders", "one transaction each").AddColumn("").AddColumn(Numbers("Rows")).AddColumn("For instance");
        table.AddRow("[bold]placed[/]", $"[bold]{intake.Placed}[/]", "");
        foreach (var refused in intake.Refused.GroupBy(refusal => refusal.Reason).OrderByDescending(group => group.Count()).ThenBy(group => group.Key))
        {
            table.AddRow($"refused: {Words(refused.Key)}", $"{refused.Count()}", Markup.Escape($"line {refused.First().LineNumber}: {refused.First().Message}"));
        }

        table.AddRow("[bold]rows read[/]", $"[bold]{intake.RowsRead}[/]", "");
        console.Write(table);
    }

    private void WriteHandlers(Shop shop)
    {
        var table = NewTable("Handlers", "each call isolated: a failure stops no sibling")
            .AddColumn(new TableColumn("Handler").NoWrap()).AddColumn("Reacts to").AddColumn("Commit")
            .AddColumn(Numbers("Calls")).AddColumn(Numbers("OK")).AddColumn(Numbers("Failed")).AddColumn(Numbers("Mean ms"));
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
                calls.Failed == 0 ? "0" : $"[red]{calls.Failed}[/]",
                calls.Mean.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture));
        }

        console.Write(table);
        console.MarkupLine("[dim]A failure before the commit rolls the order back; one after it is reported, and the order stands.[/]");
    }

    private void WriteEvents(ShopTotals totals)
    {
        var table = NewTable("Events", "as the audit log has them, by round of before-commit handlers")
            .AddColumn(new TableColumn("Event").NoWrap()).AddColumn("Raised by").AddColumn(Numbers("Round")).AddColumn(Numbers("Count"));
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

    private void WriteSales(ShopTotals totals)
    {
        var table = NewTable("Sales", "as analytics has them").AddColumn("Tenant").AddColumn(Numbers("Orders")).AddColumn(Numbers("Copies"));
        foreach (var currency in Money.Currencies)
        {
            table.AddColumn(Numbers(currency));
        }

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

    private void WriteFailures(IntakeReport intake)
    {
        if (intake.Failures.Count == 0)
        {
            return;
        }

        var table = NewTable("Failures", "from the results of the commits").AddColumn("Order").AddColumn("Handler").AddColumn("What it threw");
        foreach (var failure in intake.Failures.Take(FailuresShown))
        {
            table.AddRow(
                Markup.Escape(failure.Event is OrderPlaced order ? order.OrderNumber : ""),
                failure.Handler.Name,
                Markup.Escape(failure.Exception.Message));
        }

        console.Write(table);
        if (intake.Failures.Count > FailuresShown)
        {
            console.MarkupLine($"[dim]… and {intake.Failures.Count - FailuresShown} more[/]");
        }
    }

    private void WriteChecks(IReadOnlyList<Check> checks)
    {
        var table = NewTable("Do the numbers add up?", "")
            .AddColumn("Counted").AddColumn(Numbers("")).AddColumn("Expected").AddColumn("");
        foreach (var check in checks)
        {
            table.AddRow(
                check.Left,
                check.Holds ? $"{check.LeftValue} = {check.RightValue}" : $"[red]{check.LeftValue} ≠ {check.RightValue}[/]",
                check.Right,
                check.Holds ? "[green]ok[/]" : "[red bold]MISMATCH[/]");
        }

        console.Write(table);
        var mismatches = checks.Count(check => !check.Holds);
        console.MarkupLine(mismatches == 0
            ? $"[green]All {checks.Count} checks hold.[/]"
            : $"[red bold]{mismatches} of {checks.Count} checks fail: the numbers do not add up.[/]");
    }

    private Table NewTable(string title, string note)
    {
        console.WriteLine();
        console.MarkupLine(note.Length == 0 ? $"[bold]{title}[/]" : $"[bold]{title}[/] [dim]({note})[/]");
        return new Table().Border(TableBorder.Rounded);
    }

    private static TableColumn Numbers(string header) => new TableColumn(header).RightAligned().NoWrap();

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
