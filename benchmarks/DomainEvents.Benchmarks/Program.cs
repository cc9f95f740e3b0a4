using BenchmarkDotNet.Running;
using DomainEvents.Benchmarks.Outbox;
using DomainEvents.Benchmarks.Quick;
using DomainEvents.Benchmarks.Reports;
using DomainEvents.Benchmarks.Saves;

if (args is ["quick", ..])
{
    return await QuickTable.RunAsync(args[1..]);
}

if (args is [OneCore.Command, var group])
{
    return await OneCore.RunAsync(group);
}

if (args is [OutboxTable.Command, ..])
{
    return await OutboxTable.RunAsync(args[1..]);
}

if (args is [SaveTable.Command, ..])
{
    return await SaveTable.RunAsync(args[1..]);
}

if (args is [OutboxSaveTable.Command, ..])
{
    return await OutboxSaveTable.RunAsync(args[1..]);
}

var results = FullRun.Read(BenchmarkSwitcher.FromAssembly(typeof(QuickTable).Assembly).Run(args));
if (results.Count > 0)
{
    await RatioReport.WriteAsync(results, $"{RatioReport.Machine()}. Medians of BenchmarkDotNet.", "BenchmarkDotNet.Artifacts", "full");
}

return 0;
