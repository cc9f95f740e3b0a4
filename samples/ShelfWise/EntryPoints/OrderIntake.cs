using Microsoft.Extensions.DependencyInjection;
using ShelfWise.Adapters.Csv;
using ShelfWise.Domain;
using ShelfWise.Services;

namespace ShelfWise.EntryPoints;

/// <summary>Places one order after the other, each in a scope of its own.</summary>
internal sealed class OrderIntake(IServiceScopeFactory scopes)
{
    public async Task<IntakeReport> TakeAsync(IEnumerable<CsvLine> rows, Func<string?, ValueTask> onRow, CancellationToken cancellationToken)
    {
        var report = new IntakeReport();
        foreach (var row in rows)
        {
            string? placed = null;
            try
            {
                var request = OrderCsv.Parse(row);
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<PlaceOrder>().ExecuteAsync(request, cancellationToken);
                report.AddPlaced();
                placed = request.Number;
            }
            catch (OrderRefusedException refusal)
            {
                report.AddRefused(row.Number, refusal);
            }

            await onRow(placed);
        }

        return report;
    }
}
