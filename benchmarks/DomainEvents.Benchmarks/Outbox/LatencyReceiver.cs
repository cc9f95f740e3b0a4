using System.Diagnostics;
using System.Globalization;
using DomainEvents.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DomainEvents.Benchmarks.Outbox;

/// <summary>Another process with a relay, which tells when it has handled which event. The clocks of processes of one machine are one.</summary>
internal sealed class LatencyReceiver : IDisposable
{
    public const string Command = "receive";

    private readonly Process _process;

    private LatencyReceiver(Process process) => _process = process;

    public static LatencyReceiver Start(string connectionString)
    {
        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(LatencyReceiver).Assembly.Location] : [];
        var process = Process.Start(new ProcessStartInfo(program, [.. host, OutboxTable.Command, Command, connectionString])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        return process.StandardOutput.ReadLine() == "ready"
            ? new LatencyReceiver(process)
            : throw new InvalidOperationException("The receiving process has not started.");
    }

    public async Task<long> WhenHandledAsync(long number)
    {
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The receiving process has ended.");
        var parts = line.Split(' ');
        return long.Parse(parts[0], CultureInfo.InvariantCulture) == number
            ? long.Parse(parts[1], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"Event {number} was expected, and {line} came.");
    }

    public static async Task<int> RunAsync(string connectionString)
    {
        var services = new ServiceCollection().AddLogging();
        await using var source = NpgsqlDataSource.Create(connectionString);
        services.AddDomainEvents().AddEvent<ParcelSent>().AddHandler<TellTime>(ServiceLifetime.Singleton).UsePostgreSqlOutbox(source);
        await using var application = services.BuildServiceProvider();
        await OutboxDatabase.StartAsync(application);
        await application.GetRequiredService<IOutboxRelay>().DrainAsync();
        await Console.Out.WriteLineAsync("ready");
        _ = await Console.In.ReadLineAsync();
        await OutboxDatabase.StopAsync(application);
        return 0;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private sealed class TellTime : IEventHandler<ParcelSent>
    {
        public ValueTask HandleAsync(ParcelSent domainEvent, CancellationToken cancellationToken)
        {
            var now = Stopwatch.GetTimestamp();
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{domainEvent.Number} {now}"));
            return default;
        }
    }
}
