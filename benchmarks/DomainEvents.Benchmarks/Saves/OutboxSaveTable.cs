using System.Globalization;
using DomainEvents.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.Benchmarks.Saves;

/// <summary>What it costs a save to store an event in the outbox, on PostgreSQL, in about eight minutes.</summary>
internal static class OutboxSaveTable
{
    public const string Command = "efcore-outbox";

    public static Task<int> RunAsync(string[] args) => SaveDatabase.RunAsync(Command, args, async database =>
    {
        await PrepareAsync(database);
        Console.WriteLine("| One command | Writers | Commits a second without events | with one event stored | Ratio | 95 % interval |\n|---|--:|--:|--:|--:|--:|");
        foreach (var work in Enum.GetValues<SaveWork>())
        {
            await using var without = SaveCase.WithoutOutbox(database, work);
            await using var with = SaveCase.WithOutbox(database, work);
            foreach (var writers in (int[])[1, 8])
            {
                await Console.Error.WriteLineAsync($"measuring {work}, {writers} at once …");
                var found = await SavePairs.MeasureAsync(with, without, writers);
                FormattableString line =
                    $"| {NameOf(work)} | {writers} | {found.SavesWithout:#,0} | {found.SavesWith:#,0} | {1 / found.Ratio.Median:0.00} | {1 / found.Ratio.High:0.00} to {1 / found.Ratio.Low:0.00} |";
                Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
            }
        }
    });

    private static string NameOf(SaveWork work) => work switch
    {
        SaveWork.Insert => "INSERT",
        SaveWork.InsertInTransaction => "INSERT in a transaction",
        _ => "UPDATE",
    };

    private static async Task PrepareAsync(NpgsqlDataSource database)
    {
        await using var services = new ServiceCollection().AddDomainEvents().UsePostgreSqlOutbox(database).Services.BuildServiceProvider();
        await services.GetRequiredService<IOutboxSchema>().EnsureCreatedAsync();
        await using var context = new ParcelsContext(new DbContextOptionsBuilder<ParcelsContext>().UseNpgsql(database).Options);
        context.AddRange(Enumerable.Range(0, ParcelsContext.Rows).Select(id => new Parcel(id, "")));
        await context.SaveChangesAsync();
    }
}
